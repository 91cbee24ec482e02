#include "hsm/states.h"

/* ISSUED_UNTIL is a key that is being replaced: its meters buy until its date, and no meter comes to it any more.
 * EXPIRED and COMPROMISED keys sign nothing but the way out of them. */
static const struct {
    enum hsm_key_state state;
    bool issue, leave, enter, check, open;
} table[] = {
    {HSM_PRE_ACTIVE, false, false, false, false, true}, /* not yet released */
    {HSM_ACTIVE, true, true, true, true, true},         /* in use */
    {HSM_ISSUED_UNTIL, true, true, false, true, true},  /* being replaced */
    {HSM_EXPIRED, false, true, false, true, true},      /* its time is over */
    {HSM_COMPROMISED, false, true, false, false, true}, /* somebody else may have it, and write what a meter would */
    {HSM_DESTROYED, false, false, false, false, false}, /* the entry remains, the key does not */
};

enum hsm_key_state hsm_key_state_at(const struct hsm_key_info *key, int64_t now_unix_s)
{
    if (key->state != HSM_ACTIVE && key->state != HSM_ISSUED_UNTIL)
        return key->state;
    if (now_unix_s < key->active_from_unix_s)
        return HSM_PRE_ACTIVE;
    return now_unix_s >= key->issued_until_unix_s ? HSM_EXPIRED : key->state;
}

bool hsm_state_allows(enum hsm_key_state state, enum hsm_purpose purpose)
{
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].state != state)
            continue;
        switch (purpose) {
        case HSM_TO_ISSUE:
            return table[i].issue;
        case HSM_TO_LEAVE:
            return table[i].leave;
        case HSM_TO_ENTER:
            return table[i].enter;
        case HSM_TO_CHECK:
            return table[i].check;
        case HSM_TO_OPEN:
            return table[i].open;
        }
    }
    return false;
}

mv_status hsm_key_fits(const struct hsm_key_info *key, enum hsm_purpose purpose, uint16_t base_date, uint8_t ea)
{
    if (key->scope.base_date != base_date)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "base_date");
    if (ea > 15 || (key->scope.ea_mask & 1U << ea) == 0)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "ea");
    return hsm_state_allows(key->state, purpose) ? mv_ok() : mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "state");
}

mv_status hsm_key_current(const struct hsm_key_info *key, enum hsm_purpose purpose, int64_t now_unix_s)
{
    if (!hsm_state_allows(key->state, purpose))
        return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "state");
    if (hsm_state_allows(hsm_key_state_at(key, now_unix_s), purpose))
        return mv_ok();
    return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, now_unix_s < key->active_from_unix_s ? "active_from" : "issued_until");
}

mv_status hsm_scope_may_follow(const struct hsm_vending_scope *from, const struct hsm_vending_scope *next)
{
    if (next->base_date < from->base_date)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "successor: base_date");
    if (next->dkga < from->dkga)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "successor: dkga");
    if ((from->ea_mask & ~(unsigned)next->ea_mask) != 0)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "successor: ea");
    return mv_ok();
}
