/* Pages of many accounts: a page looks at a bounded part of the ledger, however many accounts there are and however few
 * are asked for; and walking page by page finds all of them once. Work is counted in steps of SQLite's machine, not in
 * time. */
#include <stdio.h>
#include <string.h>

#include "store/accounts.h"
#include "store/sqlite/engine.h"
#include "support.h"

enum { FEW = 5000, MANY = 20000, PAGE_ROWS = 100, METER = 7 };

/* As the engine would open them, but all at once. Every third one is named "Rare", every second is of organisation 2.
 */
static void open_accounts(const struct ledger *ledger, unsigned from, unsigned to)
{
    char sql[2048];
    (void)snprintf(
        sql, sizeof sql,
        "BEGIN; CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT %u UNION ALL SELECT i + 1 FROM c WHERE i < %u) "
        "SELECT i, 1000 + i AS id FROM c;"
        "INSERT INTO meter (id, pan, organisation, utility, state, sgc, krn, ti, kt, ken, ea, dkga, base_date, "
        "registered_at_unix_s) SELECT n.id, printf('500727%%012d', n.i), 1 + (n.i %% 2), 1, 1, '123456', 1, 7, 2, 255, "
        "7, 4, 2014, 1700000000 FROM n;"
        "INSERT INTO account (id, number, organisation, meter, state, version) "
        "SELECT n.id, printf('A-%%05d', n.i), 1 + (n.i %% 2), n.id, 1, 0 FROM n;"
        "INSERT INTO account_version SELECT n.id, 1, 1, 1, n.id, iif(n.i %% 3 = 0, 'Rare', 'Usual'), '', '', '', "
        "'home', "
        "'', %lld, 1700000000 FROM n; DROP TABLE n; COMMIT",
        from, to - 1, (long long)ledger->vendor);
    raw_do(ledger, sql);
}

static int set_up(void **state)
{
    if (ledger_new(state) != 0)
        return -1;
    raw_do(*state, "INSERT INTO organisation (id, name, parent) VALUES (2, 'other', 1)");
    open_accounts(*state, 0, FEW);
    return 0;
}

static int64_t steps(const struct ledger *ledger)
{
    int64_t sum = 0;
    sqlite3_stmt *statement = NULL;
    while ((statement = sqlite3_next_stmt(ledger->store->db, statement)) != NULL)
        sum += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    return sum;
}

struct page {
    size_t limit, count;
    char last[STORE_ACCOUNT_NUMBER + 1], through[STORE_ACCOUNT_NUMBER + 1];
    int64_t steps;
};

static mv_status take(void *self, const struct store_account *row)
{
    struct page *page = self;
    page->count++;
    (void)snprintf(page->last, sizeof page->last, "%s", row->number);
    return mv_ok();
}

static struct page read_page(const struct ledger *ledger, struct store_account_filter filter)
{
    static const int64_t organisations[] = {1, 2};
    struct page page = {.count = 0};
    (void)steps(ledger);
    if (filter.organisations == NULL) {
        filter.organisations = organisations;
        filter.organisation_count = 2;
    }
    if (filter.number == NULL)
        filter.number = "";
    filter.limit = PAGE_ROWS;
    assert_ok(store_begin_read(ledger->store));
    assert_ok(store_accounts(ledger->store, &filter, take, &page, page.through));
    store_rollback(ledger->store);
    page.steps = steps(ledger);
    return page;
}

/* What is asked for, with the work that it may take in a ledger of any size. */
static const struct question {
    const char *search, *number;
    int64_t meter;
    uint8_t state;
    bool other; /* one organisation only */
    size_t count;
} questions[] = {
    {.search = "", .number = "", .count = PAGE_ROWS},
    {.search = "Nobody", .number = "", .count = 0},
    {.search = "rare", .number = "", .count = PAGE_ROWS},
    {.search = "", .number = "", .state = STORE_ACCOUNT_SUSPENDED, .count = 0},
    {.search = "", .number = "A-0321", .count = 10},
    {.search = "", .number = "A-04321", .count = 1},
    {.search = "", .number = "B", .count = 0},
    {.search = "", .number = "", .meter = 1000 + METER, .count = 1},
    {.search = "", .number = "A-00007", .meter = 1000 + METER, .count = 1},
    {.search = "", .number = "A-00008", .meter = 1000 + METER, .count = 0},
    {.search = "", .number = "", .meter = -1, .count = 0},
    {.search = "", .number = "", .other = true, .count = PAGE_ROWS},
};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static struct page ask(const struct ledger *ledger, const struct question *question)
{
    static const int64_t other[] = {2};
    struct store_account_filter filter = {.after = "",
                                          .search = question->search,
                                          .number = question->number,
                                          .meter = question->meter,
                                          .state = question->state};
    if (question->other) {
        filter.organisations = other;
        filter.organisation_count = 1;
    }
    return read_page(ledger, filter);
}

static void test_a_page_costs_the_same_in_any_ledger(void **state)
{
    struct ledger *ledger = *state;
    int64_t before[QUESTIONS];
    for (size_t i = 0; i < QUESTIONS; i++)
        before[i] = ask(ledger, &questions[i]).steps;
    open_accounts(ledger, FEW, MANY);
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct page page = ask(ledger, &questions[i]);
        assert_int_equal(page.count, questions[i].count);
        if (page.steps > before[i] + before[i] / 10)
            fail_msg("question %zu: %lld steps instead of %lld", i, (long long)page.steps, (long long)before[i]);
    }
    /* by number and by meter nothing else is looked at */
    assert_true(ask(ledger, &questions[5]).steps < 1000);
    assert_true(ask(ledger, &questions[7]).steps < 1000);
}

static size_t walk(const struct ledger *ledger, const char *search, const char *number, size_t *pages)
{
    struct page page;
    char after[STORE_ACCOUNT_NUMBER + 1] = "";
    size_t found = 0;
    *pages = 0;
    do {
        const struct store_account_filter filter = {.after = after, .search = search, .number = number};
        page = read_page(ledger, filter);
        found += page.count;
        (*pages)++;
        (void)snprintf(after, sizeof after, "%s", page.count == PAGE_ROWS ? page.last : page.through);
    } while (after[0] != '\0');
    return found;
}

static void test_page_by_page_all_are_found_once(void **state)
{
    struct ledger *ledger = *state;
    size_t pages;
    assert_int_equal(walk(ledger, "", "", &pages), FEW);
    assert_int_equal(walk(ledger, "rare", "", &pages), (FEW + 2) / 3);
    assert_int_equal(walk(ledger, "nobody", "", &pages), 0);
    assert_true(pages <= FEW / STORE_ACCOUNTS_LOOKED_AT + 1);
    assert_int_equal(walk(ledger, "A-04999", "", &pages), 1); /* the very last one */
    assert_int_equal(walk(ledger, "", "A-04", &pages), 1000);
    assert_int_equal(walk(ledger, "", "A-00999", &pages), 1);
    assert_int_equal(pages, 1);
}

/* What is of others is neither told nor waited for. */
static void test_no_page_ends_at_an_account_of_others(void **state)
{
    static const int64_t other[] = {2};
    struct ledger *ledger = *state;
    char after[STORE_ACCOUNT_NUMBER + 1] = "", sql[128];
    size_t pages = 0;
    do {
        const struct store_account_filter filter = {
            .after = after, .search = "nobody", .organisations = other, .organisation_count = 1};
        struct page page = read_page(ledger, filter);
        assert_int_equal(page.count, 0);
        (void)snprintf(after, sizeof after, "%s", page.through);
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM account WHERE number = '%s' AND organisation <> 2",
                       after);
        assert_int_equal(raw_number(ledger, sql), 0);
        pages++;
    } while (after[0] != '\0');
    assert_int_equal(pages, FEW / 2 / STORE_ACCOUNTS_LOOKED_AT + 1);
}

/* Organisations whose numbers lie between each other's come as one list. */
static void test_organisations_are_merged_by_number(void **state)
{
    static const int64_t both[] = {2, 9, 1}; /* in any order, and one without accounts */
    struct ledger *ledger = *state;
    char after[STORE_ACCOUNT_NUMBER + 1] = "", expected[STORE_ACCOUNT_NUMBER + 1];
    for (int i = 1; i <= 3; i++) {
        const struct store_account_filter filter = {
            .after = after, .search = "", .organisations = both, .organisation_count = 3};
        struct page page = read_page(ledger, filter);
        assert_int_equal(page.count, PAGE_ROWS);
        (void)snprintf(expected, sizeof expected, "A-%05d", i * PAGE_ROWS - 1);
        assert_string_equal(page.last, expected);
        (void)snprintf(expected, sizeof expected, "A-%05d", (i - 1) * PAGE_ROWS + STORE_ACCOUNTS_LOOKED_AT - 1);
        assert_string_equal(page.through, expected);
        (void)snprintf(after, sizeof after, "%s", page.last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_page_costs_the_same_in_any_ledger, set_up, ledger_remove),
        cmocka_unit_test_setup_teardown(test_page_by_page_all_are_found_once, set_up, ledger_remove),
        cmocka_unit_test_setup_teardown(test_no_page_ends_at_an_account_of_others, set_up, ledger_remove),
        cmocka_unit_test_setup_teardown(test_organisations_are_merged_by_number, set_up, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
