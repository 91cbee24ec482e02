/* Orders of every kind: what each may carry, one series of receipts, and the chain back through a meter's orders. */
#include <stdio.h>
#include <string.h>

#include "support.h"

static struct store_sale sample_order(const struct ledger *ledger, enum store_order order, uint64_t number)
{
    struct store_sale sale = sample_sale(ledger, "a", number);
    sale.order = (uint8_t)order;
    if (order == STORE_MANAGEMENT)
        sale.subclass = 15;
    if (order == STORE_TEST) {
        sale.subclass = 1;
        sale.tid = 0;
        sale.requested = sale.encoded = (99LL << 40) | 0xFFFFFFFFF;
    }
    if (order == STORE_KEY_CHANGE) {
        sale.tid = 0;
        sale.requested = sale.encoded = 0;
        sale.digits[0] = '\0';
        memset(sale.tag, 0, sizeof sale.tag);
    }
    return sale;
}

static struct store_sale must_insert(const struct ledger *ledger, struct store_sale sale)
{
    assert_ok(store_sale_insert(ledger->store, &sale));
    return sale;
}

static void assert_refused(const struct ledger *ledger, struct store_sale sale)
{
    assert_reason(store_sale_insert(ledger->store, &sale), MV_INTERNAL_ERROR);
}

static uint64_t last_tid(const struct ledger *ledger)
{
    struct store_meter meter;
    assert_ok(store_meter_by_id(ledger->store, ledger->meter, &meter));
    return meter.last_tid;
}

static void test_every_kind_is_kept(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_key_change change = change_key(ledger, sample_change(ledger));
    struct store_sale got, made[4];
    assert_ok(store_begin_write(store));
    for (int order = STORE_CREDIT; order <= STORE_KEY_CHANGE; order++) {
        struct store_sale sale = sample_order(ledger, (enum store_order)order, 100 + (uint64_t)order);
        sale.key_change = order == STORE_TEST ? 0 : change.id;
        made[order] = must_insert(ledger, sale);
    }
    assert_ok(store_commit(store));
    assert_int_equal(last_tid(ledger), 101); /* tests and key changes take none */
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(made[i].receipt, i + 1);
        assert_int_equal(made[i].previous, i == 0 ? 0 : made[i - 1].id);
        assert_ok(store_sale_by_receipt(store, 1, "a", i + 1, &got));
        assert_memory_equal(&got, &made[i], offsetof(struct store_sale, terminal));
        assert_int_equal(got.id, made[i].id);
        assert_int_equal(got.previous, made[i].previous);
        assert_int_equal(got.order, i);
        assert_int_equal(got.key_change, made[i].key_change);
        assert_int_equal(got.subclass, made[i].subclass);
        assert_int_equal(got.tid, made[i].tid);
        assert_int_equal(got.requested, made[i].requested);
        assert_int_equal(got.encoded, made[i].encoded);
        assert_string_equal(got.digits, made[i].digits);
        assert_memory_equal(got.tag, made[i].tag, sizeof got.tag);
    }
}

static void test_what_no_order_may_carry(void **state)
{
    struct ledger *ledger = *state;
    struct store_key_change change = change_key(ledger, sample_change(ledger));
    struct store_sale bad;
    assert_ok(store_begin_write(ledger->store));
    for (int order = STORE_CREDIT; order <= STORE_KEY_CHANGE; order++) {
        struct store_sale good = sample_order(ledger, (enum store_order)order, 100);
        good.key_change = change.id;
        bad = good;
        bad.tid = bad.tid == 0 ? 100 : 0;
        assert_refused(ledger, bad);
        bad = good;
        bad.requested = -1;
        assert_refused(ledger, bad);
        bad = good;
        bad.encoded = bad.requested - 1;
        assert_refused(ledger, bad);
        bad = good;
        bad.digits[order == STORE_KEY_CHANGE ? 0 : 19] = '\0';
        if (order == STORE_KEY_CHANGE)
            (void)snprintf(bad.digits, sizeof bad.digits, "11111111111111111111");
        assert_refused(ledger, bad);
        bad = good;
        bad.subclass = 16;
        assert_refused(ledger, bad);
        bad = good;
        bad.key_change = change.id + 1;
        assert_refused(ledger, bad);
    }
    bad = sample_order(ledger, STORE_CREDIT, 100);
    bad.subclass = 8;
    assert_refused(ledger, bad);
    bad = sample_order(ledger, STORE_CREDIT, 100);
    bad.requested = 0; /* for credit only is it nothing */
    assert_refused(ledger, bad);
    bad.order = STORE_MANAGEMENT;
    (void)must_insert(ledger, bad);
    bad = sample_order(ledger, STORE_KEY_CHANGE, 101); /* without its set */
    assert_refused(ledger, bad);
    bad.key_change = change.id;
    bad.encoded = 1;
    assert_refused(ledger, bad);
    bad.encoded = 0;
    bad.subclass = 1;
    assert_refused(ledger, bad);
    bad.subclass = 0;
    bad.tag[15] = 1;
    assert_refused(ledger, bad);
    bad = sample_order(ledger, STORE_CREDIT, 102);
    bad.order = 4;
    assert_refused(ledger, bad);
    assert_ok(store_commit(ledger->store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sale"), 1);
}

static void test_a_set_is_delivered_while_it_is_pending(void **state)
{
    struct ledger *ledger = *state;
    struct store_meter second = sample_meter("600727000000000017");
    struct store_key_change change = change_key(ledger, sample_change(ledger));
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_meter_insert(ledger->store, &second));
    struct store_sale sale = sample_order(ledger, STORE_CREDIT, 10);
    sale.key_change = change.id;
    sale.meter = second.id; /* not that meter's set */
    assert_refused(ledger, sale);
    sale.meter = ledger->meter;
    (void)must_insert(ledger, sale);
    (void)must_insert(ledger, sample_order(ledger, STORE_TEST, 11));
    assert_ok(store_commit(ledger->store));
    end_change(ledger, change.id, STORE_APPLIED);
    assert_ok(store_begin_write(ledger->store));
    sale = sample_order(ledger, STORE_CREDIT, 12);
    sale.key_change = change.id;
    assert_refused(ledger, sale);
    store_rollback(ledger->store);
}

static void test_back_through_a_meter(void **state)
{
    enum { ORDERS = 40 };
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_meter second = sample_meter("600727000000000017");
    struct store_sale sale;
    int64_t ids[2][ORDERS];
    assert_ok(store_begin_write(store));
    assert_ok(store_meter_insert(store, &second));
    int64_t meters[2] = {ledger->meter, second.id};
    assert_reason(store_sale_before(store, second.id, 0, &sale), MV_TOKEN_UNKNOWN);
    for (unsigned i = 0; i < 2 * ORDERS; i++) {
        sale = sample_order(ledger, i % 5 == 0 ? STORE_TEST : STORE_CREDIT, i + 1);
        (void)snprintf(sale.terminal, sizeof sale.terminal, "till-%u", i % 3);
        sale.meter = meters[i % 2];
        ids[i % 2][i / 2] = must_insert(ledger, sale).id;
    }
    assert_ok(store_commit(store));
    for (size_t m = 0; m < 2; m++) {
        int64_t before = 0;
        for (size_t i = ORDERS; i-- > 0;) {
            assert_ok(store_sale_before(store, meters[m], before, &sale));
            assert_int_equal(sale.id, ids[m][i]);
            assert_int_equal(sale.meter, meters[m]);
            before = sale.id;
        }
        assert_reason(store_sale_before(store, meters[m], before, &sale), MV_TOKEN_UNKNOWN);
        assert_reason(store_sale_before(store, meters[1 - m], ids[m][3], &sale), MV_TOKEN_UNKNOWN);
    }
    assert_reason(store_sale_before(store, 99, 0, &sale), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_before(store, ledger->meter, 12345, &sale), MV_TOKEN_UNKNOWN);
}

static void test_a_refused_order_leaves_the_chain(void **state)
{
    struct ledger *ledger = *state;
    struct store_meter meter;
    assert_ok(store_begin_write(ledger->store));
    struct store_sale first = must_insert(ledger, sample_order(ledger, STORE_CREDIT, 10));
    struct store_sale again = sample_order(ledger, STORE_CREDIT, 11);
    memcpy(again.request_id, first.request_id, sizeof again.request_id);
    assert_reason(store_sale_insert(ledger->store, &again), MV_REQUEST_ID_REUSED);
    struct store_sale second = must_insert(ledger, sample_order(ledger, STORE_CREDIT, 12));
    assert_int_equal(second.previous, first.id);
    assert_ok(store_commit(ledger->store));
    assert_ok(store_begin_write(ledger->store));
    (void)must_insert(ledger, sample_order(ledger, STORE_TEST, 13));
    store_rollback(ledger->store);
    assert_ok(store_meter_by_id(ledger->store, ledger->meter, &meter));
    assert_int_equal(meter.last_sale, second.id);
}

/* What the engine does not do, tried on the file. */
static void test_the_chain_is_the_schema_s_own(void **state)
{
    struct ledger *ledger = *state;
    static const char row[] =
        "INSERT INTO sale SELECT id + 1, principal, 'n', digest, %s, NULL, %s, carrier, subclass, "
        "requested, encoded, digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, "
        "base_date FROM sale WHERE receipt = 2";
    static const char *const links[] = {"meter, 0, 0", "meter, previous, 0", "meter, id + 1, 0", "meter, 99, 0",
                                        "99, id, 0",   "99, 0, 0",           "meter, -1, 0"};
    char sql[512];
    assert_ok(store_begin_write(ledger->store));
    (void)must_insert(ledger, sample_order(ledger, STORE_CREDIT, 10));
    (void)must_insert(ledger, sample_order(ledger, STORE_CREDIT, 11));
    assert_ok(store_commit(ledger->store));
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        (void)snprintf(sql, sizeof sql, row, links[i], "tid + 9");
        assert_int_equal(raw_try(ledger, sql), SQLITE_CONSTRAINT);
    }
    (void)snprintf(sql, sizeof sql, row, "meter, id, 2", "5"); /* a test with a tid */
    assert_int_equal(raw_try(ledger, sql), SQLITE_CONSTRAINT);
    (void)snprintf(sql, sizeof sql, row, "meter, id, 1", "tid"); /* management at the tid of the last credit */
    assert_int_equal(raw_try(ledger, sql), SQLITE_CONSTRAINT);
    static const char *const edits[] = {
        "UPDATE meter_tid SET last_sale = 0",
        "UPDATE meter_tid SET last_sale = last_sale - 1",
        "UPDATE meter_tid SET last_tid = last_tid + 1, last_sale = last_sale - 1",
        "UPDATE meter_tid SET last_tid = last_tid - 1",
        "UPDATE sale SET previous = 0 WHERE receipt = 2",
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        assert_int_equal(raw_try(ledger, edits[i]), SQLITE_CONSTRAINT);
    (void)snprintf(sql, sizeof sql, row, "meter, id, 0", "tid + 9"); /* the pattern itself is good */
    raw_do(ledger, sql);
    assert_int_equal(last_tid(ledger), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_kind_is_kept, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_no_order_may_carry, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_set_is_delivered_while_it_is_pending, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_back_through_a_meter, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_refused_order_leaves_the_chain, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_chain_is_the_schema_s_own, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
