#include "alarm.h"

#include "account.h"
#include "save.h"
#include "settle.h"
#include "supply.h"

static void set_warning(struct mv_prepay *p, bool warned, bool warning)
{
    if (p->supply.warned == warned && p->supply.warning == warning)
        return;
    p->supply.warned = warned;
    p->supply.warning = warning;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
}

static bool begins(const struct mv_prepay *p, bool friendly)
{
    return p->parameters.warning_cut_s != 0 && !p->supply.warned && !friendly && p->supply.cut == MV_CUT_NONE &&
           !p->supply.bypass;
}

void mv_alarm_update(struct mv_prepay *p, bool friendly)
{
    uint32_t now = mv_seconds(p);
    if (mv_account_remaining(p) > p->parameters.alarm_2) {
        p->supply.silenced = false;
        set_warning(p, false, false);
        return;
    }
    if (mv_supply_is_out(p)) { /* nothing is left to warn of */
        set_warning(p, true, false);
        return;
    }
    if (p->supply.warning) {
        if (friendly || now - p->supply.warning_since_s >= p->parameters.warning_cut_s)
            set_warning(p, true, false);
        return;
    }
    if (begins(p, friendly)) {
        p->supply.warning_since_s = now;
        set_warning(p, true, true);
    }
}

uint8_t mv_alarm_lamps(const struct mv_prepay *p)
{
    if (!p->meter.loaded)
        return MV_LAMP_FAULT;
    unsigned lamps = 0;
    int64_t remaining = mv_account_remaining(p);
    bool out = mv_supply_is_out(p);
    /* Who can do nothing about it is not called. */
    bool calls = !out && !p->supply.silenced && p->supply.cut != MV_CUT_RETIRED && p->supply.cut != MV_CUT_COMMAND;
    if (remaining <= p->parameters.alarm_1)
        lamps |= MV_LAMP_CREDIT_LOW;
    if (calls && remaining <= p->parameters.alarm_2)
        lamps |= MV_BUZZER;
    if (out)
        lamps |= MV_LAMP_CREDIT_OUT;
    if (p->supply.switch_fault || p->unsaved || p->meter.state.settings.tampered)
        lamps |= MV_LAMP_FAULT;
    if (mv_supply_cut(p) != MV_CUT_NONE)
        lamps |= MV_LAMP_SWITCH_OPEN;
    return (uint8_t)lamps;
}
