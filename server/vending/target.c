#include "vending/target.h"

#include <string.h>

#include "hsm/change.h"
#include "vending/desk_parts.h"
#include "vending/form.h"
#include "vending/rules.h"

enum { CHAIN = 16, DKGA04 = 4 };

/* To the successor, as long as meters may come to it. */
static void follow(struct vend_catalogue *catalogue, int64_t now_unix_s, struct hsm_key_info *info)
{
    struct hsm_key_info next;
    for (unsigned i = 0; i < CHAIN && info->scope.successor_krn != 0; i++) {
        mv_status found =
            vend_catalogue_find(catalogue, info->scope.sgc, info->scope.successor_krn, info->scope.kt, &next);
        if (!found.ok || !hsm_key_current(&next, HSM_TO_ENTER, now_unix_s).ok)
            return;
        *info = next;
    }
}

static mv_status find_vending(struct vend_catalogue *catalogue, const struct store_meter *meter,
                              const struct vend_key_target *wanted, int64_t now_unix_s, struct hsm_key_info *info)
{
    const char *sgc = wanted->sgc == NULL ? meter->sgc : wanted->sgc;
    uint8_t kt = wanted->kt == 0 ? meter->kt : (uint8_t)wanted->kt;
    if (wanted->krn == 0 && strcmp(sgc, meter->sgc) != 0)
        return vend_catalogue_newest(catalogue, sgc, kt, meter->ea, now_unix_s, info);
    uint8_t krn = wanted->krn == 0 ? meter->krn : (uint8_t)wanted->krn;
    MV_TRY(vend_catalogue_find(catalogue, sgc, krn, kt, info));
    follow(catalogue, now_unix_s, info);
    return mv_ok();
}

/* A vending key's expiry number may be lowered where it stands. The meter keeps its own then: no set takes it away, and
 * the key process heeds the lower one with every token. */
static void keep_expiry(const struct store_meter *meter, struct store_key *key)
{
    const struct store_key on_file = vend_key_on_file(meter);
    const struct hsm_decoder_key before = vend_key_decoder(&on_file);
    const struct hsm_decoder_key after = vend_key_decoder(key);
    if (hsm_same_decoder_key(&before, &after) && after.ken < before.ken)
        key->ken = before.ken;
}

mv_status vend_target_find(struct vend_catalogue *catalogue, const struct store_meter *meter,
                           const struct vend_key_target *wanted, int64_t now_unix_s, struct store_key *key,
                           uint8_t kcv[HSM_KCV_BYTES])
{
    struct hsm_key_info info;
    MV_TRY(find_vending(catalogue, meter, wanted, now_unix_s, &info));
    *key = (struct store_key){.krn = info.scope.krn,
                              .ti = wanted->ti < 0 ? meter->ti : (uint8_t)wanted->ti,
                              .kt = info.scope.kt,
                              .ken = info.scope.ken,
                              .ea = meter->ea,
                              .dkga = info.scope.dkga,
                              .base_date = info.scope.base_date};
    vend_copy(key->sgc, sizeof key->sgc, info.scope.sgc);
    keep_expiry(meter, key);
    memcpy(kcv, info.kcv, HSM_KCV_BYTES);
    return mv_ok();
}

struct vend_key_target vend_target_wanted(const struct store_meter *meter)
{
    if (!meter->has_wanted)
        return (struct vend_key_target){.ti = -1};
    return (struct vend_key_target){.sgc = meter->wanted_sgc[0] == '\0' ? NULL : meter->wanted_sgc,
                                    .krn = meter->wanted_krn,
                                    .kt = meter->wanted_kt,
                                    .ti = meter->wanted_ti};
}

/* One beyond the vending key's, which was lowered since: the meter keeps it, but no new set brings it. */
static mv_status check_number(struct vend_catalogue *catalogue, const struct store_key *key)
{
    struct hsm_key_info info;
    MV_TRY(vend_catalogue_find(catalogue, key->sgc, key->krn, key->kt, &info));
    return key->ken > info.scope.ken ? mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, "ken") : mv_ok();
}

static mv_status check_vending(struct vend_catalogue *catalogue, const struct store_key *key, enum hsm_purpose purpose,
                               int64_t now_unix_s)
{
    struct hsm_key_info info;
    MV_TRY(vend_catalogue_find(catalogue, key->sgc, key->krn, key->kt, &info));
    return vend_key_serves(&info, purpose, key, now_unix_s);
}

mv_status vend_target_issues(struct vend_catalogue *catalogue, const struct store_key *key, int64_t now_unix_s)
{
    return check_vending(catalogue, key, HSM_TO_ISSUE, now_unix_s);
}

/* ---- keys that the meter held ---- */
struct held {
    struct store *store;
    const struct store_key *to;
    bool taken;             /* one of the same may have been in the meter */
    uint32_t first_same;    /* sequence of the oldest key that is the same; 0 none */
    uint32_t last_rollover; /* of the newest that came with a later base date */
};

/* What the decoder key is made of; the expiry number never is, the base date by DKGA04 only. */
static bool is_same(const struct store_key *a, const struct store_key *b)
{
    return strcmp(a->sgc, b->sgc) == 0 && a->krn == b->krn && a->ti == b->ti && a->kt == b->kt && a->ea == b->ea &&
           a->dkga == b->dkga && (a->dkga != DKGA04 || a->base_date == b->base_date);
}

/* Whether the meter may have taken this key. */
static mv_status was_taken(struct store *store, const struct store_meter_key *row, bool *taken)
{
    struct store_key_change change;
    *taken = true;
    if (row->key_change == 0)
        return mv_ok();
    MV_TRY(store_key_change_get(store, row->key_change, &change));
    *taken = change.outcome != STORE_NOT_APPLIED;
    return mv_ok();
}

static mv_status look_at_key(void *self, const struct store_meter_key *row)
{
    struct held *held = self;
    bool same = is_same(&row->key, held->to);
    bool taken = true;
    if (!same && !row->rollover)
        return mv_ok();
    MV_TRY(was_taken(held->store, row, &taken));
    held->taken = held->taken || (same && taken);
    if (same && held->first_same == 0)
        held->first_same = row->sequence;
    /* a rollover that the meter did not take was none */
    if (row->rollover && taken)
        held->last_rollover = row->sequence;
    return mv_ok();
}

/* The meter forgets its old tokens with its base date: under the same key again they would count again. A rollover to a
 * key that it did not take may be tried again. */
static mv_status check_history(struct store *store, const struct store_meter *meter, const struct store_key *to)
{
    struct held held = {.store = store, .to = to};
    MV_TRY(store_meter_keys(store, meter->id, look_at_key, &held));
    bool rollover = to->base_date > meter->base_date;
    bool used = (rollover && held.taken) || (held.first_same != 0 && held.first_same < held.last_rollover);
    return used ? mv_fail(MV_KEY_ALREADY_USED, NULL) : mv_ok();
}

mv_status vend_target_allowed(struct vend_catalogue *catalogue, struct store *store, const struct store_meter *meter,
                              const struct store_key *to, int64_t now_unix_s)
{
    const struct store_key on_file = vend_key_on_file(meter);
    const struct hsm_decoder_key before = vend_key_decoder(&on_file);
    const struct hsm_decoder_key after = vend_key_decoder(to);
    MV_TRY(hsm_change_allowed(&before, &after));
    MV_TRY(check_number(catalogue, to));
    bool stays = strcmp(to->sgc, meter->sgc) == 0 && to->krn == meter->krn && to->kt == meter->kt;
    MV_TRY(check_vending(catalogue, to, stays ? HSM_TO_ISSUE : HSM_TO_ENTER, now_unix_s));
    MV_TRY(vend_rule_expiry(to, now_unix_s));
    return check_history(store, meter, to);
}
