#include "settle.h"

#include "../meter/companion.h"
#include "account.h"
#include "alarm.h"
#include "clock.h"
#include "events.h"
#include "load_switch.h"
#include "measure.h"
#include "save.h"
#include "supply.h"

void mv_loaded(struct mv_prepay *p)
{
    mv_account_forfeit(p);
    mv_saved(p);
    mv_supply_restart(p);
    p->quota = MV_QUOTA_FIRST;
    p->ticked_at_s = mv_seconds(p);
    p->counts = true;
    p->had_clock = mv_clock_begin(p);
    if (p->supply.retired)
        mv_store_forget(&p->meter);
    if (p->meter.journal.mended)
        mv_event_log(p, MV_EVENT_STORAGE_HEALED, 0);
}

/* A commit failed, and the journal was loaded again. What was used stays used, and what supply went through stays so;
 * tokens, records and orders are those of the journal. Nothing is urgent: it is written when it is due. */
static void reloaded(struct mv_prepay *p, struct mv_supply *was)
{
    bool unsaved = p->unsaved;
    mv_saved(p);
    p->unsaved = unsaved;
    p->counts = true;
    was->commanded_open = p->supply.commanded_open;
    was->bypass = p->supply.bypass;
    was->retired = p->supply.retired;
    p->supply = *was;
    mv_touch(p, MV_OBJECT_SUPPLY, false);
    mv_measure_again(p);
    /* Supply that was decided and not given: no friendly hour may give it. */
    if (was->cut == MV_CUT_NONE && !p->load_switch.closed && mv_supply_is_out(p))
        p->supply.cut = MV_CUT_CREDIT;
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
    struct mv_supply was = p->supply;
    bool again = p->counts;
    if (again)
        p->counted = p->registers;
    p->counts = false; /* what is half loaded means nothing */
    enum mv_result result = mv_load_if_needed(&p->meter);
    p->fault = result;
    if (result != MV_DONE)
        indicate(p);
    else if (again)
        reloaded(p, &was);
    else
        mv_loaded(p);
    return result;
}

enum mv_result mv_settle(struct mv_prepay *p, enum mv_result result)
{
    enum mv_result saved = MV_STORAGE_ERROR;
    uint32_t time = p->set_time;
    p->set_time = 0;
    if (p->meter.loaded) {
        mv_supply_update(p);
        saved = mv_save(p);
        /* Supply ends also where that cannot be kept; it begins only when what it stands on is. */
        if (saved == MV_DONE || mv_supply_cut(p) != MV_CUT_NONE)
            mv_load_switch_follow(p);
    }
    if (saved == MV_DONE && time != 0) {
        result = mv_clock_set(p, time) ? result : MV_RECORD_TIME;
        saved = mv_save(p);
    }
    p->fault = saved;
    p->unsaved = p->unsaved || saved != MV_DONE;
    indicate(p);
    return saved == MV_DONE ? result : saved;
}
