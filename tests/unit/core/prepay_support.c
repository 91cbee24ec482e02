#include "prepay_support.h"

#include <string.h>

#include "calendar.h"
#include "events.h"
#include "parameters.h"
#include "save.h"
#include "tariff.h"

static struct prepay_fixture fixture;

static bool read_clock(void *context, uint32_t *unix_s)
{
    const struct prepay_fixture *f = context;
    *unix_s = f->now;
    return !f->no_clock;
}

static bool set_clock(void *context, uint32_t unix_s)
{
    struct prepay_fixture *f = context;
    if (!f->deny_clock)
        f->now = unix_s;
    return !f->deny_clock;
}

static uint32_t seconds(void *context)
{
    (void)context;
    return fixture.now;
}

int prepay_setup(void **state)
{
    memset(&fixture, 0, sizeof fixture);
    fixture.now = TEST_2026;
    fixture.p.port = (struct mv_prepay_port){.context = &fixture, .clock_read = read_clock, .clock_set = set_clock};
    fixture.p.meter.state.identity.measures = 0xFF;
    fixture.p.meter.port.seconds = seconds;
    fixture.p.meter.loaded = fixture.p.counts = true;
    mv_parameters_default(&fixture.p.parameters);
    mv_tariff_default(&fixture.p.tariff);
    mv_calendar_default(&fixture.p.calendar);
    *state = &fixture;
    return 0;
}

/* What the engine does with touched objects and events has tests of its own. */
void mv_touch(struct mv_prepay *p, enum mv_object object, bool urgent)
{
    p->dirty |= UINT32_C(1) << object;
    if (urgent)
        p->urgent |= UINT32_C(1) << object;
}

void mv_event_log(struct mv_prepay *p, enum mv_event_code code, uint16_t detail)
{
    p->events.ring[0] = (struct mv_event){.code = (uint8_t)code, .detail = detail};
    p->events.count++;
}

void prepay_saved(struct mv_prepay *p)
{
    p->dirty = p->urgent = 0;
}

bool prepay_dirty(const struct mv_prepay *p, enum mv_object object)
{
    return (p->dirty >> object & 1U) != 0;
}

bool prepay_urgent(const struct mv_prepay *p, enum mv_object object)
{
    return prepay_dirty(p, object) && (p->urgent >> object & 1U) != 0;
}

void prepay_credit(struct mv_prepay *p, int64_t amount)
{
    p->meter.state.credit[p->parameters.credit_register] += amount;
}

void prepay_currency(struct mv_prepay *p, uint32_t price)
{
    p->parameters.credit_register = MV_REGISTER_ELECTRICITY_CURRENCY;
    p->tariff.price[0] = price;
}
