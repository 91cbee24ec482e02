/* Which tariffs are in order, which are doubted, and what is left of free units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h needs those first */
#include <cmocka.h>

#include "price_case.h"

static struct vend_tariff_version full(void)
{
    struct vend_tariff_version tariff = price_steps();
    tariff.charge_count = 1;
    tariff.charges[0] = (struct vend_charge){"levy", VEND_CHARGE_PERCENT, 25000};
    tariff.tax_count = 1;
    tariff.taxes[0] = (struct vend_tax){"VAT", 150000, true, true};
    tariff.fixed_charge_per_month = 1000;
    tariff.free_units_per_month = 50000;
    tariff.free_carry_months = 2;
    tariff.minimum_purchase = 100;
    tariff.maximum_purchase = 100000;
    return tariff;
}

static void refused(const struct vend_tariff_version *tariff, const char *field)
{
    mv_status status = vend_tariff_check(tariff);
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_TARIFF_INVALID);
    assert_string_equal(status.where, field);
}

#define WITHOUT(FIELD, CHANGE)                                                                                         \
    do {                                                                                                               \
        struct vend_tariff_version tariff = full();                                                                    \
        assert_true(vend_tariff_check(&tariff).ok);                                                                    \
        CHANGE;                                                                                                        \
        refused(&tariff, FIELD);                                                                                       \
    } while (0)

static void each_field_has_a_range(void **state)
{
    (void)state;
    WITHOUT("utility", tariff.utility = (enum vend_utility)5);
    WITHOUT("kind", tariff.kind = (enum vend_tariff_kind)0);
    WITHOUT("rounding", tariff.rounding = (enum vend_rounding)4);
    WITHOUT("round_to", tariff.round_to = 0);
    WITHOUT("steps", tariff.kind = VEND_SINGLE);
    WITHOUT("steps", tariff.step_count = 0);
    WITHOUT("steps.up_to", tariff.steps[2].up_to = 400000);
    WITHOUT("steps.up_to", tariff.steps[1].up_to = 100000);
    WITHOUT("steps.price_e5", tariff.steps[2].price_e5 = 0);
    WITHOUT("steps.price_e5", tariff.steps[0].price_e5 = -1);
    WITHOUT("steps.price_e5", tariff.steps[0].price_e5 = VEND_RATE_MOST_E5 + 1);
    WITHOUT("periods", tariff.period_count = 1);
    WITHOUT("periods", tariff.kind = VEND_TIME_OF_USE);
    WITHOUT("charges", tariff.charge_count = VEND_CHARGES + 1);
    WITHOUT("charges.name", tariff.charges[0].name[0] = '\0');
    WITHOUT("charges.name", tariff.charges[0].name[0] = '\n');
    WITHOUT("charges.amount", tariff.charges[0].amount = VEND_PERCENT_E4 + 1);
    WITHOUT("charges.amount", tariff.charges[0].kind = (enum vend_charge_kind)4);
    WITHOUT("taxes", tariff.tax_count = VEND_TAXES + 1);
    WITHOUT("taxes.percent_e4", tariff.taxes[0].percent_e4 = -1);
    WITHOUT("taxes.on", tariff.taxes[0].on_charges = tariff.taxes[0].on_energy = false);
    WITHOUT("free_units_per_month", tariff.free_units_per_month = 50);
    WITHOUT("free_carry_months", tariff.free_carry_months = VEND_FREE_CARRY + 1);
    WITHOUT("fixed_charge_per_month", (tariff.round_to = 30, tariff.fixed_charge_per_month = 10));
    WITHOUT("minimum_purchase", tariff.minimum_purchase = -1);
    WITHOUT("maximum_purchase", tariff.maximum_purchase = 99);
}

static void doubted(const struct vend_tariff_version *after, const char *field)
{
    struct vend_tariff_version before = full();
    const char *doubt = vend_tariff_doubt(&before, after);
    assert_non_null(doubt);
    assert_string_equal(doubt, field);
}

#define DOUBT(FIELD, CHANGE)                                                                                           \
    do {                                                                                                               \
        struct vend_tariff_version tariff = full();                                                                    \
        CHANGE;                                                                                                        \
        doubted(&tariff, FIELD);                                                                                       \
    } while (0)

static void what_changes_much_is_doubted(void **state)
{
    (void)state;
    struct vend_tariff_version before = full();
    struct vend_tariff_version after = full();
    assert_string_equal(vend_tariff_doubt(NULL, &after), "version");
    after.steps[0].price_e5 = 15000;
    after.taxes[0].percent_e4 = 100000;
    assert_null(vend_tariff_doubt(&before, &after));
    DOUBT("kind", tariff.kind = VEND_SINGLE);
    DOUBT("steps", tariff.step_count = 2);
    DOUBT("steps.price_e5", tariff.steps[0].price_e5 = 15001);
    DOUBT("steps.price_e5", tariff.steps[0].price_e5 = 6666);
    DOUBT("steps.price_e5", tariff.steps[0].price_e5 = 0);
    DOUBT("steps.up_to", tariff.steps[1].up_to = 700000);
    DOUBT("charges", tariff.charge_count = 0);
    DOUBT("charges.amount", tariff.charges[0].kind = VEND_CHARGE_FIXED);
    DOUBT("charges.amount", tariff.charges[0].amount = 250000);
    DOUBT("taxes", tariff.tax_count = 0);
    DOUBT("taxes.percent_e4", tariff.taxes[0].percent_e4 = 225001);
    DOUBT("taxes.on", tariff.taxes[0].on_charges = false);
    DOUBT("rounding", tariff.rounding = VEND_ROUND_UP);
    DOUBT("rounding", tariff.round_to = 10);
    DOUBT("fixed_charge_per_month", tariff.fixed_charge_per_month = 0);
    DOUBT("free_units_per_month", tariff.free_units_per_month = 75100);
    DOUBT("free_carry_months", tariff.free_carry_months = 4);
    DOUBT("minimum_purchase", tariff.minimum_purchase = 1);
    DOUBT("maximum_purchase", tariff.maximum_purchase = 0);
}

static struct vend_tariff_version by_time(void)
{
    struct vend_tariff_version tariff = full();
    tariff.kind = VEND_TIME_OF_USE;
    tariff.step_count = 0;
    tariff.period_count = 2;
    tariff.periods[0] = (struct vend_period){"day", 30000, 6000};
    tariff.periods[1] = (struct vend_period){"night", 10000, 4000};
    return tariff;
}

static void doubted_by_time(const struct vend_tariff_version *after, const char *field)
{
    const struct vend_tariff_version before = by_time();
    const char *doubt = vend_tariff_doubt(&before, after);
    assert_non_null(doubt);
    assert_string_equal(doubt, field);
}

static void periods_are_doubted_too(void **state)
{
    (void)state;
    const struct vend_tariff_version before = by_time();
    struct vend_tariff_version after = by_time();
    after.periods[0].price_e5 = 45000;
    after.periods[1].share_e4 = 6000;
    assert_null(vend_tariff_doubt(&before, &after));
    after.periods[0].price_e5 = 45001;
    doubted_by_time(&after, "periods.price_e5");
    after = by_time();
    after.periods[1].share_e4 = 6001;
    doubted_by_time(&after, "periods.share_e4");
    after = by_time();
    after.period_count = 1;
    doubted_by_time(&after, "periods");
    after = full();
    after.taxes[0].on_energy = false;
    doubted(&after, "taxes.on");
}

/* From a day ago to two years ahead, both to the second. */
static void dates_have_a_range(void **state)
{
    (void)state;
    const int64_t now = INT64_C(1767225600);
    const int64_t day = 86400;
    assert_true(vend_tariff_may_begin(now - day, now));
    assert_false(vend_tariff_may_begin(now - day - 1, now));
    assert_true(vend_tariff_may_begin(now + 732 * day, now));
    assert_false(vend_tariff_may_begin(now + 732 * day + 1, now));
    assert_false(vend_tariff_waited(now - 30 * day, now));
    assert_true(vend_tariff_waited(now - 30 * day - 1, now));
}

/* Months of 50 kWh, good for `carry` months more. */
static int64_t left(uint32_t carry, const int64_t *taken, size_t count)
{
    struct vend_free_month months[8] = {{0}};
    for (size_t i = 0; i < count; i++)
        months[i] = (struct vend_free_month){50000, carry, taken[i]};
    return vend_free_left(months, count);
}

static void free_units_are_carried_over(void **state)
{
    (void)state;
    const int64_t none[] = {0, 0, 0, 0, 0};
    assert_int_equal(left(2, none, 0), 0);
    assert_int_equal(left(2, none, 1), 50000);
    assert_int_equal(left(2, none, 3), 150000);
    assert_int_equal(left(2, none, 5), 150000);
    /* the oldest are taken first: what is taken in the second month is the first month's */
    const int64_t taken[] = {0, 60000, 0, 0};
    assert_int_equal(left(2, taken, 2), 40000);
    assert_int_equal(left(2, taken, 3), 90000);
    assert_int_equal(left(2, taken, 4), 140000);
    const int64_t all[] = {50000, 50000, 50000};
    assert_int_equal(left(2, all, 3), 0);
    assert_int_equal(left(0, none, 5), 50000);
    assert_int_equal(left(0, all, 3), 0);
}

/* Each month gives what it gave, for as long as was said then. */
static void months_keep_their_own_quota(void **state)
{
    (void)state;
    const struct vend_free_month raised[] = {{5000, 1, 5000}, {5000, 1, 5000}, {10000, 12, 0}};
    assert_int_equal(vend_free_left(raised, 3), 10000);
    const struct vend_free_month begun[] = {{5000, 0, 0}, {0, 0, 0}, {5000, 12, 0}, {5000, 12, 1000}};
    assert_int_equal(vend_free_left(begun, 4), 9000);
    const struct vend_free_month ended[] = {{5000, 2, 0}, {5000, 0, 0}, {0, 0, 3000}};
    assert_int_equal(vend_free_left(ended, 3), 2000);
    struct vend_free_month year[14] = {{700, VEND_FREE_CARRY, 0}};
    assert_int_equal(vend_free_left(year, 13), 700);
    assert_int_equal(vend_free_left(year, 14), 0);
}

/* Every month of four centuries begins where the one before ends. */
static void months_begin_where_they_begin(void **state)
{
    (void)state;
    for (int64_t month = (int64_t)-12 * 20; month < (int64_t)12 * 400; month++) {
        int64_t begin = vend_month_begin(month, 330);
        assert_int_equal(vend_month(begin, 330), month);
        assert_int_equal(vend_month(begin - 1, 330), month - 1);
    }
    assert_int_equal(vend_month_begin(0, 0), 0);
}

static void months_are_the_calendars(void **state)
{
    (void)state;
    assert_int_equal(vend_month(0, 0), 0);
    assert_int_equal(vend_month(-1, 0), -1);
    assert_int_equal(vend_month(0, -1), -1);
    assert_int_equal(vend_month(951868799, 0), 30 * 12 + 1);  /* 2000-02-29 23:59:59 */
    assert_int_equal(vend_month(951868800, 0), 30 * 12 + 2);  /* 2000-03-01 */
    assert_int_equal(vend_month(1767225599, 0), 56 * 12 - 1); /* 2025-12-31 23:59:59 */
    assert_int_equal(vend_month(1767225600, 0), 56 * 12);
    assert_int_equal(vend_month(1767225599, 480), 56 * 12); /* eight hours ahead it is January */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_has_a_range),        cmocka_unit_test(what_changes_much_is_doubted),
        cmocka_unit_test(periods_are_doubted_too),       cmocka_unit_test(dates_have_a_range),
        cmocka_unit_test(free_units_are_carried_over),   cmocka_unit_test(months_keep_their_own_quota),
        cmocka_unit_test(months_begin_where_they_begin), cmocka_unit_test(months_are_the_calendars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
