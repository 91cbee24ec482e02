#include "timeline.h"

#include "account.h"
#include "calendar.h"
#include "freeze.h"
#include "save.h"
#include "tariff.h"

/* The last second of Unix time in 32 bits stands for a moment that does not come. */
#define NEVER UINT32_MAX

/* One thing that is due. At the same moment a new tariff comes first, so that the day which begins pays its fixed
 * charge, and the month ends before that day is taken. */
static bool do_earliest(struct mv_prepay *p, uint32_t now)
{
    uint32_t tariff = mv_tariff_waits(p) ? p->next_tariff.valid_from : NEVER;
    uint32_t freeze = mv_freeze_due(p, now);
    uint32_t day = mv_clock_unix(p, p->account.day + 1, 0);
    uint32_t earliest = freeze <= day ? freeze : day;
    if (tariff <= earliest)
        earliest = tariff;
    if (earliest > now || earliest == NEVER)
        return false;
    if (earliest == tariff)
        mv_tariff_switch(p);
    else if (earliest == freeze)
        mv_freeze_month(p, freeze);
    else
        mv_account_next_day(p);
    return true;
}

bool mv_timeline_run(struct mv_prepay *p)
{
    struct mv_local local;
    uint32_t now = 0;
    unsigned steps = 0;
    if (!mv_clock_now(p, &now))
        return false;
    mv_clock_local(p, now, &local);
    mv_account_days_begin(p, &local);
    while (steps < MV_TIMELINE_STEPS && do_earliest(p, now))
        steps++;
    p->load.rate = mv_calendar_rate(p, &local);
    return steps == MV_TIMELINE_STEPS;
}

void mv_timeline_anew(struct mv_prepay *p)
{
    p->freezes.next_month = 0;
    p->account.day = 0;
    mv_touch(p, MV_OBJECT_FREEZES, true);
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
}
