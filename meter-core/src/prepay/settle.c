#include "settle.h"

#include "../meter/companion.h"
#include "alarm.h"
#include "clock.h"
#include "events.h"
#include "load_switch.h"
#include "save.h"
#include "supply.h"

uint32_t mv_seconds(const struct mv_prepay *p)
{
    return p->meter.port.seconds(p->meter.port.context);
}

void mv_loaded(struct mv_prepay *p)
{
    uint32_t now;
    mv_saved(p);
    mv_supply_restart(p);
    p->ticked_at_s = mv_seconds(p);
    p->had_clock = mv_clock_now(p, &now);
    if (p->meter.journal.mended)
        mv_event_log(p, MV_EVENT_STORAGE_HEALED, 0);
}

static void indicate(const struct mv_prepay *p)
{
    if (p->port.indicate != NULL) /* it is for a meter that was opened */
        p->port.indicate(p->port.context, mv_alarm_lamps(p));
}

enum mv_result mv_begin(struct mv_prepay *p)
{
    if (p->meter.loaded)
        return MV_DONE;
    enum mv_result result = mv_load_if_needed(&p->meter);
    p->fault = result;
    if (result == MV_DONE)
        mv_loaded(p);
    else
        indicate(p);
    return result;
}

enum mv_result mv_settle(struct mv_prepay *p, enum mv_result result)
{
    enum mv_result saved = MV_STORAGE_ERROR;
    if (p->meter.loaded) {
        mv_supply_update(p);
        saved = mv_save(p);
    }
    p->fault = saved;
    if (saved == MV_DONE)
        mv_load_switch_follow(p);
    indicate(p);
    return saved == MV_DONE ? result : saved;
}
