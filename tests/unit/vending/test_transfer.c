/* Another owner as of a date: the old part and the new part of the books are the whole, whatever the date is; what came
 * in since goes along, what was there before stays. */
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "vending/account_life.h"
#include "vending/debts.h"

enum { DAYS = 12 };
static const int64_t DAY = 86400;

static struct vend_sold sold;
static struct vend_account account;

static void act(struct world *world, const char *id, enum store_act_kind kind, int64_t amount, uint32_t payment)
{
    struct vend_caller chief = world_caller("chief");
    struct vend_act done;
    const struct vend_act_request request = {.request_id = id,
                                             .terminal = "till",
                                             .account = "A-1",
                                             .kind = kind,
                                             .amount = amount,
                                             .payment = payment,
                                             .reason = "reason",
                                             .terms = {.label = "Debt", .rule = 2, .amount = 10}};
    assert_ok(vend_account_act(world->vend, &chief, &request, &done));
}

static void sell(struct world *world, const char *id, int64_t money, int64_t tendered)
{
    struct vend_order order = office_money(id, "A-1", money);
    order.purchase.tendered = tendered;
    order.purchase.keep_change = tendered != 0;
    assert_ok(office_sell(world, &order, &sold));
}

/* A dozen days; nothing is paid out or with the balance, so every date will do. */
static void live(struct world *world)
{
    char id[16];
    for (unsigned day = 0; day < DAYS; day++) {
        world_step(DAY, DAY);
        (void)snprintf(id, sizeof id, "s%u", day);
        sell(world, id, 500 + 10 * day, day % 3 == 0 ? 1000 : 0);
        (void)snprintf(id, sizeof id, "a%u", day);
        if (day % 4 == 1)
            act(world, id, STORE_ACT_DEBT_ADDED, 300 + day, 0);
        else if (day % 4 == 2)
            act(world, id, STORE_ACT_DEPOSIT_TAKEN, 1000 + day, VEND_PAY_CASH);
        else if (day % 4 == 3)
            act(world, id, STORE_ACT_PAID_IN, 77 + day, VEND_PAY_CASH);
    }
    world_step(DAY, DAY);
}

static mv_status transfer(struct world *world, int64_t since_unix_s, bool go_along)
{
    struct vend_caller chief = world_caller("chief");
    const struct vend_account_request next = {
        .number = "B-1", .pan = "", .customer = {"Omar Said", "", "", ""}, .tariff_class = ""};
    const struct vend_life_request request = {.number = "A-1",
                                              .reason = "house sold",
                                              .next = &next,
                                              .debts_go_along = go_along,
                                              .leaves_debts = !go_along,
                                              .since_unix_s = since_unix_s};
    return vend_transfer_account(world->vend, &chief, &request, &account);
}

/* ---- the law ---- */
static int64_t whole_of(struct world *world, int what)
{
    static const char *const sql[STORE_PARTS] = {
        [STORE_PART_SALES] = "SELECT count(*) FROM bill",
        [STORE_PART_UNITS] = "SELECT sum(s.encoded) FROM sale s JOIN bill b ON b.sale = s.id",
        [STORE_PART_TOTAL] = "SELECT sum(l.amount) FROM bill_line l",
        [STORE_PART_ENERGY] = "SELECT sum(energy) FROM bill",
        [STORE_PART_CHARGES] = "SELECT sum(charges) FROM bill",
        [STORE_PART_TAXES] = "SELECT sum(amount) FROM bill_line WHERE kind = 5",
        [STORE_PART_DEBTS_TAKEN] = "SELECT sum(amount) FROM bill_line WHERE kind = 6",
        [STORE_PART_BALANCE] = "SELECT balance FROM account_tally",
        [STORE_PART_DEPOSIT] = "SELECT held FROM account_deposit",
        [STORE_PART_OWED] = "SELECT sum(outstanding) FROM debt",
    };
    return office_number(world, sql[what]);
}

static void whatever_the_date_both_halves_are_the_whole(void **state)
{
    struct world *world = *state;
    struct store *store = NULL;
    struct store_account row;
    int64_t whole[STORE_PARTS];
    live(world);
    for (int what = STORE_PART_SALES; what <= STORE_PART_OWED; what++)
        whole[what] = whole_of(world, what);
    assert_ok(store_open(world->ledger, STORE_READER, &store));
    assert_ok(store_begin_read(store));
    assert_ok(store_account_by_number(store, "A-1", &row));
    int64_t dates = 0;
    int64_t sales_before = 0;
    for (int64_t cut = row.opened_at_unix_s - 1; cut <= world_now_s() + 1; cut += DAY / 16, dates++) {
        struct store_halves halves;
        assert_ok(store_halves_get(store, row.id, cut, &halves));
        for (int what = STORE_PART_SALES; what <= STORE_PART_OWED; what++) {
            assert_int_equal(halves.of[what].before + halves.of[what].after, whole[what]);
            assert_true(halves.of[what].before >= 0 && halves.of[what].after >= 0);
        }
        assert_true(halves.of[STORE_PART_SALES].before >= sales_before);
        sales_before = halves.of[STORE_PART_SALES].before;
    }
    assert_true(dates > 200);
    assert_int_equal(sales_before, DAYS);
    store_rollback(store);
    store_close(store);
}

/* ---- what is done ---- */
static void what_came_since_goes_along(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    static struct vend_debt_list list;
    struct vend_account old;
    live(world);
    const int64_t held = whole_of(world, STORE_PART_BALANCE);
    const int64_t deposit = whole_of(world, STORE_PART_DEPOSIT);
    const int64_t owed = whole_of(world, STORE_PART_OWED);
    assert_ok(transfer(world, world_now_s() - 6 * DAY, false));
    assert_true(account.has_transfer);
    const struct store_transfer first = account.transfer;
    const struct store_half *half = first.halves.of;
    assert_int_equal(half[STORE_PART_SALES].before + half[STORE_PART_SALES].after, DAYS);
    assert_true(half[STORE_PART_BALANCE].after > 0 && half[STORE_PART_DEPOSIT].after > 0);
    assert_true(half[STORE_PART_OWED].after > 0 && half[STORE_PART_OWED].before > 0);
    assert_int_equal(account.row.balance, half[STORE_PART_BALANCE].after);
    assert_int_equal(account.owes.deposit, half[STORE_PART_DEPOSIT].after);
    assert_int_equal(account.owes.owed, half[STORE_PART_OWED].after);
    assert_ok(vend_get_account(world->vend, &chief, "A-1", NULL, &old));
    assert_int_equal(old.row.balance + account.row.balance, held);
    assert_int_equal(old.owes.deposit + account.owes.deposit, deposit);
    assert_int_equal(old.owes.owed + account.owes.owed, owed);
    assert_int_equal(old.row.balance, half[STORE_PART_BALANCE].before);
    /* nothing came from nowhere: entries and acts add up, as in every ledger */
    assert_int_equal(office_number(world, "SELECT count(*) FROM account_tally t WHERE balance <> (SELECT "
                                          "coalesce(sum(amount), 0) FROM account_entry e WHERE e.account = t.account)"),
                     0);
    assert_int_equal(office_number(world, "SELECT coalesce(sum(held), 0) - (SELECT coalesce(sum(CASE kind WHEN 6 THEN "
                                          "amount WHEN 7 THEN -amount END), 0) FROM account_act) FROM account_deposit"),
                     0);
    /* the same again is the same answer, and nothing is done */
    int64_t acts = office_number(world, "SELECT count(*) FROM account_act");
    assert_ok(transfer(world, world_now_s() - 6 * DAY, false));
    assert_memory_equal(&account.transfer.halves, &first.halves, sizeof first.halves);
    assert_int_equal(office_number(world, "SELECT count(*) FROM account_act"), acts);
    assert_ok(vend_list_debts(world->vend, &chief, "B-1", false, &list));
    assert_int_equal(list.owed, half[STORE_PART_OWED].after);
}

static int64_t count_sales(struct world *world, const char *number)
{
    static struct vend_timeline timeline;
    struct vend_caller chief = world_caller("chief");
    int64_t sales = 0;
    assert_ok(vend_get_timeline(world->vend, &chief, number, 1000, "", &timeline));
    for (size_t i = 0; i < timeline.count; i++)
        sales += timeline.events[i].kind == STORE_EVENT_SALE;
    return sales;
}

static void sales_since_are_read_as_the_next_owners(void **state)
{
    struct world *world = *state;
    live(world);
    assert_ok(transfer(world, world_now_s() - 6 * DAY, true));
    const struct store_half *sales = &account.transfer.halves.of[STORE_PART_SALES];
    assert_true(sales->before > 0 && sales->after > 0);
    assert_int_equal(count_sales(world, "A-1"), sales->before);
    assert_int_equal(count_sales(world, "B-1"), sales->after);
    struct vend_order order = office_money("r1", "B-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(count_sales(world, "B-1"), sales->after + 1);
    assert_int_equal(count_sales(world, "A-1"), sales->before);
    assert_int_equal(account.owes.owed, account.transfer.halves.of[STORE_PART_OWED].before +
                                            account.transfer.halves.of[STORE_PART_OWED].after);
}

static void from_now_on_everything_stays(void **state)
{
    struct world *world = *state;
    live(world);
    sell(world, "just-now", 500, 1000);
    assert_ok(transfer(world, 0, false));
    for (int what = STORE_PART_SALES; what <= STORE_PART_OWED; what++)
        assert_int_equal(account.transfer.halves.of[what].after, 0);
    assert_int_equal(account.row.balance, 0);
    assert_int_equal(account.owes.owed, 0);
    assert_int_equal(count_sales(world, "A-1"), DAYS + 1);
    assert_int_equal(count_sales(world, "B-1"), 0);
}

/* ---- the monthly charge: 1.00 in class "social" ---- */
static void months_due_are_split(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_account row;
    const int64_t month = 31 * DAY;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "C-1", 3, "social", &row));
    struct vend_order order = office_money("r1", "C-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.charges, 100);
    world_step(3 * month, 3 * month);
    const struct vend_account_request next = {
        .number = "D-1", .pan = "", .customer = {"Omar Said", "", "", ""}, .tariff_class = ""};
    const struct vend_life_request request = {
        .number = "C-1", .reason = "sold", .next = &next, .since_unix_s = world_now_s() - month};
    assert_ok(vend_transfer_account(world->vend, &chief, &request, &account));
    /* three months since the one that was paid: one is the old owner's, the month of the date and the present one are
     * the next one's */
    const struct store_half *due = &account.transfer.halves.of[STORE_PART_MONTHS_DUE];
    assert_int_equal(due->before + due->after, 3);
    assert_int_equal(due->after, 2);
    order = office_money("r2", "D-1", 1000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.charges, 100 * due->after);
}

/* Each month at the rate of its time, although the account of who comes was opened later. */
static void months_since_the_date_are_at_the_rate_of_their_time(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_tariff_version version = office_social();
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "C-1", 3, "social", &account));
    const int64_t since = world_now_s();
    world_step(45 * DAY, 45 * DAY); /* 1 March, 10:00:30 */
    version.fixed_charge_per_month = 900;
    version.valid_from_unix_s = world_now_s();
    office_tariff(world, &version);
    world_step(35 * DAY, 35 * DAY); /* 5 April: January, February and March began at 1.00 */
    const struct vend_account_request next = {
        .number = "D-1", .pan = "", .customer = {"Omar Said", "", "", ""}, .tariff_class = ""};
    const struct vend_life_request request = {.number = "C-1", .reason = "sold", .next = &next, .since_unix_s = since};
    assert_ok(vend_transfer_account(world->vend, &chief, &request, &account));
    assert_int_equal(account.transfer.halves.of[STORE_PART_MONTHS_DUE].after, 4);
    struct vend_order order = office_money("r1", "D-1", 5000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.charges, 3 * 100 + 900);
}

/* ---- the month in which somebody comes ---- */
static mv_status hand_over(struct world *world, const char *from, const char *to, int64_t since_unix_s)
{
    struct vend_caller chief = world_caller("chief");
    const struct vend_account_request next = {
        .number = to, .pan = "", .customer = {"Omar Said", "", "", ""}, .tariff_class = ""};
    const struct vend_life_request request = {
        .number = from, .reason = "sold", .next = &next, .since_unix_s = since_unix_s};
    return vend_transfer_account(world->vend, &chief, &request, &account);
}

static mv_status take_free(struct world *world, const char *id, const char *number)
{
    struct vend_order order = office_money(id, number, 0);
    order.purchase.free_units = true;
    return office_sell(world, &order, &sold);
}

/* 5 kWh in class "social", which are kept for one month more. */
static void free_units_of_a_month_are_the_meters_once(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    const struct vend_life_request close = {.number = "S-3", .reason = "moved"};
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "S-1", 3, "social", &account));
    struct vend_order order = office_money("r1", "S-1", 140); /* 1.00 of it for the month */
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.free_units, 5000);
    world_step(DAY, DAY);
    assert_ok(hand_over(world, "S-1", "S-2", 0));
    assert_refused(MV_AMOUNT_TOO_SMALL, take_free(world, "r2", "S-2"));
    assert_ok(hand_over(world, "S-2", "S-3", 0));
    assert_refused(MV_AMOUNT_TOO_SMALL, take_free(world, "r3", "S-3"));
    assert_ok(vend_close_account(world->vend, &chief, &close, &account));
    assert_ok(office_account(world, "S-4", 3, "social", &account));
    assert_refused(MV_AMOUNT_TOO_SMALL, take_free(world, "r4", "S-4"));
    world_step(20 * DAY, 20 * DAY); /* February has its own, and there is nothing to carry over */
    assert_ok(take_free(world, "r5", "S-4"));
    assert_int_equal(sold.charged.bill.free_units, 5000);
}

/* 0.10 a kWh up to 50 kWh of a month, then 0.20; 15 % tax. */
static void steps_begin_behind_what_was_sold_since(void **state)
{
    struct world *world = *state;
    struct vend_order order = office_units("r1", "A-1", 60000);
    assert_ok(office_sell(world, &order, &sold));
    const int64_t since = world_now_s();
    world_step(DAY, DAY);
    assert_ok(hand_over(world, "A-1", "A-2", since));
    order = office_units("r2", "A-2", 10000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.total, 230);
    assert_int_equal(sold.charged.bill.after.paid_units, 10000);
    assert_ok(hand_over(world, "A-2", "A-3", 0)); /* that was not theirs */
    order = office_units("r3", "A-3", 10000);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(sold.charged.bill.total, 115);
}

/* ---- what cannot be ---- */
static void dates_that_cannot_be(void **state)
{
    struct world *world = *state;
    live(world);
    int64_t accounts = office_number(world, "SELECT count(*) FROM account");
    assert_refused(MV_TRANSFER_DATE, transfer(world, world_now_s() + 60, false));
    assert_refused(MV_TRANSFER_DATE, transfer(world, NOW_S - 1, false)); /* before it was opened */
    assert_refused(MV_TRANSFER_DATE, transfer(world, -1, false));
    assert_refused(MV_TRANSFER_DATE, transfer(world, 1, false));
    world_step(93 * DAY, 93 * DAY);
    assert_refused(MV_TRANSFER_DATE, transfer(world, world_now_s() - 93 * DAY, false));
    assert_ok(transfer(world, world_now_s() - 92 * DAY, false));
    assert_int_equal(office_number(world, "SELECT count(*) FROM account"), accounts + 1);
}

static void only_the_same_transfer_is_answered_again(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_life_request close = {.number = "A-3", .reason = "moved"};
    const int64_t since = world_now_s();
    world_step(DAY, DAY);
    assert_ok(hand_over(world, "A-1", "A-2", since));
    assert_ok(hand_over(world, "A-2", "A-3", 0));
    assert_refused(MV_ACCOUNT_CLOSED, hand_over(world, "A-1", "A-3", 0));
    assert_refused(MV_ACCOUNT_CLOSED, hand_over(world, "A-1", "A-2", since + 1));
    assert_ok(hand_over(world, "A-1", "A-2", since));
    assert_string_equal(account.row.number, "A-2");
    assert_true(account.has_transfer);
    /* an account that was just opened after another one */
    assert_ok(vend_close_account(world->vend, &chief, &close, &account));
    assert_ok(office_account(world, "A-4", 1, "home", &account));
    assert_refused(MV_ACCOUNT_CLOSED, hand_over(world, "A-3", "A-4", 0));
}

static void what_was_spent_since_is_not_there(void **state)
{
    struct world *world = *state;
    live(world);
    act(world, "out", STORE_ACT_PAID_OUT, whole_of(world, STORE_PART_BALANCE), VEND_PAY_CASH);
    assert_refused(MV_TRANSFER_SPENT, transfer(world, world_now_s() - 3 * DAY, false));
    assert_int_equal(office_number(world, "SELECT count(*) FROM account"), 1);
    assert_ok(transfer(world, 0, false));
}

static void who_owed_before_the_date_is_asked(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    const struct vend_account_request next = {
        .number = "B-1", .pan = "", .customer = {"Omar Said", "", "", ""}, .tariff_class = ""};
    struct vend_life_request request = {.number = "A-1", .reason = "sold", .next = &next};
    world_step(DAY, DAY);
    act(world, "d", STORE_ACT_DEBT_ADDED, 300, 0);
    int64_t now = world_now_s();
    world_step(DAY, DAY);
    assert_refused(MV_ACCOUNT_OWES, vend_transfer_account(world->vend, &chief, &request, &account));
    request.since_unix_s = now; /* the very second: it is of who comes */
    assert_ok(vend_transfer_account(world->vend, &chief, &request, &account));
    assert_int_equal(account.owes.owed, 300);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whatever_the_date_both_halves_are_the_whole),
        TEST(what_came_since_goes_along),
        TEST(sales_since_are_read_as_the_next_owners),
        TEST(from_now_on_everything_stays),
        TEST(months_due_are_split),
        TEST(months_since_the_date_are_at_the_rate_of_their_time),
        TEST(free_units_of_a_month_are_the_meters_once),
        TEST(steps_begin_behind_what_was_sold_since),
        TEST(dates_that_cannot_be),
        TEST(only_the_same_transfer_is_answered_again),
        TEST(what_was_spent_since_is_not_there),
        TEST(who_owed_before_the_date_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
