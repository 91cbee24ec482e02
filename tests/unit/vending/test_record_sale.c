/* Purchases by record at a price: one path with tokens, so the same price, receipt, debts, limits and credit. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "keys_world.h"
#include "office_world.h"
#include "records_world.h"
#include "vending/batches.h"
#include "vending/claims.h"
#include "vending/debts.h"

static struct vend_records records;
static struct vend_sold sold;

static struct vend_record_order priced(const char *id, const char *pan, int64_t money)
{
    struct vend_record_order order = records_purchase(id, pan, 0);
    order.priced = true;
    order.terminal = "till";
    order.sale = (struct vend_purchase){.money = money, .payment = VEND_PAY_CASH};
    return order;
}

static mv_status buy(struct world *world, const char *id, const char *pan, int64_t money)
{
    const struct vend_record_order order = priced(id, pan, money);
    return records_sign(world, "seller", &order, &records);
}

static mv_status receipt(struct world *world, const char *id)
{
    struct vend_caller seller = world_caller("seller");
    return vend_receipt_by_request(world->vend, &seller, id, &sold);
}

static int64_t balance(struct world *world)
{
    return office_number(world, "SELECT balance FROM vendor");
}

static void it_costs_what_a_token_costs(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    char pan[19];
    records_ready(world, pan);
    const struct vend_order token = office_money("token", "A-1", 115);
    struct vend_sold trial;
    assert_ok(vend_trial_sell(world->vend, &seller, &token, &trial));
    assert_ok(buy(world, "record", pan, 115));
    assert_int_equal(records.amount, 10000);
    assert_ok(receipt(world, "record"));
    assert_int_equal(sold.charged.bill.total, 115);
    assert_memory_equal(&sold.charged.bill.lines[0].amount, &trial.charged.bill.lines[0].amount, sizeof(int64_t));
    assert_int_equal(sold.charged.bill.line_count, trial.charged.bill.line_count);
    assert_int_equal(sold.issued.receipt, 1);
    assert_int_equal(sold.issued.token_count, 0);
    assert_int_equal(sold.issued.carrier, VEND_ON_RECORD);
    assert_int_equal(sold.issued.kind, VEND_ORDER_CREDIT);
    assert_int_equal(sold.issued.unit, VEND_UNIT_WH);
    assert_string_equal(sold.issued.terminal, "till");
    assert_ok(vend_receipt_by_number(world->vend, &seller, "shop", "till", 1, &sold));
    assert_string_equal(sold.charged.of.number, "A-1");
    assert_ok(vend_last_sale(world->vend, &seller, "till", &sold));
    assert_string_equal(sold.issued.request_id, "record");
    /* nobody is given a token that there is not */
    struct vend_issued issued;
    assert_refused(MV_TOKEN_UNKNOWN, vend_token_by_request(world->vend, &seller, "record", &issued));
    assert_refused(MV_TOKEN_UNKNOWN, vend_token_by_receipt(world->vend, &seller, "shop", "till", 1, &issued));
    assert_refused(MV_TOKEN_UNKNOWN, vend_last_response(world->vend, &seller, "till", &issued));
    /* the next of the till, whatever carries it */
    assert_ok(office_sell(world, &token, &sold));
    assert_int_equal(sold.issued.receipt, 2);
    /* 50 kWh of a month cost less than what comes then, however they came: 10 and 10 were bought */
    const struct vend_order many = office_units("many", "A-1", 40000);
    assert_ok(vend_trial_sell(world->vend, &seller, &many, &trial));
    assert_int_equal(trial.charged.bill.total, (300 + 2 * 100) * 115 / 100);
}

static void one_request_is_one_sale(void **state)
{
    struct world *world = *state;
    char pan[19];
    records_ready(world, pan);
    assert_ok(buy(world, "r1", pan, 115));
    assert_ok(buy(world, "r1", pan, 115));
    assert_true(records.replayed);
    assert_refused(MV_REQUEST_ID_REUSED, buy(world, "r1", pan, 116));
    const struct vend_order token = office_money("r1", "A-1", 115);
    assert_refused(MV_REQUEST_ID_REUSED, office_sell(world, &token, NULL));
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record WHERE kind = 1"), 2); /* with the opening */
    /* by units, rounded up to what a token could carry */
    struct vend_record_order order = priced("r2", pan, 0);
    order.sale.by_units = true;
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, 9950};
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_int_equal(records.amount, 10000);
}

static void what_is_wrong_is_refused_before_it_is_signed(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    char pan[19];
    records_ready(world, pan);
    struct vend_record_order order = priced("r1", pan, 115);
    order.sale.expected_total = 114;
    assert_refused(MV_PRICE_CHANGED, records_sign(world, "seller", &order, &records));
    order = priced("r1", pan, 115);
    order.sale.tendered = 100;
    assert_refused(MV_TENDERED_TOO_LITTLE, records_sign(world, "seller", &order, &records));
    order = priced("r1", pan, 115);
    order.terminal = "";
    assert_refused(MV_INVALID_FIELD, records_sign(world, "seller", &order, &records));
    order = priced("r1", pan, 0);
    assert_refused(MV_INVALID_FIELD, records_sign(world, "seller", &order, &records));
    order = records_order(MV_KIND_READ, "r1", pan);
    order.priced = true;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "seller", &order, &records));
    order = priced("r1", pan, 115);
    order.sale.payment = VEND_PAY_BALANCE;
    assert_refused(MV_BALANCE_TOO_SMALL, records_sign(world, "seller", &order, &records));
    order = priced("r1", pan, 115);
    assert_refused(MV_ROLE_MISSING, records_sign(world, "engineer", &order, &records));
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "does not pay", &account));
    assert_refused(MV_ACCOUNT_SUSPENDED, buy(world, "r1", pan, 115));
    assert_int_equal(office_number(world, "SELECT count(*) FROM record WHERE kind = 1"), 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 0);
}

/* Who has to know before what it will bring, as the card can say only so much: not sold when it is something else. */
static void it_brings_what_was_foretold(void **state)
{
    struct world *world = *state;
    struct vend_caller seller = world_caller("seller");
    struct vend_tariff_version dearer = office_home();
    struct vend_quantity brings;
    char pan[19];
    records_ready(world, pan);
    struct vend_record_order order = priced("r1", pan, 115);
    assert_ok(vend_price_record(world->vend, &seller, &order, &brings));
    order.foretold = true;
    order.brings = brings.amount;
    dearer.valid_from_unix_s = world_now_s() + 100;
    dearer.steps[0].price_e5 *= 2;
    office_tariff(world, &dearer);
    world_step(100, 100);
    assert_refused(MV_PRICE_CHANGED, records_sign(world, "seller", &order, &records));
    assert_int_equal(office_number(world, "SELECT count(*) FROM record WHERE kind = 1"), 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM sale"), 0);
    order.foretold = false;
    assert_ok(vend_price_record(world->vend, &seller, &order, &brings));
    assert_int_equal(brings.amount, order.brings / 2);
    order.foretold = true;
    order.brings = brings.amount;
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_int_equal(records.amount, brings.amount);
    order.brings = 1; /* what was signed is told, whatever was expected of it */
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_true(records.replayed);
}

static void it_is_on_the_vendor_s_credit(void **state)
{
    struct world *world = *state;
    struct vend_caller manager = world_caller("manager1");
    const struct store_vendor_terms terms = {.sale_limit = 200, .day_limit = 400, .commission_e4 = 100000};
    char pan[19];
    records_ready(world, pan);
    office_vendor(world, "shop", &terms, 300);
    assert_refused(MV_VENDOR_NEEDS_PRICE, records_buy(world, "none", pan, 1000, &records));
    assert_refused(MV_VENDOR_SALE_LIMIT, buy(world, "r0", pan, 230));
    /* limits are of what is encoded: 9.95 kWh are 10 */
    struct vend_record_order units = priced("r0", pan, 0);
    const struct store_vendor_terms lower = {.sale_limit = 114, .commission_e4 = 100000};
    units.sale.by_units = true;
    units.quantity = (struct vend_quantity){VEND_UNIT_WH, 9950};
    office_vendor(world, "shop", &lower, 0);
    assert_refused(MV_VENDOR_SALE_LIMIT, records_sign(world, "seller", &units, &records));
    office_vendor(world, "shop", &terms, 0);
    assert_ok(buy(world, "r1", pan, 115));
    assert_int_equal(balance(world), 300 - 115 + 10);
    assert_ok(buy(world, "r1", pan, 115)); /* once */
    assert_int_equal(balance(world), 195);
    assert_ok(buy(world, "r2", pan, 115));
    assert_refused(MV_VENDOR_CREDIT_EXHAUSTED, buy(world, "r3", pan, 115));
    assert_int_equal(balance(world), 90);
    const struct vend_deposit_request more = {
        .request_id = "more", .organisation = "shop", .amount = 1000, .slip = "two"};
    struct vend_deposit deposit;
    assert_ok(vend_deposit(world->vend, &manager, &more, &deposit));
    assert_ok(buy(world, "r3", pan, 115));
    assert_refused(MV_VENDOR_DAY_LIMIT, buy(world, "r4", pan, 115));
    assert_int_equal(office_number(world, "SELECT day_sold FROM vendor"), 345);
    /* a lost carrier is replaced: what it brings was paid for */
    struct vend_record_order again = records_purchase("again", pan, 0);
    again.purchase = MV_PURCHASE_REPLACEMENT;
    assert_ok(records_sign(world, "seller", &again, &records));
    again = records_purchase("again2", pan, 100);
    again.purchase = MV_PURCHASE_REPLACEMENT;
    assert_refused(MV_VENDOR_NEEDS_PRICE, records_sign(world, "seller", &again, &records));
}

/* ---- many at once ---- */
enum { BUYERS = 8, EACH = 6, COVERED = 10 };
struct buyer {
    struct world *world;
    const char *pan;
    unsigned number, bought;
};

static void *buy_many(void *self)
{
    struct buyer *buyer = self;
    static __thread struct vend_records mine;
    for (unsigned i = 0; i < EACH; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "b%u-%u", buyer->number, i);
        const struct vend_record_order card = priced(id, buyer->pan, 115);
        const struct vend_order token = office_money(id, "A-1", 115);
        mv_status status = (buyer->number + i) % 2 == 0 ? records_sign(buyer->world, "seller", &card, &mine)
                                                        : office_sell(buyer->world, &token, NULL);
        buyer->bought += status.ok;
        if (!status.ok && status.reason != MV_METER_CHANGED)
            assert_int_equal(status.reason, MV_VENDOR_CREDIT_EXHAUSTED);
    }
    return NULL;
}

static void cards_and_tokens_at_once_keep_the_limit(void **state)
{
    struct world *world = *state;
    static const struct store_vendor_terms terms = {.credit_limit = 150};
    struct buyer buyers[BUYERS];
    pthread_t threads[BUYERS];
    unsigned bought = 0;
    char pan[19];
    records_ready(world, pan);
    office_vendor(world, "shop", &terms, COVERED * 115 - 150);
    for (unsigned i = 0; i < BUYERS; i++) {
        buyers[i] = (struct buyer){.world = world, .pan = pan, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, buy_many, &buyers[i]), 0);
    }
    for (unsigned i = 0; i < BUYERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        bought += buyers[i].bought;
    }
    assert_int_equal(bought, COVERED);
    assert_int_equal(balance(world), -150);
    assert_int_equal(office_number(world, "SELECT count(*) FROM bill"), COVERED);
    assert_int_equal(office_number(world, "SELECT sum(total) FROM bill"), COVERED * 115);
    assert_true(office_number(world, "SELECT count(*) FROM sale WHERE kind = 4") > 0);
    assert_true(office_number(world, "SELECT count(*) FROM sale WHERE kind = 0") > 0);
}

static void it_pays_debts_and_is_in_the_batch(void **state)
{
    struct world *world = *state;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller seller = world_caller("seller");
    static struct vend_batch batch;
    struct vend_act act;
    const struct vend_batch_request shift = {"b1", STORE_BATCH_SHIFT, "till"};
    const struct vend_act_request debt = {.request_id = "d1",
                                          .terminal = "",
                                          .account = "A-1",
                                          .kind = STORE_ACT_DEBT_ADDED,
                                          .amount = 300,
                                          .reason = "arrears",
                                          .terms = {.label = "Arrears", .rule = 2, .amount = 50}};
    char pan[19];
    records_ready(world, pan);
    assert_ok(vend_account_act(world->vend, &chief, &debt, &act));
    assert_ok(vend_start_batch(world->vend, &seller, &shift, &batch));
    assert_ok(buy(world, "r1", pan, 165));
    assert_int_equal(records.amount, 10000); /* 0.50 go to the debt */
    assert_int_equal(office_number(world, "SELECT outstanding FROM debt"), 250);
    assert_ok(vend_end_batch(world->vend, &seller, &shift, &batch));
    assert_int_equal(batch.row.sums[0].what, STORE_SUM_MONEY);
    assert_int_equal(batch.row.sums[0].amount, 165);
    /* and is taken back as every sale is */
    const struct vend_reversal_request reversal = {
        .organisation = "shop", .terminal = "till", .receipt = 1, .reason = "card lost"};
    struct vend_claim claim;
    assert_ok(vend_reverse_sale(world->vend, &chief, &reversal, &claim));
    assert_int_equal(claim.row.amount, 165);
}

/* A record has no token under the new key: it neither carries the set nor ends its row. */
static void it_is_no_part_of_a_key_change(void **state)
{
    struct world *world = *state;
    const struct vend_key_target target = {.ti = 7};
    struct vend_issued set, first, second;
    char pan[19];
    records_ready(world, pan);
    assert_ok(keys_change(world, "k1", &target, &set));
    assert_ok(keys_sell(world, "c1", &first));
    assert_ok(buy(world, "r1", pan, 115));
    assert_ok(receipt(world, "r1"));
    assert_false(sold.issued.has_key_change);
    assert_ok(keys_sell(world, "c2", &second));
    assert_ok(keys_sell(world, "c2", &second)); /* as it is stored */
    assert_true(second.replayed && second.resent);
    keys_confirm(world, world_own(&first)->digits); /* a token from before the record still proves it */
}

/* With the longest names the record of the audit log is cut: at what the ledger says anyway. */
static void the_hash_is_never_cut(void **state)
{
    struct world *world = *state;
    char pan[19], id[STORE_REQUEST_ID + 1], till[STORE_TERMINAL + 1], expected[513];
    uint8_t digest[32];
    records_ready(world, pan);
    memset(id, 'i', sizeof id - 1);
    memset(till, 't', sizeof till - 1);
    id[sizeof id - 1] = till[sizeof till - 1] = '\0';
    struct vend_record_order order = priced(id, pan, 115);
    order.terminal = till;
    memset(order.said, 's', sizeof order.said - 1);
    order.said[sizeof order.said - 1] = '\0';
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_ok(mv_sha256(records.parts[0].bytes, records.parts[0].size, digest));
    int used =
        snprintf(expected, sizeof expected,
                 "request=%s kind=1 epoch=7 sequence=2 parts=1 key=1 amount=10000 arrears=0 unread=1 %s sha256=", id,
                 order.said);
    for (size_t i = 0; i < sizeof digest; i++)
        used += snprintf(expected + used, sizeof expected - (size_t)used, "%02x", digest[i]);
    assert_true(world_audit_has(world, expected));
}

static void the_ledger_wants_the_record(void **state)
{
    struct world *world = *state;
    char pan[19];
    records_ready(world, pan);
    assert_ok(buy(world, "r1", pan, 115));
#define COPY                                                                                                           \
    "INSERT INTO sale (id, principal, request_id, digest, meter, previous, kind, tid, carrier, subclass, requested, "  \
    "encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date) SELECT "         \
    "s.id + 1, s.principal, r.request_id, s.digest, s.meter, s.id, "
#define REST                                                                                                           \
    ", x'000000', s.issued_at_unix_s, s.sgc, s.krn, s.ti, s.kt, s.ken, s.ea, s.dkga, s.base_date FROM sale s, record " \
    "r WHERE r.request_id <> s.request_id"
    /* the opening's record brings 500 and has no sale: one of it could be written, but of nothing else */
    assert_false(office_refuses(world, COPY "4, 0, 2, 0, 500, 500, '', zeroblob(16)" REST));
    assert_true(office_refuses(world, COPY "4, 0, 2, 0, 500, 600, '', zeroblob(16)" REST));
    assert_true(office_refuses(world, COPY "4, 0, 1, 0, 500, 500, '', zeroblob(16)" REST));
    assert_true(office_refuses(world, COPY "4, 9999999999, 2, 0, 500, 500, '', zeroblob(16)" REST));
    assert_true(office_refuses(world, COPY "4, 0, 2, 0, 500, 500, '12345678901234567890', zeroblob(16)" REST));
    assert_true(office_refuses(world, COPY "0, 9999999999, 1, 0, 500, 500, '12345678901234567890', zeroblob(16)" REST));
    assert_true(office_refuses(world,
                               "INSERT INTO sale (id, principal, request_id, digest, meter, previous, kind, tid, "
                               "carrier, subclass, requested, encoded, digits, tag, vending_kcv, "
                               "issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date) SELECT id + 1, "
                               "principal, 'no record', digest, meter, id, 4, 0, 2, 0, 500, 500, '', tag, "
                               "vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date "
                               "FROM sale"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_costs_what_a_token_costs),
        TEST(one_request_is_one_sale),
        TEST(what_is_wrong_is_refused_before_it_is_signed),
        TEST(it_brings_what_was_foretold),
        TEST(it_is_on_the_vendor_s_credit),
        TEST(cards_and_tokens_at_once_keep_the_limit),
        TEST(it_pays_debts_and_is_in_the_batch),
        TEST(it_is_no_part_of_a_key_change),
        TEST(the_hash_is_never_cut),
        TEST(the_ledger_wants_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
