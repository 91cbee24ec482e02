/* What the board and whoever stands at the meter do in a minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "year.h"

enum { HOUR_MIN = 60, DAY_HOURS = 24, MINUTE_MS = 60000, LOAD_MAX = 12000 };

/* W at each hour of the day, of the sum; each minute takes between a half and one and a half of it: 10 kWh a day. */
static const uint16_t usual_w[DAY_HOURS] = {120, 110, 100, 100, 110, 180, 420,  700,  500, 350, 330, 400,
                                            520, 450, 350, 340, 420, 700, 1100, 1150, 900, 520, 300, 180};

static void load(struct year *y, uint32_t watts[MV_PHASES])
{
    uint32_t hour = y->minute / HOUR_MIN % DAY_HOURS;
    uint32_t sum = usual_w[hour] / 2 + year_random(y, usual_w[hour]);
    if (y->minute % 1000 < 3 && year_random(y, 3) != 0) /* an oven, a heater and a kettle */
        sum = LOAD_MAX;
    watts[0] = sum / 2;
    watts[1] = sum / 3;
    watts[2] = sum - watts[0] - watts[1];
    for (unsigned i = 0; !y->f.closed && i < MV_PHASES; i++)
        watts[i] = 0;
}

static void ticked(struct year *y)
{
    if (y->f.clock)
        ledger_time(&y->now, y->f.now);
}

static void mains(struct year *y)
{
    if (year_happens(y, 30)) {
        (void)year_does(y, YEAR_MAINS_GOES, NULL);
        y->counts[YEAR_WARNED_CUTS]++;
        y->outage_min = 1 + year_random(y, 90);
    } else if (year_happens(y, 40)) {
        y->counts[YEAR_UNWARNED_CUTS]++;
        y->outage_min = 1 + year_random(y, 90);
    }
}

static void somebody(struct year *y)
{
    bool dark = !y->f.closed;
    if (year_happens(y, 100) || (dark && year_random(y, 60) == 0))
        (void)year_does(y, YEAR_ENTER_KEY, NULL);
    if (year_happens(y, 20))
        (void)year_does(y, YEAR_TAMPER, NULL);
    if (year_happens(y, 6))
        (void)year_does(y, YEAR_BYPASS_ON, NULL);
    if (y->f.p.supply.bypass && year_random(y, 200) == 0)
        (void)year_does(y, YEAR_BYPASS_OFF, NULL);
    if (year_happens(y, 7))
        y->f.clock = false;
}

/* One bit anywhere in the memory; the next start mends it where it counts. */
static void rot(struct year *y)
{
    struct flash *flash = &y->f.flash;
    flash_rot(flash, year_random(y, flash->sectors), year_random(y, 8 * flash->sector_size));
    y->counts[YEAR_ROT]++;
    year_restart(y);
}

void year_minute(struct year *y)
{
    uint32_t watts[MV_PHASES];
    y->minute++;
    y->f.now += YEAR_MINUTE_S;
    if (y->outage_min > 0) {
        if (--y->outage_min == 0)
            year_restart(y);
        return;
    }
    y->f.flash.now += YEAR_MINUTE_S;
    load(y, watts);
    mv_prepay_power(&y->f.p, watts, MINUTE_MS);
    ledger_use(&y->now, watts, MINUTE_MS);
    (void)year_does(y, YEAR_TICK, ticked);
    year_tokens(y);
    year_records(y);
    somebody(y);
    if (year_happens(y, 10))
        rot(y);
    if (year_happens(y, 100))
        y->strike = true;
    mains(y);
}
