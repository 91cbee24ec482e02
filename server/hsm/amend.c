/* States of keys and succession of vending keys. An entry is never edited: a newer one replaces it under the next
 * generation, so that an old state cannot come back unnoticed. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hsm/internal.h"
#include "hsm/life.h"

static mv_status check_successor(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key, uint8_t krn)
{
    const struct hsm_key_entry *next = hsm_catalogue_vending(catalogue, key->scope.sgc, krn, key->scope.kt);
    if (next == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, "successor");
    if (next->info.state != HSM_PRE_ACTIVE && !hsm_state_allows(next->info.state, HSM_TO_ENTER))
        return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "successor: state");
    MV_TRY(hsm_scope_may_follow(&key->scope, &next->info.scope));
    /* a chain of revisions ends; as there was no circle before, only this key can close one */
    for (; next != NULL;
         next = hsm_catalogue_vending(catalogue, key->scope.sgc, next->info.scope.successor_krn, key->scope.kt))
        if (next->info.scope.krn == key->scope.krn)
            return mv_fail(MV_INVALID_FIELD, "successor: leads back to this key");
    return mv_ok();
}

static mv_status set_state(const struct hsm_amendment *amendment, struct hsm_key_info *key)
{
    if (key->state == HSM_DESTROYED || (key->state == HSM_COMPROMISED && amendment->state != HSM_COMPROMISED))
        return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "compromised and destroyed are for ever");
    switch (amendment->state) {
    case HSM_ACTIVE:
    case HSM_ISSUED_UNTIL:
        /* stored or by its date */
        if (!amendment->revive && hsm_key_state_at(key, (int64_t)time(NULL)) == HSM_EXPIRED)
            return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "expired; to let it issue again set its state");
        if (amendment->issued_until_unix_s <= key->active_from_unix_s)
            return mv_fail(MV_INVALID_FIELD, "issued_until");
        key->issued_until_unix_s = amendment->issued_until_unix_s;
        break;
    case HSM_EXPIRED:
    case HSM_COMPROMISED:
        break;
    default:
        return mv_fail(MV_INVALID_FIELD, "state");
    }
    key->state = amendment->state;
    return mv_ok();
}

static mv_status amend_entry(struct hsm *hsm, struct hsm_catalogue *catalogue, const char *label,
                             const struct hsm_amendment *amendment, struct hsm_key_info *amended)
{
    const struct hsm_key_entry *found = hsm_catalogue_by_label(catalogue, label);
    if (found == NULL)
        return mv_fail(strncmp(label, "vending/", 8) == 0 ? MV_VENDING_KEY_UNKNOWN : MV_KEY_UNKNOWN, NULL);
    if (!hsm_key_is_mortal(&found->info))
        return mv_fail(MV_INVALID_FIELD, "label: this key holds the token together");
    struct hsm_entry entry = {.kind = HSM_ENTRY_KEY};
    struct hsm_key_info *info = &entry.of.key.info;
    entry.of.key = *found;
    if ((amendment->what & HSM_AMEND_STATE) != 0)
        MV_TRY(set_state(amendment, info));
    if ((amendment->what & HSM_AMEND_SUCCESSOR) != 0) {
        if (info->use != HSM_USE_VENDING)
            return mv_fail(MV_INVALID_FIELD, "successor: of vending keys only");
        if (amendment->successor_krn != 0)
            MV_TRY(check_successor(catalogue, info, amendment->successor_krn));
        info->scope.successor_krn = amendment->successor_krn;
    }
    MV_TRY(hsm_catalogue_append(hsm, &entry));
    *amended = *info;
    amended->generation = entry.generation;
    return mv_ok();
}

mv_status hsm_key_amend_label(struct hsm *hsm, const char *label, const struct hsm_amendment *amendment,
                              struct hsm_key_info *amended)
{
    struct hsm_held held;
    mv_status status = hsm_hold(hsm, &held);
    if (status.ok)
        status = amend_entry(hsm, held.catalogue, label, amendment, amended);
    hsm_let_go(&held);
    return status;
}

mv_status hsm_key_amend(struct hsm *hsm, const char *sgc, uint8_t krn, uint8_t kt,
                        const struct hsm_amendment *amendment, struct hsm_key_info *amended)
{
    char label[HSM_LABEL_SIZE];
    (void)snprintf(label, sizeof label, "vending/%.6s/%u/%u", sgc, krn, kt);
    return hsm_key_amend_label(hsm, label, amendment, amended);
}
