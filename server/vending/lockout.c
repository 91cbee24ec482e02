#include "vending/lockout.h"

static int64_t pause_after(uint32_t wrong)
{
    int64_t pause = VEND_LOCKOUT_FIRST_S;
    if (wrong <= VEND_LOCKOUT_FREE)
        return 0;
    for (uint32_t i = VEND_LOCKOUT_FREE + 1; i < wrong && pause < VEND_LOCKOUT_LONGEST_S; i++)
        pause *= 2;
    return pause < VEND_LOCKOUT_LONGEST_S ? pause : VEND_LOCKOUT_LONGEST_S;
}

mv_status vend_lockout_charge(const struct store_verify *before, int64_t now_unix_s, struct store_verify *after)
{
    if (now_unix_s < before->locked_until_unix_s)
        return mv_fail_code(MV_VERIFY_LOCKED, "retry_after_s",
                            (unsigned long)(before->locked_until_unix_s - now_unix_s));
    bool forgotten = now_unix_s - before->locked_until_unix_s >= VEND_LOCKOUT_MEMORY_S;
    uint32_t wrong = forgotten ? 0 : before->wrong;
    after->wrong = wrong < UINT32_MAX ? wrong + 1 : wrong;
    after->locked_until_unix_s = now_unix_s + pause_after(after->wrong);
    return mv_ok();
}
