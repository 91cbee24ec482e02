#include "hsm/life.h"

#include <string.h>
#include <time.h>

#include "hsm/internal.h"
#include "hsm/masters.h"

bool hsm_same_family(const struct hsm_key_info *a, const struct hsm_key_info *b)
{
    if (a->use == HSM_USE_AUDIT_SIGN)
        return b->use == HSM_USE_AUDIT_SIGN;
    return hsm_master_same_family(a, b);
}

const struct hsm_key_info *hsm_family_newest(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key)
{
    const struct hsm_key_info *newest = key;
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *other = &catalogue->keys[i].info;
        if (other->version > newest->version && hsm_same_family(key, other))
            newest = other;
    }
    return newest;
}

uint32_t hsm_family_minimum(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key)
{
    uint32_t minimum = 0;
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *other = &catalogue->keys[i].info;
        if (other->minimum_version > minimum && hsm_same_family(key, other))
            minimum = other->minimum_version;
    }
    return minimum;
}

mv_status hsm_master_find(const struct hsm_catalogue *catalogue, enum hsm_key_use use, const uint8_t domain[3],
                          uint8_t version, const struct hsm_key_entry **master)
{
    char label[HSM_LABEL_SIZE];
    hsm_master_label(use, domain, version, label);
    *master = hsm_catalogue_by_label(catalogue, label);
    if (*master != NULL && (*master)->info.use == use)
        return mv_ok();
    return mv_fail(hsm_use_is_card(use) ? MV_CARD_KEY_UNKNOWN : MV_RECORD_KEY_UNKNOWN, hsm_master_name(use));
}

mv_status hsm_master_serving(const struct hsm_catalogue *catalogue, enum hsm_key_use use, const uint8_t domain[3],
                             uint8_t version, enum hsm_purpose purpose, int64_t now_unix_s,
                             const struct hsm_key_entry **master)
{
    MV_TRY(hsm_master_find(catalogue, use, domain, version, master));
    const struct hsm_key_info *info = &(*master)->info;
    return hsm_master_current(info, hsm_family_minimum(catalogue, info), purpose, now_unix_s);
}

mv_status hsm_master_for_meters(struct hsm *hsm, const struct hsm_catalogue *catalogue, enum hsm_key_use use,
                                const uint8_t domain[3], uint8_t version, struct hsm_handle *master)
{
    const struct hsm_key_entry *entry = NULL;
    MV_TRY(hsm_master_find(catalogue, use, domain, version, &entry));
    const struct hsm_key_info *info = &entry->info;
    MV_TRY(hsm_master_current(info, hsm_family_minimum(catalogue, info), HSM_TO_ENTER, info->active_from_unix_s));
    return hsm_find_key(hsm, info->label, &master->object);
}

bool hsm_key_is_mortal(const struct hsm_key_info *key)
{
    return key->use == HSM_USE_VENDING || key->use == HSM_USE_FACTORY_KEK || key->use == HSM_USE_AUDIT_SIGN ||
           hsm_use_is_master(key->use);
}

static bool has_active(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key, uint32_t from)
{
    int64_t now = (int64_t)time(NULL);
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *other = &catalogue->keys[i].info;
        if (other->version >= from && hsm_same_family(key, other) && hsm_key_state_at(other, now) == HSM_ACTIVE)
            return true;
    }
    return false;
}

static mv_status raise_minimum(struct hsm *hsm, struct hsm_catalogue *catalogue, const char *label, uint32_t minimum,
                               struct hsm_key_info *amended)
{
    const struct hsm_key_entry *found = hsm_catalogue_by_label(catalogue, label);
    if (found == NULL)
        return mv_fail(MV_KEY_UNKNOWN, NULL);
    if (!hsm_same_family(&found->info, &found->info))
        return mv_fail(MV_INVALID_FIELD, "minimum version: this key has no versions");
    if (minimum <= hsm_family_minimum(catalogue, &found->info))
        return mv_fail(MV_INVALID_FIELD, "minimum version: only rises");
    if (!has_active(catalogue, &found->info, minimum))
        return mv_fail(MV_INVALID_FIELD, "minimum version: no version from there on is active");
    struct hsm_entry entry = {.kind = HSM_ENTRY_KEY};
    entry.of.key = *hsm_catalogue_by_label(catalogue, hsm_family_newest(catalogue, &found->info)->label);
    entry.of.key.info.minimum_version = minimum;
    MV_TRY(hsm_catalogue_append(hsm, &entry));
    *amended = entry.of.key.info;
    amended->generation = entry.generation;
    return mv_ok();
}

mv_status hsm_minimum_raise(struct hsm *hsm, const char *label, uint32_t minimum, struct hsm_key_info *amended)
{
    struct hsm_held held;
    mv_status status = hsm_hold(hsm, &held);
    if (status.ok)
        status = raise_minimum(hsm, held.catalogue, label, minimum, amended);
    hsm_let_go(&held);
    return status;
}

/* Meters can have come to it: their way to another key starts from this one. */
static bool meters_may_need(const struct hsm_key_info *key)
{
    bool theirs = key->use == HSM_USE_VENDING || hsm_use_is_master(key->use);
    return theirs && hsm_state_allows(hsm_key_state_at(key, (int64_t)time(NULL)), HSM_TO_LEAVE);
}

static bool is_successor(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key)
{
    for (size_t i = 0; key->use == HSM_USE_VENDING && i < catalogue->key_count; i++) {
        const struct hsm_key_info *other = &catalogue->keys[i].info;
        if (other->use == HSM_USE_VENDING && other->state != HSM_DESTROYED &&
            other->scope.successor_krn == key->scope.krn && other->scope.kt == key->scope.kt &&
            strcmp(other->scope.sgc, key->scope.sgc) == 0)
            return true;
    }
    return false;
}

static mv_status may_die(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key, bool no_meter_needs_it)
{
    if (!hsm_key_is_mortal(key))
        return mv_fail(MV_INVALID_FIELD, "label: this key holds the token together");
    if (key->state == HSM_DESTROYED)
        return mv_ok();
    if (is_successor(catalogue, key))
        return mv_fail(MV_INVALID_FIELD, "label: another key's meters move to this one");
    return meters_may_need(key) && !no_meter_needs_it ? mv_fail(MV_METERS_MAY_NEED_KEY, NULL) : mv_ok();
}

static mv_status destroy_object(struct hsm *hsm, const struct hsm_key_info *key)
{
    return key->use == HSM_USE_AUDIT_SIGN ? hsm_destroy_private(hsm, key->label) : hsm_destroy_keys(hsm, key->label);
}

static mv_status destroy(struct hsm *hsm, struct hsm_catalogue *catalogue, const char *label, bool no_meter_needs_it,
                         struct hsm_key_info *destroyed)
{
    const struct hsm_key_entry *found = hsm_catalogue_by_label(catalogue, label);
    if (found == NULL)
        return mv_fail(MV_KEY_UNKNOWN, NULL);
    MV_TRY(may_die(catalogue, &found->info, no_meter_needs_it));
    *destroyed = found->info;
    if (found->info.state != HSM_DESTROYED) {
        /* without the sealed value: a DKGA02 key lies in its line */
        struct hsm_entry entry = {.kind = HSM_ENTRY_KEY};
        entry.of.key.info = found->info;
        entry.of.key.info.state = HSM_DESTROYED;
        MV_TRY(hsm_catalogue_append(hsm, &entry));
        *destroyed = entry.of.key.info;
        destroyed->generation = entry.generation;
    }
    return destroy_object(hsm, destroyed);
}

mv_status hsm_key_destroy(struct hsm *hsm, const char *label, bool no_meter_needs_it, struct hsm_key_info *destroyed)
{
    struct hsm_held held;
    mv_status status = hsm_hold(hsm, &held);
    if (status.ok)
        status = destroy(hsm, held.catalogue, label, no_meter_needs_it, destroyed);
    hsm_let_go(&held);
    return status;
}
