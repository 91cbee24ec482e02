#include "clock.h"

#include "events.h"
#include "save.h"
#include "settle.h"

enum { DAY_S = 86400, MINUTE_S = 60 };
/* Days are counted in turns of four years that begin with a leap year; 2100, which is none, gets the day that it lacks.
 */
enum { TURN_YEARS = 4, TURN_DAYS = 1461, YEAR_DAYS = 365, TURN_YEAR_0 = 1968, TURN_DAY_0 = 731 };
enum { DAY_OF_2100_03_01 = 47541 };
enum { WEEKDAY_OF_DAY_0 = 3, WEEK = 7, MONTHS = 12 };

static const uint16_t days_before[MONTHS + 1] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

/* Of a year's days before a month (0..12). */
static uint32_t before(unsigned month, bool leap)
{
    return days_before[month] + (leap && month > 1 ? 1U : 0U);
}

uint32_t mv_seconds(const struct mv_prepay *p)
{
    return p->meter.port.seconds(p->meter.port.context);
}

static bool is_near(const struct mv_prepay *p, uint32_t unix_s)
{
    uint32_t expected = p->clock_seen + (mv_seconds(p) - p->clock_seen_s);
    return (unix_s > expected ? unix_s - expected : expected - unix_s) <= MV_CLOCK_ASTRAY_S;
}

bool mv_clock_now(const struct mv_prepay *p, uint32_t *unix_s)
{
    *unix_s = 0;
    if (p->port.clock_read(p->port.context, unix_s) && (p->clock_seen == 0 || is_near(p, *unix_s)))
        return true;
    *unix_s = 0;
    return false;
}

static void believe(struct mv_prepay *p, uint32_t unix_s)
{
    p->clock_seen = unix_s;
    p->clock_seen_s = mv_seconds(p);
}

/* Nothing is known that the first answer could be held against, so that the second must agree with it. */
bool mv_clock_begin(struct mv_prepay *p)
{
    uint32_t now;
    p->clock_seen = 0;
    p->clock_agreed = false;
    bool has = mv_clock_now(p, &now);
    believe(p, now);
    return has;
}

bool mv_clock_tick(struct mv_prepay *p)
{
    uint32_t now;
    bool has = mv_clock_now(p, &now);
    if (has) {
        p->clock_agreed = p->clock_agreed || p->clock_seen != 0;
        believe(p, now);
    } else if (!p->clock_agreed) {
        (void)mv_clock_begin(p);
    }
    return has;
}

static void date_of(struct mv_local *local)
{
    uint32_t day = local->day_number + TURN_DAY_0 + (local->day_number >= DAY_OF_2100_03_01 ? 1U : 0U);
    uint32_t year = TURN_YEAR_0 + day / TURN_DAYS * TURN_YEARS;
    uint32_t in_turn = day % TURN_DAYS;
    unsigned month = 1;
    bool leap = in_turn <= YEAR_DAYS;
    if (!leap) {
        year += (in_turn - 1) / YEAR_DAYS;
        in_turn = (in_turn - 1) % YEAR_DAYS;
    }
    while (in_turn >= before(month, leap))
        month++;
    local->year = (uint16_t)year;
    local->month = (uint8_t)month;
    local->day = (uint8_t)(in_turn - before(month - 1, leap) + 1);
}

void mv_clock_local(const struct mv_prepay *p, uint32_t unix_s, struct mv_local *local)
{
    uint32_t day = unix_s / DAY_S;
    int32_t second = (int32_t)(unix_s % DAY_S) + p->parameters.utc_offset_min * MINUTE_S;
    if (second < 0 && day == 0)
        second = 0;
    if (second < 0) {
        day--;
        second += DAY_S;
    }
    if (second >= DAY_S) {
        day++;
        second -= DAY_S;
    }
    local->day_number = day;
    local->minute = (uint16_t)((uint32_t)second / MINUTE_S);
    local->weekday = (uint8_t)((day + WEEKDAY_OF_DAY_0) % WEEK);
    date_of(local);
}

uint32_t mv_clock_unix(const struct mv_prepay *p, uint32_t day_number, uint16_t minute)
{
    int32_t second = (minute - p->parameters.utc_offset_min) * MINUTE_S;
    int64_t unix_s = (int64_t)day_number * DAY_S + second;
    if (unix_s < 0)
        return 0;
    return unix_s > UINT32_MAX ? UINT32_MAX : (uint32_t)unix_s;
}

uint32_t mv_clock_day_number(uint16_t year, uint8_t month, uint8_t day)
{
    uint32_t years = (uint32_t)year - TURN_YEAR_0;
    uint32_t in_turn = years % TURN_YEARS;
    uint32_t number = years / TURN_YEARS * TURN_DAYS + in_turn * YEAR_DAYS + (in_turn > 0 ? 1U : 0U) +
                      before(month - 1U, in_turn == 0) + day - 1U - TURN_DAY_0;
    return number - (number >= DAY_OF_2100_03_01 ? 1U : 0U);
}

bool mv_clock_set(struct mv_prepay *p, uint32_t unix_s)
{
    if (!p->port.clock_set(p->port.context, unix_s))
        return false;
    believe(p, unix_s);
    p->clock_agreed = true;
    p->had_clock = true;
    mv_event_log(p, MV_EVENT_CLOCK_SET, 0);
    mv_touch(p, MV_OBJECT_EVENTS, true);
    return true;
}
