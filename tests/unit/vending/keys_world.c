#include "keys_world.h"

#include <stdio.h>
#include <string.h>

#include "base/approval.h"

const struct vend_key_target keys_nothing = {.ti = -1};

static char pan[19];

struct vend_order keys_order(const char *id, const struct vend_key_target *target)
{
    struct vend_order order = {.request_id = id,
                               .terminal = "till",
                               .pan = world_pan(1, pan),
                               .carrier = VEND_KEYPAD,
                               .kind = VEND_ORDER_KEY_CHANGE,
                               .target = *target};
    return order;
}

mv_status keys_change(struct world *world, const char *id, const struct vend_key_target *target,
                      struct vend_issued *issued)
{
    const struct vend_order order = keys_order(id, target);
    return world_order(world, "engineer", &order, issued);
}

mv_status keys_sell(struct world *world, const char *id, struct vend_issued *issued)
{
    return world_sell(world, "seller", id, world_pan(1, pan), 100, issued);
}

mv_status keys_try_meter(struct world *world, const char *id, struct vend_issued *issued)
{
    const struct vend_order order = {.request_id = id,
                                     .terminal = "till",
                                     .pan = world_pan(1, pan),
                                     .carrier = VEND_KEYPAD,
                                     .kind = VEND_ORDER_TEST};
    return world_order(world, "seller", &order, issued);
}

/* A catalogue entry, changed as an officer does it. */
struct hsm_key_info *keys_entry(uint8_t krn, uint8_t kt)
{
    for (size_t i = 0; i < fake_keys.catalogue.key_count; i++) {
        struct hsm_key_info *key = &fake_keys.catalogue.keys[i];
        if (strcmp(key->scope.sgc, SGC) == 0 && key->scope.krn == krn && key->scope.kt == kt)
            return key;
    }
    fail_msg("no such key");
    return NULL;
}

void keys_replace(struct world *world, uint8_t krn, uint8_t by)
{
    fake_keys_lock();
    keys_entry(krn, 2)->scope.successor_krn = by;
    fake_keys_unlock();
    vend_refresh(world->vend);
}

void keys_add(struct world *world, uint8_t krn, uint16_t base_date, uint8_t ken)
{
    fake_keys_lock();
    (void)fake_keys_add(SGC, krn, 2, 4, base_date, ken);
    fake_keys_unlock();
    vend_refresh(world->vend);
}

void keys_confirm(struct world *world, const char *digits)
{
    struct vend_meter meter;
    struct vend_caller seller = world_caller("seller");
    const struct vend_key_proof proof = {.accepted_token = digits};
    assert_ok(vend_confirm_key_change(world->vend, &seller, world_pan(1, pan), &proof, &meter));
}

void keys_reading(struct world *world, uint32_t krn, uint32_t ti)
{
    struct vend_meter meter;
    struct vend_caller engineer = world_caller("engineer");
    const struct vend_key_proof proof = {.krn = krn, .ti = ti};
    assert_ok(vend_confirm_key_change(world->vend, &engineer, world_pan(1, pan), &proof, &meter));
}

/* ---- another supply group ---- */
void keys_approve_as(struct world *world, const char *meter_pan, const char *officer_name)
{
    char certificate[80];
    struct vend_proposal proposal;
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller officer = world_caller(officer_name);
    assert_ok(vend_propose(world->vend, &engineer, SGC, OTHER_SGC, meter_pan, 3600, &proposal));
    struct vend_signature signature = {.certificate = (const uint8_t *)certificate,
                                       .signature = (const uint8_t *)fake_desk_signature(proposal.row.text),
                                       .signature_size = 32};
    char signed_text[33];
    (void)snprintf(signed_text, sizeof signed_text, "%.32s", (const char *)signature.signature);
    signature.signature = (const uint8_t *)signed_text;
    signature.certificate_size = fake_desk_certificate(officer_name, certificate);
    assert_ok(vend_approve(world->vend, &officer, (uint64_t)proposal.row.id, &signature, &proposal));
}

void keys_approve(struct world *world, const char *meter_pan)
{
    keys_approve_as(world, meter_pan, "officer2");
}

void keys_grant_other(struct world *world, bool granted)
{
    struct vend_organisation row;
    struct vend_caller officer = world_caller("officer1");
    assert_ok(vend_grant(world->vend, &officer, "region", OTHER_SGC, granted, &row));
}
