#include "desk_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metervault/sts.h"
#include "metervault/sts_manage.h"

enum { OFFICER_ID = 1, SELLER_ID = 4 }; /* in the order in which world.c enrols them */

static void person(struct world *world, const char *name, const char *organisation, enum vend_role role)
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    assert_ok(vend_create_principal(world->vend, &officer, name, organisation, 1U << role, &row));
}

int desk_setup(void **state)
{
    if (world_setup(state) != 0)
        return -1;
    struct world *world = *state;
    fake_keys_lock();
    fake_keys_officer("officer2");
    fake_keys_unlock();
    fake_desk_certify("officer1");
    fake_desk_certify("officer2");
    vend_refresh(world->vend);
    person(world, "engineer", "shop", VEND_ENGINEER);
    person(world, "engineer2", "shop", VEND_ENGINEER);
    person(world, "technician", "other", VEND_ENGINEER);
    person(world, "chief", "region", VEND_SUPERVISOR);
    return 0;
}

struct store *desk_begin(struct world *world)
{
    struct store *store = NULL;
    assert_ok(store_open(world->ledger, STORE_WRITER, &store));
    assert_ok(store_begin_write(store));
    return store;
}

void desk_commit(struct store *store)
{
    assert_ok(store_commit(store));
    store_close(store);
}

struct store_meter desk_meter(struct world *world, const char *pan)
{
    struct store *store = NULL;
    struct store_meter meter;
    assert_ok(store_open(world->ledger, STORE_READER, &store));
    assert_ok(store_meter_by_pan(store, pan, &meter));
    store_close(store);
    return meter;
}

struct store_key desk_key(uint8_t krn, uint8_t ti)
{
    struct store_key key = {.krn = krn, .ti = ti, .kt = 2, .ken = 255, .ea = 7, .dkga = 4, .base_date = 2014};
    memcpy(key.sgc, SGC, sizeof key.sgc);
    return key;
}

static struct store_key on_file(const struct store_meter *meter)
{
    struct store_key key = {.krn = meter->krn,
                            .ti = meter->ti,
                            .kt = meter->kt,
                            .ken = meter->ken,
                            .ea = meter->ea,
                            .dkga = meter->dkga,
                            .base_date = meter->base_date};
    memcpy(key.sgc, meter->sgc, sizeof key.sgc);
    return key;
}

static void next_digits(const char *digits, char next[21])
{
    (void)snprintf(next, 21, "%020llu", strtoull(digits, NULL, 10) + 1);
}

int64_t desk_approve(struct world *world, const char *from_sgc, const char *to_sgc)
{
    if (strcmp(from_sgc, to_sgc) == 0)
        return 0;
    struct store_proposal proposal = {
        .text = "text", .expires_unix_s = NOW_S + 3600, .proposer = SELLER_ID, .proposed_at_unix_s = NOW_S};
    struct store_approval approval = {
        .principal = OFFICER_ID, .certificate_size = 1, .signature_size = 1, .approved_at_unix_s = NOW_S};
    memcpy(proposal.from_sgc, from_sgc, sizeof proposal.from_sgc);
    memcpy(proposal.to_sgc, to_sgc, sizeof proposal.to_sgc);
    struct store *store = desk_begin(world);
    assert_ok(store_proposal_insert(store, &proposal));
    approval.proposal = proposal.id;
    assert_ok(store_approval_insert(store, &approval));
    desk_commit(store);
    return approval.id;
}

int64_t desk_change(struct world *world, const char *pan, const struct store_key *to, const char *first)
{
    struct store_meter meter = desk_meter(world, pan);
    struct store_key_change change = {.meter = meter.id,
                                      .from = on_file(&meter),
                                      .to = *to,
                                      .rollover = to->base_date > meter.base_date,
                                      .count = 2,
                                      .issued_at_unix_s = NOW_S,
                                      .principal = OFFICER_ID,
                                      .approval = desk_approve(world, meter.sgc, to->sgc)};
    (void)snprintf(change.digits[0], sizeof change.digits[0], "%s", first);
    next_digits(first, change.digits[1]);
    struct store *store = desk_begin(world);
    assert_ok(store_key_change_insert(store, &change));
    desk_commit(store);
    return change.id;
}

struct store_sale desk_order(struct world *world, const char *pan, enum store_order order, const struct store_key *key,
                             int64_t key_change, const char *digits)
{
    static unsigned count;
    struct store_meter meter = desk_meter(world, pan);
    bool has_tid = order == STORE_CREDIT || order == STORE_MANAGEMENT;
    uint64_t next = meter.last_tid < NOW_MINUTE ? NOW_MINUTE : meter.last_tid + 1;
    struct store_sale sale = {.organisation = meter.organisation,
                              .principal = SELLER_ID,
                              .meter = meter.id,
                              .tid = has_tid ? next : 0,
                              .carrier = VEND_KEYPAD,
                              .requested = order == STORE_KEY_CHANGE ? 0 : 100,
                              .encoded = order == STORE_KEY_CHANGE ? 0 : 100,
                              .issued_at_unix_s = NOW_S,
                              .krn = key->krn,
                              .ti = key->ti,
                              .kt = key->kt,
                              .ken = key->ken,
                              .ea = key->ea,
                              .dkga = key->dkga,
                              .base_date = key->base_date,
                              .order = (uint8_t)order,
                              .key_change = key_change};
    memcpy(sale.sgc, key->sgc, sizeof sale.sgc);
    (void)snprintf(sale.terminal, sizeof sale.terminal, "desk");
    (void)snprintf(sale.request_id, sizeof sale.request_id, "desk-%u", count++);
    (void)snprintf(sale.digits, sizeof sale.digits, "%s", digits);
    struct store *store = desk_begin(world);
    assert_ok(store_sale_insert(store, &sale));
    desk_commit(store);
    return sale;
}

void desk_end(struct world *world, int64_t key_change, enum store_outcome outcome)
{
    struct store *store = desk_begin(world);
    assert_ok(store_key_change_end(store, key_change, outcome, "test", OFFICER_ID, NOW_S));
    desk_commit(store);
}

void desk_credit(uint8_t subclass, uint32_t tid, uint16_t amount, char digits[21])
{
    struct mv_sts_credit credit = {.subclass = subclass, .tid = tid, .amount = amount};
    struct mv_sts_block block;
    if (subclass >= 4)
        credit.currency = (struct mv_sts_currency){.exponent = 2, .mantissa = amount};
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_DONE);
    mv_sts_digits_from_block(0, mv_sts_block_pack(&block), digits);
}

void desk_management(uint8_t subclass, uint32_t tid, uint16_t field, char digits[21])
{
    struct mv_sts_manage token = {.subclass = subclass, .tid = tid, .field = field};
    struct mv_sts_block block;
    assert_int_equal(mv_sts_manage_pack(&token, &block), MV_DONE);
    mv_sts_digits_from_block(2, mv_sts_block_pack(&block), digits);
}

void desk_mistype(const char *digits, size_t at, char wrong[21])
{
    memcpy(wrong, digits, 21);
    wrong[at] = (char)(wrong[at] == '0' ? '1' : wrong[at] - 1);
}
