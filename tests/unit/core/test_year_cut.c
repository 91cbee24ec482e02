/* A month of the year of year.h (with arguments: days FIRST to LAST; one word in EVERY, see year_cut.h; cuts of a
 * recovery): the power is cut in everything that is written, torn, and cut again while the meter recovers. Then it has
 * all or nothing of what the call did, and all of it when the call said so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "year_cut.h"

#ifndef FIRST_DAY
#define FIRST_DAY 0
#endif
#ifndef LAST_DAY
#define LAST_DAY (YEAR_MONTH_DAYS - 1)
#endif
#ifndef EVERY
#define EVERY 32
#endif
#ifndef EVERY_OTHER
#define EVERY_OTHER 1
#endif
#ifndef BYTES_MAX
#define BYTES_MAX 1024
#endif
enum { SEED = 4711, SECTORS = 2, DECIMAL = 10 };

static struct year year;
static uint32_t first_day = FIRST_DAY, last_day = LAST_DAY;

static void all_or_nothing(void **state)
{
    (void)state;
    struct year *y = &year;
    year_begin(y, SEED, SECTORS, FLASH_BYTES / SECTORS);
    while (y->minute < (last_day + 1) * YEAR_DAY_MIN) {
        y->watch = y->minute >= first_day * YEAR_DAY_MIN ? year_cut_everywhere : NULL;
        year_minute(y);
    }
    printf("days %u to %u: %u calls that wrote, %llu cuts of power, %llu of recovery; rot: %llu healed, %llu refused\n",
           (unsigned)first_day, (unsigned)last_day, year_cuts.writes, (unsigned long long)year_cuts.cuts,
           (unsigned long long)year_cuts.again, (unsigned long long)year_cuts.healed,
           (unsigned long long)year_cuts.refused);
    assert_true(year_cuts.cuts > year_cuts.writes && year_cuts.again > 0);
    assert_true(year_cuts.healed > 0 && year_cuts.refused > 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_or_nothing)};
    year_cuts.every = EVERY;
    year_cuts.every_other = EVERY_OTHER;
    year_cuts.bytes_max = BYTES_MAX;
    year_cuts.recoveries = 1;
    if (argc == 5) {
        first_day = (uint32_t)strtoul(argv[1], NULL, DECIMAL);
        last_day = (uint32_t)strtoul(argv[2], NULL, DECIMAL);
        year_cuts.every = (unsigned)strtoul(argv[3], NULL, DECIMAL);
        year_cuts.recoveries = (unsigned)strtoul(argv[4], NULL, DECIMAL);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
