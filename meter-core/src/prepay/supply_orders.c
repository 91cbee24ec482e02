/* Orders to supply control: by records, tokens, the board, the key. */
#include "account.h"
#include "events.h"
#include "save.h"
#include "settle.h"
#include "supply.h"

void mv_supply_command(struct mv_prepay *p, bool open)
{
    p->supply.commanded_open = open;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
}

void mv_supply_bypass(struct mv_prepay *p, bool on)
{
    if (p->supply.bypass == on)
        return;
    p->supply.bypass = on;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
    mv_event_log(p, on ? MV_EVENT_BYPASS : MV_EVENT_BYPASS_END, 0);
    if (!on && mv_supply_is_out(p)) /* supply that the bypass gave is none that friendly hours keep */
        p->supply.cut = MV_CUT_CREDIT;
}

void mv_supply_retire(struct mv_prepay *p)
{
    if (p->supply.retired)
        return;
    p->supply.retired = true;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
    mv_event_log(p, MV_EVENT_RETIRED, 0);
}

void mv_supply_test(struct mv_prepay *p)
{
    uint32_t now = mv_seconds(p) + 1;
    if (p->supply.test_since_s != 0 && now - p->supply.test_since_s < MV_TEST_EVERY_S)
        return;
    p->supply.testing = true;
    p->supply.test_since_s = now;
}

/* From alarm 2 downwards, and wherever supply ends without it; but not when even it would not give supply. */
static bool grant_emergency(struct mv_prepay *p)
{
    int64_t remaining = mv_account_remaining(p);
    if (p->account.emergency_on || p->parameters.emergency == 0 ||
        (remaining > p->parameters.alarm_2 && remaining > mv_supply_floor(p)) ||
        remaining <= mv_supply_floor(p) - p->parameters.emergency)
        return false;
    p->account.emergency_on = true;
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
    mv_event_log(p, MV_EVENT_EMERGENCY, 0);
    return true;
}

/* Credit that is out waits for more of it, not for the key. */
static bool end_wait(struct mv_prepay *p)
{
    if (!p->supply.awaits_key || mv_supply_is_out(p))
        return false;
    p->supply.awaits_key = false;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
    return true;
}

static bool end_warning(struct mv_prepay *p)
{
    if (!p->supply.warning)
        return false;
    p->supply.warning = false;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
    return true;
}

bool mv_supply_key(struct mv_prepay *p)
{
    bool warning = end_warning(p);
    if (end_wait(p) || warning)
        return true;
    if (!grant_emergency(p))
        return false;
    (void)end_wait(p);
    return true;
}
