/* Months of an account: each is worth what was in force then, whatever is decided later. */
#include "office_world.h"

#include <stdio.h>

static const int64_t DAY_S = 86400; /* the world begins on 2025-01-15 at 10:00:30 */
static struct vend_sold sold;

static void social_account(struct world *world)
{
    struct vend_account account;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "S-1", 3, "social", &account));
}

static const struct store_bill *buy(struct world *world, const char *account, int64_t wh)
{
    static unsigned number;
    char id[16];
    (void)snprintf(id, sizeof id, "r%u", number++);
    struct vend_order order = office_units(id, account, wh);
    assert_ok(office_sell(world, &order, &sold));
    return &sold.charged.bill;
}

static void wait_days(int64_t days)
{
    world_step(days * DAY_S, days * DAY_S);
}

/* The charges of a bill: "months x amount", oldest first. */
static void assert_monthly(const struct store_bill *bill, const char *expected)
{
    char said[128] = "";
    for (size_t i = 0; i < bill->line_count; i++)
        if (bill->lines[i].kind == VEND_LINE_MONTHLY) {
            char one[32];
            (void)snprintf(one, sizeof one, "%ux%d ", bill->lines[i].months, (int)bill->lines[i].amount);
            (void)strncat(said, one, sizeof said - strlen(said) - 1);
        }
    assert_string_equal(said, expected);
}

static void a_raised_quota_gives_nothing_for_old_months(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = office_social();
    version.free_carry_months = 12;
    version.valid_from_unix_s++;
    office_tariff(world, &version);
    social_account(world);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(buy(world, "S-1", 5000)->free_units, 5000);
        wait_days(31);
    }
    version.free_units_per_month = 10000;
    version.valid_from_unix_s = NOW_S + (int64_t)6 * 31 * DAY_S;
    office_tariff(world, &version);
    assert_int_equal(buy(world, "S-1", 100000)->free_units, 10000); /* of this month alone */
}

static void a_carry_begins_with_the_month_that_has_it(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = office_social();
    version.free_carry_months = 0;
    version.valid_from_unix_s++;
    office_tariff(world, &version);
    social_account(world);
    wait_days(150); /* June; nothing was taken, and nothing is kept */
    version.free_carry_months = 12;
    version.valid_from_unix_s = NOW_S + 150 * DAY_S;
    office_tariff(world, &version);
    wait_days(30);                                                  /* July */
    assert_int_equal(buy(world, "S-1", 100000)->free_units, 10000); /* of June and July */
}

static void an_assignment_gives_nothing_for_old_months(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = office_social();
    version.free_carry_months = 12;
    version.valid_from_unix_s++;
    office_tariff(world, &version);
    buy(world, "A-1", 1000);
    wait_days(120); /* May */
    office_assign(world, "home", "social");
    const struct store_bill *bill = buy(world, "A-1", 65000);
    assert_int_equal(bill->free_units, 5000);
    assert_monthly(bill, ""); /* no month began under it */
    wait_days(31);
    bill = buy(world, "A-1", 65000);
    assert_int_equal(bill->free_units, 5000);
    assert_monthly(bill, "1x100 ");
    assert_int_equal(bill->after.charged_through, vend_month(NOW_S + 151 * DAY_S, 0));
}

static void months_are_charged_at_the_rate_of_their_time(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = office_social();
    social_account(world);
    assert_monthly(buy(world, "S-1", 5000), "1x100 ");
    wait_days(77); /* 2 April: February, March and April began at 1.00 */
    version.fixed_charge_per_month = 140;
    version.valid_from_unix_s = NOW_S + 77 * DAY_S;
    office_tariff(world, &version);
    wait_days(61); /* 2 June: May and June */
    const struct store_bill *bill = buy(world, "S-1", 5000);
    assert_monthly(bill, "3x300 2x280 ");
    assert_int_equal(bill->charges, 580);
    /* none for the months that nothing serves */
    office_assign(world, "home", "");
    wait_days(61);
    office_assign(world, "home", "home");
    assert_monthly(buy(world, "A-1", 1000), "");
}

/* A bill has room for so many rates: the later months wait for the next one. */
static void more_rates_than_lines_wait(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = office_social();
    social_account(world);
    for (int64_t i = 1; i <= VEND_MONTHLY_RATES + 1; i++) {
        version.fixed_charge_per_month = 100 + i;
        version.valid_from_unix_s = NOW_S + 31 * i * DAY_S;
        version.free_units_per_month = 0;
        wait_days(31);
        office_tariff(world, &version);
    }
    const struct store_bill *bill = buy(world, "S-1", 1000);
    assert_monthly(bill, "2x200 1x101 1x102 1x103 1x104 1x105 1x106 ");
    assert_int_equal(bill->after.charged_through, vend_month(NOW_S, 0) + 7);
    assert_monthly(buy(world, "S-1", 1000), "1x107 ");
    assert_monthly(buy(world, "S-1", 1000), "");
}

/* The office's day counts: 14 hours ahead, February begins on 31 January at 10:00 UTC. */
static void months_are_the_offices(void **state)
{
    struct world *world = *state;
    wait_days(15);
    world_step(DAY_S - 60, DAY_S - 60); /* 31 January, 09:59:30: 30 s before February */
    social_account(world);
    const struct store_bill *bill = buy(world, "S-1", 6000);
    assert_int_equal(bill->free_units, 5000);
    assert_int_equal(bill->after.month, 55 * 12);
    assert_monthly(bill, "1x100 ");
    world_step(60, 60);
    bill = buy(world, "S-1", 6000);
    assert_int_equal(bill->free_units, 5000);
    assert_int_equal(bill->after.month, 55 * 12 + 1);
    assert_monthly(bill, "1x100 ");
    world_step(60, 60);
    assert_int_equal(buy(world, "S-1", 6000)->free_units, 0);
}

/* To the second, and February has 29 days in 2028. A sale is in the month of the time that the ledger says. */
static void a_month_ends_with_its_last_second(void **state)
{
    enum { FEBRUARY = (2028 - 1970) * 12 + 1, DAYS = 1139, REST_S = 50369 }; /* to the 28th at 23:59:59 */
    static const struct {
        int64_t wait_s, month, free;
        const char *monthly;
    } steps[] = {{REST_S, FEBRUARY, 5000, "1x100 "},
                 {1, FEBRUARY, 0, ""},
                 {86399, FEBRUARY, 0, ""},
                 {1, FEBRUARY + 1, 5000, "1x100 "}};
    struct world *world = *state;
    wait_days(DAYS);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        world_step(steps[i].wait_s, steps[i].wait_s);
        if (i == 0)
            social_account(world);
        const struct store_bill *bill = buy(world, "S-1", 6000);
        assert_int_equal(bill->after.month, steps[i].month);
        assert_int_equal(bill->free_units, steps[i].free);
        assert_monthly(bill, steps[i].monthly);
        assert_int_equal(office_number(world, "SELECT max(issued_at_unix_s) FROM sale"), world_now_s());
    }
}

/* An account opened in the office's February owes nothing for January. */
static void an_account_begins_in_the_offices_month(void **state)
{
    struct world *world = *state;
    wait_days(16); /* 31 January, 10:00:30 */
    social_account(world);
    assert_monthly(buy(world, "S-1", 6000), "1x100 ");
    world_step(0, 0);
    wait_days(28); /* 28 February, 10:00:30: March there */
    const struct store_bill *bill = buy(world, "S-1", 20000);
    assert_monthly(bill, "1x100 ");
    assert_int_equal(bill->free_units, 5000);
}

/* Free units of one month over several purchases are taken once. */
static void what_was_taken_of_a_month_is_counted_once(void **state)
{
    struct world *world = *state;
    social_account(world);
    assert_int_equal(buy(world, "S-1", 1000)->free_units, 1000);
    assert_int_equal(buy(world, "S-1", 1000)->free_units, 1000);
    assert_int_equal(buy(world, "S-1", 1000)->free_units, 1000);
    wait_days(31);
    assert_int_equal(buy(world, "S-1", 20000)->free_units, 7000);
}

/* This month gives what is in force now, whatever is to be in force before it ends. */
static void a_later_version_gives_nothing_yet(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = office_social();
    social_account(world);
    version.free_units_per_month = 7000;
    version.valid_from_unix_s = NOW_S + 5 * DAY_S;
    office_tariff(world, &version);
    assert_int_equal(buy(world, "S-1", 20000)->free_units, 5000);
    wait_days(5);
    assert_int_equal(buy(world, "S-1", 20000)->free_units, 2000);
}

/* Months before another class was given are of the class of their time. */
static void a_class_gives_nothing_for_old_months(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    buy(world, "A-1", 1000);
    wait_days(45); /* 1 March, 10:00:30 */
    assert_ok(vend_get_account(world->vend, &chief, "A-1", NULL, &account));
    const struct vend_account_request social = {.number = "A-1",
                                                .customer = {"Mei Lin", "12 Dock Road", "555-0101", ""},
                                                .tariff_class = "social",
                                                .version = account.row.version};
    assert_ok(vend_update_account(world->vend, &chief, &social, &account));
    wait_days(61);                                         /* 1 May */
    assert_monthly(buy(world, "A-1", 20000), "2x200 ");    /* April and May began under it */
    assert_int_equal(sold.charged.bill.free_units, 10000); /* carried over one month */
}

/* An officer puts the clock half an hour back, over the beginning of a month. */
static void put_back(struct world *world)
{
    struct vend_caller officer = world_caller("officer1");
    int64_t server_s = 0;
    world_step(-1800, 0);
    assert_ok(vend_confirm_clock(world->vend, &officer, world_now_s(), &server_s));
}

/* The old month does not begin a second time: neither its units nor its steps, and nothing is charged again. */
static void a_month_that_is_over_does_not_come_back(void **state)
{
    struct world *world = *state;
    social_account(world);
    world_step(16 * DAY_S + 50370, 16 * DAY_S + 50370);            /* 1 February, 00:00:00 */
    assert_int_equal(buy(world, "S-1", 20000)->free_units, 10000); /* of both months */
    int64_t charged = sold.charged.bill.after.charged_through;
    assert_int_equal(sold.charged.bill.after.month, vend_month(world_now_s(), 0));
    put_back(world);
    assert_int_equal(sold.charged.bill.after.month, vend_month(world_now_s(), 0) + 1);
    const struct store_bill *bill = buy(world, "S-1", 6000);
    assert_int_equal(bill->free_units, 0);
    assert_monthly(bill, "");
    assert_int_equal(bill->after.month, vend_month(world_now_s(), 0) + 1);
    assert_int_equal(bill->after.paid_units, 16000);
    assert_int_equal(bill->after.charged_through, charged);
}

/* A class that begins after today, by a clock that was put back, has this month. */
static void a_class_from_tomorrow_has_this_month(void **state)
{
    struct world *world = *state;
    world_step(16 * DAY_S + 50370, 16 * DAY_S + 50370); /* 1 February, 00:00:00 */
    social_account(world);
    put_back(world);
    const struct store_bill *bill = buy(world, "S-1", 20000);
    assert_int_equal(bill->after.month, vend_month(world_now_s(), 0)); /* January */
    assert_int_equal(bill->free_units, 5000);
    assert_monthly(bill, "");
}

#define TEST(name)  cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)
#define AHEAD(name) cmocka_unit_test_setup_teardown(name, office_setup_ahead, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_raised_quota_gives_nothing_for_old_months),
        TEST(a_carry_begins_with_the_month_that_has_it),
        TEST(an_assignment_gives_nothing_for_old_months),
        TEST(months_are_charged_at_the_rate_of_their_time),
        TEST(more_rates_than_lines_wait),
        TEST(what_was_taken_of_a_month_is_counted_once),
        TEST(a_month_ends_with_its_last_second),
        TEST(a_month_that_is_over_does_not_come_back),
        TEST(a_class_from_tomorrow_has_this_month),
        TEST(a_class_gives_nothing_for_old_months),
        TEST(a_later_version_gives_nothing_yet),
        AHEAD(months_are_the_offices),
        AHEAD(an_account_begins_in_the_offices_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
