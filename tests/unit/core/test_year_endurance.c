/* A year of the whole payment meter, with everything that happens to it, in 16 KiB sectors: what is written how often,
 * and how long the memory lasts. Whatever the meter has is compared with a ledger every minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "year.h"

#ifndef DAYS
#define DAYS YEAR_DAYS
#endif
enum {
    ALL_SEEN_DAYS = 200,
    SECTOR = 16384,
    ENDURANCE = 100000,
    SPREAD_MAX = 32 /* an erasure that was cut is done again; keys that go have the sector behind them erased */,
    SEED = 2026
};

static struct year year;

static void print_year(const struct year *y)
{
    for (unsigned i = 0; i < YEAR_COUNTS; i++)
        printf("  %s %u\n", year_count_names[i], y->counts[i]);
    printf("  called by   commits   bytes written\n");
    for (unsigned i = 0; i < YEAR_CALLS; i++)
        printf("  %-10s %8u %15llu\n", year_call_names[i], y->writing[i], (unsigned long long)y->bytes[i]);
}

static void live(uint32_t sectors)
{
    struct year *y = &year;
    uint32_t most = 0;
    uint32_t least = UINT32_MAX;
    year_begin(y, SEED, sectors, SECTOR);
    for (uint32_t i = 0; i < (uint32_t)DAYS * YEAR_DAY_MIN; i++)
        year_minute(y);
    printf("%u days, %u sectors of %u bytes, %llu Wh\n", (unsigned)DAYS, (unsigned)sectors, (unsigned)SECTOR,
           (unsigned long long)y->now.ever);
    print_year(y);
    for (uint32_t i = 0; i < sectors; i++) {
        uint32_t erases = y->f.flash.erases[i];
        most = erases > most ? erases : most;
        least = erases < least ? erases : least;
        printf("  sector %u: %u erasures\n", (unsigned)i, (unsigned)erases);
    }
    printf("  %u years to %d erasures\n", (unsigned)(ENDURANCE / (most + 1) * DAYS / YEAR_DAYS), ENDURANCE);
    assert_true(most - least <= SPREAD_MAX);
    for (unsigned i = 0; i < YEAR_COUNTS; i++) {
        if (y->counts[i] == 0 && y->minute > ALL_SEEN_DAYS * YEAR_DAY_MIN)
            fail_msg("no %s in the year", year_count_names[i]);
    }
}

static void a_year_in_two_sectors(void **state)
{
    (void)state;
    live(2);
}

static void a_year_in_four_sectors(void **state)
{
    (void)state;
    live(4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_in_two_sectors),
        cmocka_unit_test(a_year_in_four_sectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
