/* Vendors on prepaid credit: what sales take, whose credit it is, limits of a day, what has no price; statement and
 * batches. Who may do what, and the ends of credit, are in tests/integration/vendor.sh too. */
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "records_world.h"
#include "store/vendors.h"
#include "vending/batches.h"
#include "vending/debts.h"

static const int64_t DAY_S = 86400;
static const struct store_vendor_terms ample = {.credit_limit = 10000};
static struct vend_sold sold;
static struct vend_vendor vendor;
static struct vend_batch batch;

static int64_t balance(struct world *world)
{
    return office_number(world, "SELECT balance FROM vendor");
}

static void sell_units(struct world *world, const char *principal, const char *id, int64_t wh)
{
    const struct vend_order order = office_units(id, "A-1", wh);
    assert_ok(office_sell_as(world, principal, &order, &sold));
}

static void those_below_sell_on_its_credit(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_caller rival = world_caller("rival");
    office_vendor(world, "region", &ample, 1000);
    sell_units(world, "seller", "r1", 10000);
    sell_units(world, "regional", "r1", 10000);
    assert_int_equal(balance(world), 1000 - 2 * 115);
    sell_units(world, "seller", "r1", 10000); /* the stored answer */
    assert_int_equal(balance(world), 1000 - 2 * 115);
    assert_ok(vend_get_vendor(world->vend, &seller, "", &vendor));
    assert_string_equal(vendor.organisation, "region");
    assert_int_equal(vendor.available, 10000 + 1000 - 2 * 115);
    assert_int_equal(vendor.sold_today, 230);
    /* by its name only who reaches it */
    assert_refused(MV_ORGANISATION_DENIED, vend_get_vendor(world->vend, &seller, "region", &vendor));
    assert_refused(MV_VENDOR_UNKNOWN, vend_get_vendor(world->vend, &rival, "", &vendor));
    assert_refused(MV_ORGANISATION_DENIED, vend_get_vendor(world->vend, &rival, "region", &vendor));
}

static void terms_have_ranges(void **state)
{
    struct world *world = *state;
    struct vend_caller manager = world_caller("manager1");
    const struct store_vendor_terms wrong[] = {
        {.credit_limit = -1},      {.credit_limit = VEND_MONEY_MOST + 1}, {.sale_limit = -1},
        {.day_limit = -1},         {.sale_limit = VEND_MONEY_MOST + 1},   {.day_limit = VEND_MONEY_MOST + 1},
        {.commission_e4 = 1000001}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(MV_INVALID_FIELD, vend_set_vendor_terms(world->vend, &manager, "region", &wrong[i], &vendor));
    assert_ok(vend_set_vendor_terms(world->vend, &manager, "region", &ample, &vendor));
    assert_ok(vend_set_vendor_terms(world->vend, &manager, "region", &ample, &vendor));
    assert_int_equal(vendor.pending.row.version, 1); /* repeated, not the next */
    assert_int_equal(vendor.terms.row.version, 0);
    assert_refused(MV_VENDOR_NESTED, vend_set_vendor_terms(world->vend, &manager, "shop", &ample, &vendor));
    assert_ok(vend_set_vendor_terms(world->vend, &manager, "other", &ample, &vendor));
}

static void terms_that_others_overtook_are_gone(void **state)
{
    struct world *world = *state;
    struct vend_caller one = world_caller("manager1");
    struct vend_caller other = world_caller("manager2");
    const struct store_vendor_terms more = {.credit_limit = 20000};
    assert_ok(vend_set_vendor_terms(world->vend, &one, "region", &ample, &vendor));
    assert_ok(vend_set_vendor_terms(world->vend, &one, "region", &more, &vendor));
    assert_ok(vend_approve_vendor_terms(world->vend, &other, "region", 2, &vendor));
    assert_refused(MV_VENDOR_TERMS_NOT_PENDING, vend_approve_vendor_terms(world->vend, &other, "region", 1, &vendor));
    assert_int_equal(vendor.terms.row.credit_limit, 20000);
}

static void what_the_vendor_took_is_what_counts(void **state)
{
    struct world *world = *state;
    struct vend_order order = office_units("r1", "A-1", 10000);
    const struct store_vendor_terms terms = {.credit_limit = 0, .commission_e4 = 55555};
    office_vendor(world, "shop", &terms, 1000);
    order.purchase.tendered = 500;
    assert_ok(office_sell(world, &order, &sold)); /* change given back */
    assert_int_equal(balance(world), 1000 - 115 + 5);
    order = office_units("r2", "A-1", 10000);
    order.purchase.tendered = 500;
    order.purchase.keep_change = true;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(balance(world), 1000 - 115 - 500 + 10);
    order = office_units("r3", "A-1", 10000);
    order.purchase.payment = VEND_PAY_BALANCE;
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(balance(world), 1000 - 115 - 500 + 15);
    assert_int_equal(office_number(world, "SELECT day_sold FROM vendor"), 615);
}

static void a_day_ends_at_the_office(void **state)
{
    struct world *world = *state;
    const struct store_vendor_terms terms = {.credit_limit = 10000, .day_limit = 115, .sale_limit = 115};
    const struct vend_order order = office_units("r2", "A-1", 1000);
    const struct vend_order large = office_units("r3", "A-1", 10100);
    office_vendor(world, "shop", &terms, 0);
    assert_refused(MV_VENDOR_SALE_LIMIT, office_sell(world, &large, NULL));
    sell_units(world, "seller", "r1", 10000);
    assert_refused(MV_VENDOR_DAY_LIMIT, office_sell(world, &order, NULL));
    world_step(DAY_S, DAY_S);
    assert_ok(office_sell(world, &order, &sold));
    assert_int_equal(office_number(world, "SELECT day_sold FROM vendor"), sold.charged.bill.total);
    assert_int_equal(office_number(world, "SELECT count(*) FROM vendor_entry WHERE kind = 3"), 2);
}

/* 9901 Wh are 1.14, the token's 10 kWh are 1.15: that is what counts for a sale, a day, the credit, the tariff. */
static void limits_go_by_what_the_token_says(void **state)
{
    struct world *world = *state;
    struct store_vendor_terms terms = {.credit_limit = 10000, .sale_limit = 114};
    const struct vend_order order = office_units("r1", "A-1", 9901);
    const struct vend_order small = office_units("r2", "A-1", 9900);
    office_vendor(world, "shop", &terms, 0);
    assert_refused(MV_VENDOR_SALE_LIMIT, office_sell(world, &order, NULL));
    terms = (struct store_vendor_terms){.credit_limit = 10000, .day_limit = 114};
    office_vendor(world, "shop", &terms, 0);
    assert_refused(MV_VENDOR_DAY_LIMIT, office_sell(world, &order, NULL));
    terms = (struct store_vendor_terms){.credit_limit = 114};
    office_vendor(world, "shop", &terms, 0);
    assert_refused(MV_VENDOR_CREDIT_EXHAUSTED, office_sell(world, &order, NULL));
    struct vend_tariff_version version = office_home();
    version.valid_from_unix_s = NOW_S;
    version.maximum_purchase = 114;
    office_tariff(world, &version);
    assert_refused(MV_PURCHASE_TOO_LARGE, office_sell(world, &order, NULL));
    assert_ok(office_sell(world, &small, &sold));
    assert_int_equal(sold.charged.bill.total, 114);
    assert_int_equal(balance(world), -114);
    const struct vend_order more = office_money("r3", "A-1", 1);
    assert_refused(MV_VENDOR_CREDIT_EXHAUSTED, office_sell(world, &more, NULL));
}

/* Paying into an account first, and for the sale from its balance, leads around no limit. */
static void limits_hold_for_accounts_that_pay(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_act act;
    const struct store_vendor_terms terms = {.credit_limit = 10000, .day_limit = 1000, .sale_limit = 200};
    struct vend_act_request pay = {.request_id = "p1",
                                   .terminal = "till",
                                   .account = "A-1",
                                   .kind = STORE_ACT_PAID_IN,
                                   .amount = 1001,
                                   .payment = VEND_PAY_CASH,
                                   .reason = ""};
    office_vendor(world, "shop", &terms, 0);
    assert_refused(MV_VENDOR_DAY_LIMIT, vend_account_act(world->vend, &seller, &pay, &act));
    pay.amount = 900;
    assert_ok(vend_account_act(world->vend, &seller, &pay, &act));
    assert_int_equal(office_number(world, "SELECT day_sold FROM vendor"), 900);
    struct vend_order order = office_units("r1", "A-1", 20000);
    order.purchase.payment = VEND_PAY_BALANCE;
    assert_refused(MV_VENDOR_SALE_LIMIT, office_sell(world, &order, NULL)); /* 2.30 */
    order = office_units("r2", "A-1", 10000);
    assert_refused(MV_VENDOR_DAY_LIMIT, office_sell(world, &order, NULL));
    order.purchase.payment = VEND_PAY_BALANCE;
    assert_ok(office_sell(world, &order, &sold)); /* was counted when it came */
    assert_int_equal(office_number(world, "SELECT day_sold FROM vendor"), 900);
    world_step(DAY_S, DAY_S);
    pay.request_id = "p2";
    pay.amount = 1000;
    assert_ok(vend_account_act(world->vend, &seller, &pay, &act));
    assert_int_equal(office_number(world, "SELECT day_sold FROM vendor"), 1000);
}

static void what_has_no_price_is_not_sold(void **state)
{
    struct world *world = *state;
    struct vend_issued issued;
    static struct vend_records records;
    char pan[19];
    records_ready(world, pan);
    assert_ok(world_sell(world, "seller", "before", pan, 1000, &issued));
    assert_ok(records_buy(world, "record", pan, 1000, &records));
    office_vendor(world, "region", &ample, 0);
    assert_refused(MV_VENDOR_NEEDS_PRICE, world_sell(world, "seller", "r1", pan, 1000, &issued));
    assert_refused(MV_VENDOR_NEEDS_PRICE, records_buy(world, "r2", pan, 1000, &records));
    /* what was sold is still answered */
    assert_ok(world_sell(world, "seller", "before", pan, 1000, &issued));
    assert_ok(records_buy(world, "record", pan, 1000, &records));
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 1);
}

static mv_status give(struct world *world, const char *who, const char *id, const char *pan, int64_t claim)
{
    const struct vend_order order = {.request_id = id,
                                     .terminal = "till",
                                     .pan = pan,
                                     .carrier = VEND_KEYPAD,
                                     .kind = VEND_ORDER_CREDIT,
                                     .free_reason = "storm",
                                     .claim = claim,
                                     .quantity = {VEND_UNIT_WH, 1000}};
    return office_sell_as(world, who, &order, NULL);
}

static void a_vendor_gives_nothing_away(void **state)
{
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    char pan[19];
    world_pan(1, pan);
    assert_ok(vend_create_principal(world->vend, &officer, "head", "shop", 1U << VEND_SUPERVISOR, &row));
    assert_ok(give(world, "head", "before", pan, 0));
    office_vendor(world, "shop", &ample, 1000);
    assert_refused(MV_VENDOR_GIVES_NOTHING, give(world, "head", "free", pan, 0));
    assert_ok(give(world, "chief", "free", pan, 0)); /* of an organisation above */
    /* of a claim officers decide, and this is none */
    assert_refused(MV_CLAIM_NOT_DUE, give(world, "head", "claim", pan, 77));
    assert_int_equal(balance(world), 1000);
}

/* A card is filled by records too. */
static void records_bring_nothing_to_a_suspended_account(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    static struct vend_records records;
    struct vend_caller chief = world_caller("chief");
    char pan[19];
    records_ready(world, pan);
    assert_ok(records_buy(world, "before", pan, 1000, &records));
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "does not pay", &account));
    assert_refused(MV_ACCOUNT_SUSPENDED, records_buy(world, "r1", pan, 1000, &records));
    assert_ok(records_buy(world, "before", pan, 1000, &records));
    /* what brings no credit is signed */
    struct vend_record_order order = records_order(MV_KIND_READ, "read", pan);
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_ok(vend_resume_account(world->vend, &chief, "A-1", "paid", &account));
    assert_ok(records_buy(world, "r1", pan, 1000, &records));
}

static void commission_is_taken_back_once(void **state)
{
    struct world *world = *state;
    const struct store_vendor_terms terms = {.credit_limit = 0, .commission_e4 = 100000};
    office_vendor(world, "shop", &terms, 1000);
    sell_units(world, "seller", "r1", 10000);
    assert_int_equal(balance(world), 1000 - 115 + 10);
    struct store *store = desk_begin(world);
    assert_ok(store_vendor_commission_back(store, sold.charged.bill.sale, 1, NOW_S));
    desk_commit(store);
    assert_int_equal(balance(world), 1000 - 115);
    store = desk_begin(world);
    assert_refused(MV_INTERNAL_ERROR, store_vendor_commission_back(store, sold.charged.bill.sale, 1, NOW_S));
    store_close(store);
    /* nor anything of a sale that was on nobody's credit */
    store = desk_begin(world);
    assert_ok(store_vendor_commission_back(store, 12345, 1, NOW_S));
    store_close(store);
    assert_int_equal(office_number(world, "SELECT count(*) FROM vendor_entry"), 4);
}

static void a_statement_comes_in_pages(void **state)
{
    struct world *world = *state;
    struct vend_caller auditor = world_caller("auditor");
    struct vend_statement page;
    char token[VEND_VENDOR_TOKEN + 1] = "";
    uint64_t rows = 0;
    int64_t before = 0;
    office_vendor(world, "shop", &ample, 1000);
    for (unsigned i = 0; i < 6; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "r%u", i);
        sell_units(world, "seller", id, 1000);
    }
    do {
        assert_ok(vend_statement(world->vend, &auditor, "shop", 3, token, &page));
        for (size_t i = 0; i < page.count; i++) {
            assert_int_equal(page.rows[i].row.entry, ++rows);
            before += page.rows[i].row.amount;
            assert_int_equal(page.rows[i].row.balance, before);
        }
        memcpy(token, page.next, sizeof token);
        vend_statement_free(&page);
    } while (token[0] != '\0');
    assert_int_equal(rows, 7);
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_statement(world->vend, &auditor, "shop", 3, "x", &page));
    assert_refused(MV_PAGE_TOKEN_INVALID,
                   vend_statement(world->vend, &auditor, "shop", 3, "1111111111111111111", &page));
}

/* ---- batches ---- */
static int64_t sum_of(uint8_t what)
{
    int64_t amount = 0;
    for (size_t i = 0; i < batch.row.sum_count; i++)
        if (batch.row.sums[i].what == what)
            amount += batch.row.sums[i].amount;
    return amount;
}

static void a_shift_is_one_person_s(void **state)
{
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    struct vend_caller seller = world_caller("seller");
    struct vend_caller second = world_caller("second");
    struct vend_principal row;
    struct vend_batch_request shift = {"b1", STORE_BATCH_SHIFT, "till"};
    assert_ok(vend_create_principal(world->vend, &officer, "second", "shop", 1U << VEND_VENDOR, &row));
    sell_units(world, "seller", "before", 10000);
    assert_ok(vend_start_batch(world->vend, &seller, &shift, &batch));
    sell_units(world, "seller", "r1", 10000);
    sell_units(world, "second", "r2", 1000);
    assert_ok(vend_total_batch(world->vend, &seller, &shift, &batch));
    assert_int_equal(sum_of(STORE_SUM_MONEY), 115);
    assert_refused(MV_ROLE_MISSING, vend_end_batch(world->vend, &second, &shift, &batch));
    assert_ok(vend_end_batch(world->vend, &seller, &shift, &batch));
    assert_int_equal(sum_of(STORE_SUM_LINES), 115);
    sell_units(world, "seller", "r3", 10000);
    assert_ok(vend_end_batch(world->vend, &seller, &shift, &batch)); /* as it ended */
    assert_int_equal(sum_of(STORE_SUM_LINES), 115);
    shift.request_id = "b2";
    assert_refused(MV_BATCH_NOT_OPEN, vend_end_batch(world->vend, &seller, &shift, &batch));
    assert_ok(vend_start_batch(world->vend, &seller, &shift, &batch));
    assert_int_equal(batch.row.number, 2);
}

static void a_settlement_misses_nothing(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_issued issued;
    char pan[19];
    struct vend_order order = office_units("r2", "A-1", 10000);
    sell_units(world, "seller", "r1", 10000);
    order.terminal = "till2";
    assert_ok(office_sell(world, &order, &sold));
    assert_ok(world_sell(world, "seller", "free", world_pan(1, pan), 1000, &issued));
    assert_ok(vend_settle(world->vend, &chief, "day1", "shop", &batch));
    assert_int_equal(sum_of(STORE_SUM_MONEY), 230);
    assert_int_equal(batch.row.sums[batch.row.sum_count - 1].what, STORE_SUM_UNPRICED);
    sell_units(world, "seller", "r3", 10000);
    assert_ok(vend_settle(world->vend, &chief, "day1", "shop", &batch));
    assert_int_equal(batch.row.number, 1);
    assert_int_equal(sum_of(STORE_SUM_MONEY), 230);
    assert_refused(MV_REQUEST_ID_REUSED, vend_settle(world->vend, &chief, "day1", "region", &batch));
    assert_ok(vend_settle(world->vend, &chief, "day2", "shop", &batch));
    assert_int_equal(sum_of(STORE_SUM_MONEY), 115);
    assert_ok(vend_settle(world->vend, &chief, "day3", "shop", &batch));
    assert_int_equal(batch.row.sum_count, 0);
    assert_int_equal(batch.row.number, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(those_below_sell_on_its_credit),
        TEST(terms_have_ranges),
        TEST(terms_that_others_overtook_are_gone),
        TEST(what_the_vendor_took_is_what_counts),
        TEST(a_day_ends_at_the_office),
        TEST(limits_hold_for_accounts_that_pay),
        TEST(limits_go_by_what_the_token_says),
        TEST(what_has_no_price_is_not_sold),
        TEST(a_vendor_gives_nothing_away),
        TEST(records_bring_nothing_to_a_suspended_account),
        TEST(commission_is_taken_back_once),
        TEST(a_statement_comes_in_pages),
        TEST(a_shift_is_one_person_s),
        TEST(a_settlement_misses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
