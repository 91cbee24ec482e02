/* Time passes; the mains goes. */
#include "clock.h"
#include "events.h"
#include "keypad.h"
#include "measure.h"
#include "save.h"
#include "settle.h"
#include "supply.h"
#include "timeline.h"

static void watch_clock(struct mv_prepay *p)
{
    bool has = mv_clock_tick(p);
    if (p->had_clock && !has)
        mv_event_log(p, MV_EVENT_CLOCK_LOST, 0);
    p->had_clock = has;
}

/* What a meter of time measures. */
static void count_seconds(struct mv_prepay *p)
{
    uint32_t now = mv_seconds(p);
    if (p->load_switch.closed)
        mv_measure_seconds(p, now - p->ticked_at_s);
    p->ticked_at_s = now;
}

enum mv_result mv_prepay_tick(struct mv_prepay *p)
{
    enum mv_result result = mv_begin(p);
    if (result != MV_DONE)
        return result;
    uint32_t commits = p->meter.journal.commits;
    watch_clock(p);
    count_seconds(p);
    (void)mv_timeline_run(p); /* what it leaves comes with the next tick */
    mv_keypad_tick(p);
    result = mv_settle(p, MV_DONE);
    if (result != MV_DONE || p->meter.journal.commits != commits) /* a tick is one commit */
        return result;
    result = mv_meter_tick(&p->meter);
    return result == MV_DONE ? result : mv_settle(p, result);
}

enum mv_result mv_prepay_power_fails(struct mv_prepay *p)
{
    enum mv_result result = mv_begin(p);
    return result == MV_DONE ? mv_save_now(p) : result;
}
