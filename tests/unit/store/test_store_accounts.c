/* Accounts and bills in the ledger: versions, look-up, search, the timeline, and what the schema refuses. */
#include <stdio.h>
#include <string.h>

#include "store/bills.h"
#include "store/tariffs.h"
#include "support.h"

enum { OPENED = 1700000000, MONTH = 647 };

static struct store_account sample_account(const struct ledger *ledger, const char *number)
{
    struct store_account account = {.organisation = 1,
                                    .meter = ledger->meter,
                                    .customer = {"Mei Lin \xe6\x9e\x97", "12 Dock Road", "555-0101", "K-7"},
                                    .tariff_class = "home"};
    (void)snprintf(account.number, sizeof account.number, "%s", number);
    return account;
}

static struct store_account_act act(const struct ledger *ledger, enum store_account_kind kind)
{
    return (struct store_account_act){.kind = kind, .note = "", .principal = ledger->vendor, .at_unix_s = OPENED};
}

static struct store_account open_account(const struct ledger *ledger, const char *number)
{
    struct store_account account = sample_account(ledger, number);
    struct store_account_act opened = act(ledger, STORE_ACCOUNT_OPENED);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_account_open(ledger->store, &account, &opened));
    assert_ok(store_commit(ledger->store));
    return account;
}

static void test_an_account_is_opened_once(void **state)
{
    struct ledger *ledger = *state;
    struct store_account account = open_account(ledger, "A-1"), found;
    struct store_account again = sample_account(ledger, "A-1");
    struct store_account other = sample_account(ledger, "A-2");
    struct store_account_act opened = act(ledger, STORE_ACCOUNT_OPENED);
    assert_ok(store_account_by_number(ledger->store, "A-1", &found));
    assert_int_equal(found.id, account.id);
    assert_int_equal(found.version, 1);
    assert_int_equal(found.opened_at_unix_s, OPENED);
    assert_int_equal(found.state, STORE_ACCOUNT_IN_USE);
    assert_string_equal(found.customer.name, "Mei Lin \xe6\x9e\x97");
    assert_string_equal(found.tariff_class, "home");
    assert_int_equal(strlen(found.pan), STORE_PAN);
    assert_ok(store_account_by_meter(ledger->store, ledger->meter, &found));
    assert_reason(store_account_by_number(ledger->store, "A-2", &found), MV_ACCOUNT_UNKNOWN);
    assert_reason(store_account_by_meter(ledger->store, 99, &found), MV_ACCOUNT_UNKNOWN);
    assert_ok(store_begin_write(ledger->store));
    assert_reason(store_account_open(ledger->store, &again, &opened), MV_ACCOUNT_EXISTS);
    assert_reason(store_account_open(ledger->store, &other, &opened), MV_METER_HAS_ACCOUNT);
    store_rollback(ledger->store);
}

static void test_what_is_said_of_it_is_kept_version_by_version(void **state)
{
    struct ledger *ledger = *state;
    struct store_account account = open_account(ledger, "A-1"), found;
    struct store_account_act suspended = act(ledger, STORE_ACCOUNT_ON_HOLD);
    struct store_customer first;
    char tariff_class[STORE_TARIFF_CLASS + 1];
    (void)snprintf(account.customer.name, sizeof account.customer.name, "Somebody else");
    (void)snprintf(account.tariff_class, sizeof account.tariff_class, "social");
    struct store_account_act updated = act(ledger, STORE_ACCOUNT_UPDATED);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_account_change(ledger->store, &account, &updated));
    account.state = STORE_ACCOUNT_SUSPENDED;
    suspended.note = "moved out";
    assert_ok(store_account_change(ledger->store, &account, &suspended));
    assert_ok(store_commit(ledger->store));
    assert_ok(store_account_by_number(ledger->store, "A-1", &found));
    assert_int_equal(found.version, 3);
    assert_int_equal(found.state, STORE_ACCOUNT_SUSPENDED);
    assert_string_equal(found.customer.name, "Somebody else");
    assert_ok(store_account_first(ledger->store, account.id, &first, tariff_class));
    assert_string_equal(first.name, "Mei Lin \xe6\x9e\x97");
    assert_string_equal(tariff_class, "home");
}

static void test_history_is_not_edited(void **state)
{
    struct ledger *ledger = *state;
    (void)open_account(ledger, "A-1");
    static const char *const acts[] = {
        "UPDATE account SET state = 2",
        "UPDATE account SET number = 'B'",
        "UPDATE account SET version = 2",
        "DELETE FROM account",
        "UPDATE account_version SET name = 'x'",
        "DELETE FROM account_version",
        "INSERT INTO account_version VALUES (1, 3, 2, 1, 1, 'n', '', '', '', 'c', '', 1, 1)",
        "INSERT INTO account_version VALUES (1, 2, 4, 1, 1, 'n', '', '', '', 'c', '', 1, 1)",
        "UPDATE account_tally SET balance = 100",
        "UPDATE account_tally SET last_bill = 100",
        "DELETE FROM account_tally",
        "INSERT INTO account_entry VALUES (1, 1, 3, 100, 90, NULL, 1, 1)",
        "INSERT INTO account_entry VALUES (1, 2, 3, 100, 100, NULL, 1, 1)",
        "INSERT INTO account_entry VALUES (1, 1, 3, -1, -1, NULL, 1, 1)",
    };
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (raw_try(ledger, acts[i]) != SQLITE_CONSTRAINT)
            fail_msg("%s", acts[i]);
}

/* ---- lists ---- */
struct found {
    char numbers[256];
    size_t count;
};

static mv_status add(void *self, const struct store_account *row)
{
    struct found *found = self;
    size_t used = strlen(found->numbers);
    (void)snprintf(found->numbers + used, sizeof found->numbers - used, "%s ", row->number);
    found->count++;
    return mv_ok();
}

static struct found look(const struct ledger *ledger, const char *search, const char *after, size_t limit)
{
    struct found found = {.count = 0};
    const int64_t organisations[] = {1};
    char through[STORE_ACCOUNT_NUMBER + 1];
    const struct store_account_filter filter = {.after = after,
                                                .number = "",
                                                .search = search,
                                                .organisations = organisations,
                                                .organisation_count = 1,
                                                .limit = limit};
    assert_ok(store_accounts(ledger->store, &filter, add, &found, through));
    assert_string_equal(through, "");
    return found;
}

static void test_search_and_pages(void **state)
{
    struct ledger *ledger = *state;
    for (unsigned i = 1; i <= 5; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "6007270000000001%02u", i);
        struct store_meter meter = sample_meter(text);
        assert_ok(store_begin_write(ledger->store));
        assert_ok(store_meter_insert(ledger->store, &meter));
        (void)snprintf(text, sizeof text, "A-%u", i);
        struct store_account account = sample_account(ledger, text);
        struct store_account_act opened = act(ledger, STORE_ACCOUNT_OPENED);
        account.meter = meter.id;
        (void)snprintf(account.customer.name, sizeof account.customer.name, "Person %c", (char)('a' + i));
        assert_ok(store_account_open(ledger->store, &account, &opened));
        assert_ok(store_commit(ledger->store));
    }
    assert_string_equal(look(ledger, "", "", 10).numbers, "A-1 A-2 A-3 A-4 A-5 ");
    assert_string_equal(look(ledger, "", "A-2", 2).numbers, "A-3 A-4 ");
    assert_string_equal(look(ledger, "pErSoN C", "", 10).numbers, "A-2 ");
    assert_string_equal(look(ledger, "000103", "", 10).numbers, "A-3 ");
    assert_string_equal(look(ledger, "dock", "", 10).numbers, "A-1 A-2 A-3 A-4 A-5 ");
    assert_string_equal(look(ledger, "%", "", 10).numbers, "");
    assert_string_equal(look(ledger, "A-1\n", "", 10).numbers, "A-1 ");
}

/* ---- bills ---- */
/* Version 1 is in force when the samples are sold, 2 waits for a second person, 3 begins later. */
static void put_home(const struct ledger *ledger)
{
    enum { FROM = 1700000000 };
    struct store_principal boss = {.organisation = 1, .name = "boss", .roles = 2, .enabled = true};
    static const char *const doubts[] = {"version", "steps", ""};
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_principal_put(ledger->store, &boss));
    for (int64_t i = 0; i < 3; i++) {
        struct store_tariff home = {.name = "home",
                                    .organisation = 1,
                                    .utility = 1,
                                    .kind = 1,
                                    .rounding = 3,
                                    .valid_from_unix_s = FROM + (i == 2 ? 1000 : 0),
                                    .round_to = 1,
                                    .parts = {{STORE_STEP, "", 0, 10000}},
                                    .part_count = 1,
                                    .principal = ledger->vendor,
                                    .put_at_unix_s = FROM};
        (void)snprintf(home.doubt, sizeof home.doubt, "%s", doubts[i]);
        assert_ok(store_tariff_insert(ledger->store, &home));
        if (i == 0)
            assert_ok(store_tariff_approve(ledger->store, &home, boss.id, FROM));
    }
    assert_ok(store_commit(ledger->store));
}

static struct store_account open_billed(const struct ledger *ledger)
{
    put_home(ledger);
    return open_account(ledger, "A-1");
}

static struct store_bill sample_bill(const struct store_account *account, const struct store_sale *sale)
{
    struct store_bill bill = {.sale = sale->id,
                              .account = account->id,
                              .account_version = account->version,
                              .tariff = "home",
                              .tariff_version = 1,
                              .free_units = 600,
                              .paid_units = sale->encoded - 600,
                              .after = {.month = MONTH, .charged_through = MONTH},
                              .total = 1150,
                              .energy = 1000,
                              .taxes = 150,
                              .payment = STORE_PAY_CASH,
                              .tendered = 2000,
                              .lines = {{.kind = 1, .units = 600},
                                        {.kind = 2, .units = 25000, .rate_e5 = 4, .amount = 1000},
                                        {.kind = 5, .label = "VAT", .percent_e4 = 150000, .amount = 150}},
                              .line_count = 3};
    bill.after.free_units = bill.free_units;
    bill.after.paid_units = bill.paid_units;
    return bill;
}

static void bought(const struct ledger *ledger, uint64_t tid, struct store_sale *sale)
{
    *sale = sample_sale(ledger, "till", tid);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_sale_insert(ledger->store, sale));
}

static void test_a_bill_comes_back(void **state)
{
    struct ledger *ledger = *state;
    struct store_account account = open_billed(ledger);
    struct store_account_month month;
    struct store_bill_of of;
    struct store_bill back;
    struct store_sale sale;
    int64_t taken[3];
    bought(ledger, 100, &sale);
    struct store_bill bill = sample_bill(&account, &sale);
    bill.change_kept = true;
    bill.after.balance = 850;
    assert_ok(store_bill_insert(ledger->store, &bill));
    assert_ok(store_commit(ledger->store));
    assert_ok(store_bill_get(ledger->store, sale.id, &back, &of));
    assert_int_equal(back.total, 1150);
    assert_int_equal(back.line_count, 3);
    assert_string_equal(back.lines[2].label, "VAT");
    assert_int_equal(back.lines[1].units, 25000);
    assert_int_equal(back.after.paid_units, 25000);
    assert_string_equal(of.number, "A-1");
    assert_string_equal(of.customer, "Mei Lin \xe6\x9e\x97");
    assert_ok(store_account_month_get(ledger->store, account.id, &month));
    assert_int_equal(month.bill, sale.id);
    assert_int_equal(month.month, MONTH);
    assert_int_equal(month.balance, 850);
    assert_int_equal(month.entries, 1);
    assert_ok(store_account_free(ledger->store, account.id, MONTH - 1, taken, 3));
    assert_int_equal(taken[0] + taken[2], 0);
    assert_int_equal(taken[1], 600);
    assert_reason(store_bill_get(ledger->store, sale.id + 1, &back, &of), MV_TOKEN_UNKNOWN);
    assert_int_equal(raw_try(ledger, "UPDATE bill SET total = 1"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "DELETE FROM bill"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "UPDATE bill_line SET amount = 1"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "DELETE FROM bill_line"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "INSERT INTO bill_line SELECT sale, 4, 6, '', 0, 0, 0, 0, 1, NULL FROM bill"),
                     SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "UPDATE account_entry SET amount = 1"), SQLITE_CONSTRAINT);
    assert_int_equal(raw_try(ledger, "DELETE FROM account_entry"), SQLITE_CONSTRAINT);
}

/* Each of these bills is wrong in one thing. */
static void spoil(struct store_bill *bill, unsigned how)
{
    switch (how) {
    case 0:
        bill->lines[1].amount++;
        break;
    case 1:
        bill->energy++;
        break;
    case 2:
        bill->paid_units--;
        bill->after.paid_units--;
        break;
    case 3:
        bill->after.paid_units++;
        break;
    case 4:
        bill->tendered = bill->total - 1;
        break;
    case 5:
        bill->account_version++;
        break;
    case 6:
        bill->after.balance = 1;
        break;
    case 7:
        bill->payment = STORE_PAY_BALANCE;
        bill->tendered = bill->total;
        break;
    case 8:
        bill->sale++;
        break;
    case 9:
        bill->lines[1].amount = 1200;
        bill->lines[2].amount = -50;
        bill->energy = 1200;
        bill->taxes = -50;
        break;
    case 10:
        (void)snprintf(bill->tariff, sizeof bill->tariff, "nothing");
        break;
    case 11: /* waits */
    case 12: /* has not begun */
    case 13: /* there is none */
        bill->tariff_version = how - 9;
        break;
    case 14:
        bill->after.charged_through = bill->after.month + 1;
        break;
    default:
        bill->account++;
        break;
    }
}

static void test_a_wrong_bill_is_refused(void **state)
{
    struct ledger *ledger = *state;
    struct store_account account = open_billed(ledger);
    for (unsigned how = 0; how < 16; how++) {
        struct store_sale sale;
        bought(ledger, 100, &sale);
        struct store_bill bill = sample_bill(&account, &sale);
        spoil(&bill, how);
        if (store_bill_insert(ledger->store, &bill).ok)
            fail_msg("bill %u", how);
        store_rollback(ledger->store);
    }
    struct store_sale sale;
    bought(ledger, 100, &sale);
    struct store_bill right = sample_bill(&account, &sale);
    assert_ok(store_bill_insert(ledger->store, &right));
    store_rollback(ledger->store);
}

static void test_a_month_goes_on_from_the_bill_before(void **state)
{
    struct ledger *ledger = *state;
    struct store_account account = open_billed(ledger);
    struct store_sale sale;
    bought(ledger, 100, &sale);
    struct store_bill bill = sample_bill(&account, &sale);
    assert_ok(store_bill_insert(ledger->store, &bill));
    assert_ok(store_commit(ledger->store));
    bought(ledger, 101, &sale);
    struct store_bill next = sample_bill(&account, &sale);
    assert_false(store_bill_insert(ledger->store, &next).ok); /* as if the first had not been */
    store_rollback(ledger->store);
    bought(ledger, 101, &sale);
    next.after.free_units += bill.free_units;
    next.after.paid_units += bill.paid_units;
    next.sale = sale.id;
    next.after.charged_through--;
    assert_false(store_bill_insert(ledger->store, &next).ok);
    store_rollback(ledger->store);
    bought(ledger, 101, &sale);
    next.after.charged_through++;
    assert_ok(store_bill_insert(ledger->store, &next));
    assert_ok(store_commit(ledger->store));
    assert_int_equal(raw_number(ledger, "SELECT month_paid FROM bill ORDER BY sale DESC LIMIT 1"), 50000);
    bought(ledger, 102, &sale);
    struct store_bill later = sample_bill(&account, &sale);
    later.after.month++;
    later.after.charged_through++;
    assert_ok(store_bill_insert(ledger->store, &later));
    assert_ok(store_commit(ledger->store));
}

/* ---- the timeline ---- */
static mv_status note(void *self, const struct store_event *event)
{
    struct found *found = self;
    size_t used = strlen(found->numbers);
    (void)snprintf(found->numbers + used, sizeof found->numbers - used, "%u ", event->kind);
    found->count++;
    return mv_ok();
}

static void test_everything_is_in_the_timeline(void **state)
{
    struct ledger *ledger = *state;
    struct found found = {.count = 0}, rest = {.count = 0};
    struct store_event_place place = {.time_unix_s = INT64_MAX};
    struct store_account account = open_billed(ledger);
    struct store_sale sale, plain;
    bought(ledger, 100, &sale);
    struct store_bill bill = sample_bill(&account, &sale);
    assert_ok(store_bill_insert(ledger->store, &bill));
    plain = sample_sale(ledger, "till", 101);
    plain.issued_at_unix_s += 10;
    assert_ok(store_sale_insert(ledger->store, &plain));
    assert_ok(store_commit(ledger->store));
    struct store_key_change change = sample_change(ledger);
    change.issued_at_unix_s = OPENED + 20;
    change = change_key(ledger, change);
    end_change(ledger, change.id, STORE_APPLIED);
    assert_ok(store_timeline(ledger->store, account.id, &place, 100, note, &found));
    assert_int_equal(found.count, 5);
    assert_non_null(strstr(found.numbers, "11 10 1 "));
    assert_non_null(strstr(found.numbers, "12 "));
    assert_non_null(strstr(found.numbers, "13 "));
    /* from the sale on back there is only the opening */
    place = (struct store_event_place){sale.issued_at_unix_s, STORE_EVENT_SALE, sale.id};
    assert_ok(store_timeline(ledger->store, account.id, &place, 100, note, &rest));
    assert_string_equal(rest.numbers, "1 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ledger_new, ledger_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_account_is_opened_once),
        TEST(test_what_is_said_of_it_is_kept_version_by_version),
        TEST(test_history_is_not_edited),
        TEST(test_search_and_pages),
        TEST(test_a_bill_comes_back),
        TEST(test_a_wrong_bill_is_refused),
        TEST(test_a_month_goes_on_from_the_bill_before),
        TEST(test_everything_is_in_the_timeline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
