/* What holds now, asked of the state; and what follows from a change. */
#include "supply.h"

#include "../nv/nv.h"
#include "account.h"
#include "alarm.h"
#include "calendar.h"
#include "events.h"
#include "limit.h"
#include "save.h"
#include "settle.h"

enum { SUPPLY_FORM = 1, SUPPLY_SIZE = 4 };
enum { BIT_COMMANDED = 1, BIT_BYPASS = 2, BIT_WARNED = 4, BIT_WARNING = 8, BIT_AWAITS = 16, BIT_RETIRED = 32 };
enum { BITS_ALL = 63 };

/* ---- in the journal: cut, limit, tries, flags ---- */

static void encode(const void *state, struct mv_nv_sink *to)
{
    const struct mv_supply *supply = &((const struct mv_prepay *)state)->supply;
    mv_nv_put_u8(to, supply->cut);
    mv_nv_put_u8(to, supply->limit);
    mv_nv_put_u8(to, supply->tries);
    mv_nv_put_u8(to, (uint8_t)((supply->commanded_open ? BIT_COMMANDED : 0) | (supply->bypass ? BIT_BYPASS : 0) |
                               (supply->warned ? BIT_WARNED : 0) | (supply->warning ? BIT_WARNING : 0) |
                               (supply->awaits_key ? BIT_AWAITS : 0) | (supply->retired ? BIT_RETIRED : 0)));
}

static bool decode(void *state, struct mv_nv_source *from)
{
    struct mv_supply *supply = &((struct mv_prepay *)state)->supply;
    *supply = (struct mv_supply){.cut = mv_nv_get_u8(from)};
    supply->limit = mv_nv_get_u8(from);
    supply->tries = mv_nv_get_u8(from);
    uint8_t bits = mv_nv_get_u8(from);
    supply->commanded_open = (bits & BIT_COMMANDED) != 0;
    supply->bypass = (bits & BIT_BYPASS) != 0;
    supply->warned = (bits & BIT_WARNED) != 0;
    supply->warning = (bits & BIT_WARNING) != 0;
    supply->awaits_key = (bits & BIT_AWAITS) != 0;
    supply->retired = (bits & BIT_RETIRED) != 0;
    bool limit_fits =
        supply->limit == MV_CUT_NONE || (supply->limit >= MV_CUT_POWER && supply->limit <= MV_CUT_UNBALANCE);
    return limit_fits && supply->cut <= MV_CUT_UNBALANCE && bits <= BITS_ALL;
}

const struct mv_nv_object mv_object_supply = {
    .id = MV_OBJECT_SUPPLY, .form = SUPPLY_FORM, .size = SUPPLY_SIZE, .encode = encode, .decode = decode};

/* ---- credit ---- */

int64_t mv_supply_floor(const struct mv_prepay *p)
{
    return -p->parameters.overdraft - (p->account.emergency_on ? p->parameters.emergency : 0);
}

bool mv_supply_is_out(const struct mv_prepay *p)
{
    return mv_account_remaining(p) <= mv_supply_floor(p);
}

static bool is_friendly(const struct mv_prepay *p)
{
    uint32_t now;
    struct mv_local local;
    if (!mv_clock_now(p, &now))
        return false;
    mv_clock_local(p, now, &local);
    return mv_calendar_is_friendly(p, &local);
}

static struct mv_supply_facts gather(const struct mv_prepay *p, bool friendly)
{
    const struct mv_supply *supply = &p->supply;
    return (struct mv_supply_facts){.retired = supply->retired,
                                    .commanded_open = supply->commanded_open,
                                    .bypass = supply->bypass,
                                    .out = mv_supply_is_out(p),
                                    .friendly = friendly,
                                    .awaits_key = supply->awaits_key && p->parameters.key_press_to_close,
                                    .warning = supply->warning,
                                    .limit = (enum mv_cut)supply->limit,
                                    .test = supply->testing};
}

/* ---- deciding ---- */

/* Anybody can make test tokens: what they cause is neither kept nor logged. */
static uint8_t kept(enum mv_cut cut)
{
    return cut == MV_CUT_TEST ? MV_CUT_NONE : (uint8_t)cut;
}

static void change(struct mv_prepay *p, enum mv_cut cut)
{
    if (kept(cut) == p->supply.cut)
        return;
    p->supply.cut = kept(cut);
    mv_touch(p, MV_OBJECT_SUPPLY, true);
    if (p->supply.cut == MV_CUT_NONE)
        mv_event_log(p, MV_EVENT_CLOSED, 0);
    else
        mv_event_log(p, MV_EVENT_CUT, p->supply.cut);
}

/* Credit that cut supply makes it wait for the key, until the key comes or is not wanted. */
static void set_awaits(struct mv_prepay *p, enum mv_cut cut)
{
    bool awaits = cut == MV_CUT_CREDIT || (p->supply.awaits_key && p->parameters.key_press_to_close);
    if (awaits == p->supply.awaits_key)
        return;
    p->supply.awaits_key = awaits;
    mv_touch(p, MV_OBJECT_SUPPLY, true);
}

void mv_supply_update(struct mv_prepay *p)
{
    bool friendly = is_friendly(p);
    if (p->supply.testing && mv_seconds(p) + 1 - p->supply.test_since_s >= MV_TEST_CUT_S)
        p->supply.testing = false;
    mv_limit_update(p);
    mv_alarm_update(p, friendly);
    struct mv_supply_facts facts = gather(p, friendly);
    enum mv_cut cut = mv_supply_decide((enum mv_cut)p->supply.cut, &facts);
    set_awaits(p, cut);
    change(p, cut);
}

void mv_supply_restart(struct mv_prepay *p)
{
    p->supply.limit_since_s = p->supply.warning_since_s = p->supply.tries_since_s = mv_seconds(p);
}
