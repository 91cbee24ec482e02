/* Accounts in the domain: opening once, changing what was looked at, suspending, searching, rights, the timeline. */
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "vending/records.h"

static struct vend_account_request update_of(const struct vend_account *account, const char *name)
{
    return (struct vend_account_request){.number = account->row.number,
                                         .customer = {name, account->row.customer.address, "", ""},
                                         .tariff_class = "",
                                         .version = account->row.version};
}

static void opening_again_is_the_same(void **state)
{
    struct world *world = *state;
    struct vend_account account, other;
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(office_account(world, "A-3", 3, "", &account));
    assert_string_equal(account.organisation, "shop");
    assert_string_equal(account.row.tariff_class, "default");
    assert_int_equal(account.row.version, 1);
    assert_int_equal(account.row.opened_at_unix_s, NOW_S);
    assert_ok(office_account(world, "A-3", 3, "", &other));
    assert_int_equal(other.row.id, account.row.id);
    assert_refused(MV_ACCOUNT_EXISTS, office_account(world, "A-3", 3, "home", &other));
    assert_refused(MV_ACCOUNT_EXISTS, office_account(world, "A-3", 1, "", &other));
    assert_refused(MV_METER_HAS_ACCOUNT, office_account(world, "A-4", 3, "", &other));
    assert_refused(MV_METER_UNKNOWN, office_account(world, "A-4", 99, "", &other));
    assert_refused(MV_INVALID_FIELD, office_account(world, "A 4", 3, "", &other));
    assert_refused(MV_INVALID_FIELD, office_account(world, "A-4", 3, "no class", &other));
    assert_int_equal(world_audit_count(world, "AccountService.OpenAccount", "ok"), 2); /* A-1 too */
}

static void a_retired_meter_gets_no_account(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_meter meter;
    struct vend_meter_key key = world_key();
    struct vend_caller admin = world_caller("admin");
    char pan[19];
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(vend_set_meter_state(world->vend, &admin, world_pan(3, pan), VEND_METER_RETIRED, &meter));
    assert_refused(MV_METER_NOT_ACTIVE, office_account(world, "A-3", 3, "", &account));
}

static void texts_are_checked(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    char longest[STORE_CUSTOMER_NAME + 2];
    assert_ok(vend_get_account(world->vend, &chief, "A-1", NULL, &account));
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const bad[] = {"", "two\nlines", "\xff", longest};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct vend_account_request request = update_of(&account, bad[i]);
        mv_status status = vend_update_account(world->vend, &chief, &request, &account);
        assert_refused(MV_INVALID_FIELD, status);
        assert_string_equal(status.where, "customer.name");
    }
    longest[STORE_CUSTOMER_NAME] = '\0';
    struct vend_account_request request = update_of(&account, longest);
    assert_ok(vend_update_account(world->vend, &chief, &request, &account));
    assert_string_equal(account.row.customer.name, longest);
}

static void who_changes_has_looked_at_it(void **state)
{
    struct world *world = *state;
    struct vend_account account, again;
    struct vend_caller chief = world_caller("chief");
    assert_ok(vend_get_account(world->vend, &chief, "A-1", NULL, &account));
    struct vend_account_request first = update_of(&account, "Somebody");
    struct vend_account_request second = update_of(&account, "Somebody else");
    assert_ok(vend_update_account(world->vend, &chief, &first, &again));
    assert_int_equal(again.row.version, 2);
    assert_refused(MV_ACCOUNT_CHANGED, vend_update_account(world->vend, &chief, &second, &again));
    /* the same again changes nothing, with whatever version */
    assert_ok(vend_update_account(world->vend, &chief, &first, &again));
    assert_int_equal(again.row.version, 2);
    assert_string_equal(again.row.tariff_class, "home");
    /* no name of a customer is in the audit */
    assert_false(world_audit_has(world, "Somebody"));
    assert_int_equal(office_number(world, "SELECT count(*) FROM audit WHERE detail LIKE '%Somebody%'"), 0);
}

static void suspended_and_resumed(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller seller = world_caller("seller");
    assert_refused(MV_ROLE_MISSING, vend_suspend_account(world->vend, &seller, "A-1", "x", &account));
    assert_refused(MV_INVALID_FIELD, vend_suspend_account(world->vend, &chief, "A-1", "", &account));
    assert_refused(MV_ACCOUNT_UNKNOWN, vend_suspend_account(world->vend, &chief, "A-9", "x", &account));
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "moved out", &account));
    assert_int_equal(account.row.state, STORE_ACCOUNT_SUSPENDED);
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "again", &account));
    assert_int_equal(account.row.version, 2);
    assert_ok(vend_resume_account(world->vend, &chief, "A-1", "paid", &account));
    assert_int_equal(account.row.state, STORE_ACCOUNT_IN_USE);
    assert_ok(vend_resume_account(world->vend, &chief, "A-1", "paid", &account));
    assert_int_equal(account.row.version, 3);
}

static void other_organisations_have_none_of_it(void **state)
{
    struct world *world = *state;
    static struct vend_account_list list;
    static struct vend_timeline timeline;
    struct vend_account account;
    char pan[19];
    struct vend_caller rival = world_caller("rival");
    const struct vend_account_query all = {.organisation = "", .search = "", .number = "", .pan = "", .page_token = ""};
    mv_status elsewhere = vend_get_account(world->vend, &rival, "A-1", NULL, &account);
    mv_status nowhere = vend_get_account(world->vend, &rival, "A-9", NULL, &account);
    assert_refused(MV_ACCOUNT_UNKNOWN, elsewhere);
    assert_refused(MV_ACCOUNT_UNKNOWN, nowhere);
    assert_ptr_equal(elsewhere.where, nowhere.where);
    assert_refused(MV_ACCOUNT_UNKNOWN, vend_get_account(world->vend, &rival, NULL, world_pan(1, pan), &account));
    assert_refused(MV_ACCOUNT_UNKNOWN, vend_get_timeline(world->vend, &rival, "A-1", 0, "", &timeline));
    assert_ok(vend_list_accounts(world->vend, &rival, &all, &list));
    assert_int_equal(list.count, 0);
    struct vend_order order = office_money("r1", "A-1", 1000);
    assert_refused(MV_ACCOUNT_UNKNOWN, office_sell_as(world, "rival", &order, NULL));
    order = office_money("r1", NULL, 1000);
    order.pan = pan;
    assert_refused(MV_ACCOUNT_UNKNOWN, office_sell_as(world, "rival", &order, NULL));
}

static void search_and_pages(void **state)
{
    struct world *world = *state;
    static struct vend_account_list list;
    struct vend_account account;
    struct vend_meter_key key = world_key();
    struct vend_caller seller = world_caller("seller");
    char number[8], pan[19];
    for (unsigned i = 3; i < 10; i++) {
        (void)snprintf(number, sizeof number, "A-%u", i);
        assert_ok(world_meter(world, i, "shop", VEND_ELECTRICITY, &key));
        assert_ok(office_account(world, number, i, "home", &account));
    }
    struct vend_account_query query = {
        .organisation = "", .search = "mei", .number = "", .pan = "", .page_size = 5, .page_token = ""};
    assert_ok(vend_list_accounts(world->vend, &seller, &query, &list));
    assert_int_equal(list.count, 5);
    assert_string_equal(list.next, "A-6");
    char next[STORE_ACCOUNT_NUMBER + 1];
    (void)snprintf(next, sizeof next, "%s", list.next);
    query.page_token = next;
    assert_ok(vend_list_accounts(world->vend, &seller, &query, &list));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.next, "");
    query.page_token = "";
    query.search = "A-7";
    assert_ok(vend_list_accounts(world->vend, &seller, &query, &list));
    assert_int_equal(list.count, 1);
    query.search = "";
    query.number = "A-8";
    assert_ok(vend_list_accounts(world->vend, &seller, &query, &list));
    assert_int_equal(list.count, 1);
    query.number = "A 8";
    assert_refused(MV_INVALID_FIELD, vend_list_accounts(world->vend, &seller, &query, &list));
    query.number = "";
    query.pan = world_pan(9, pan);
    assert_ok(vend_list_accounts(world->vend, &seller, &query, &list));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.accounts[0].row.number, "A-9");
    query.pan = world_pan(99, pan);
    assert_ok(vend_list_accounts(world->vend, &seller, &query, &list));
    assert_int_equal(list.count, 0);
    query.pan = "6007";
    assert_refused(MV_INVALID_FIELD, vend_list_accounts(world->vend, &seller, &query, &list));
    query.pan = "";
    query.search = "\n";
    assert_refused(MV_INVALID_FIELD, vend_list_accounts(world->vend, &seller, &query, &list));
    query.search = "";
    query.page_token = "?";
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_list_accounts(world->vend, &seller, &query, &list));
}

static void the_timeline_tells_it_all(void **state)
{
    struct world *world = *state;
    static struct vend_timeline timeline;
    struct vend_account account;
    struct vend_issued plain;
    struct vend_caller chief = world_caller("chief");
    char pan[19], next[VEND_TIMELINE_TOKEN];
    struct vend_order order = office_money("r1", "A-1", 1000);
    world_step(60, 60);
    assert_ok(office_sell(world, &order, NULL));
    world_step(60, 60);
    assert_ok(world_sell(world, "seller", "r2", world_pan(1, pan), 100, &plain));
    world_step(60, 60);
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "moved out", &account));
    assert_ok(vend_get_timeline(world->vend, &chief, "A-1", 3, "", &timeline));
    assert_int_equal(timeline.count, 3);
    assert_int_equal(timeline.events[0].kind, STORE_EVENT_SUSPENDED);
    assert_non_null(strstr(timeline.events[0].text, "note=moved out"));
    assert_string_equal(timeline.events[0].principal, "chief");
    assert_int_equal(timeline.events[1].kind, STORE_EVENT_TOKEN);
    assert_int_equal(timeline.events[2].kind, STORE_EVENT_SALE);
    assert_true(timeline.events[2].amount > 0 && timeline.events[2].amount <= 1000);
    assert_null(strstr(timeline.events[1].text, world_own(&plain)->digits));
    (void)snprintf(next, sizeof next, "%s", timeline.next);
    assert_ok(vend_get_timeline(world->vend, &chief, "A-1", 3, next, &timeline));
    assert_int_equal(timeline.count, 1);
    assert_int_equal(timeline.events[0].kind, STORE_EVENT_OPENED);
    assert_string_equal(timeline.next, "");
    static const char *const bad[] = {"1", "1.2", "x", "1.2.3.4", " 1.2.3", "99999999999999999999.1.1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(MV_PAGE_TOKEN_INVALID, vend_get_timeline(world->vend, &chief, "A-1", 3, bad[i], &timeline));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opening_again_is_the_same), TEST(a_retired_meter_gets_no_account),
        TEST(texts_are_checked),         TEST(who_changes_has_looked_at_it),
        TEST(suspended_and_resumed),     TEST(other_organisations_have_none_of_it),
        TEST(search_and_pages),          TEST(the_timeline_tells_it_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
