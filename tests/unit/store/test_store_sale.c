/* Sales: stored once, numbered without gaps, never before the meter's last tid, found in three ways, never edited. */
#include <stdio.h>
#include <string.h>

#include "support.h"

static void assert_same(const struct store_sale *a, const struct store_sale *b)
{
    assert_int_equal(a->organisation, b->organisation);
    assert_string_equal(a->terminal, b->terminal);
    assert_int_equal(a->receipt, b->receipt);
    assert_int_equal(a->principal, b->principal);
    assert_string_equal(a->request_id, b->request_id);
    assert_memory_equal(a->digest, b->digest, sizeof a->digest);
    assert_int_equal(a->meter, b->meter);
    assert_int_equal(a->tid, b->tid);
    assert_int_equal(a->carrier, b->carrier);
    assert_int_equal(a->subclass, b->subclass);
    assert_int_equal(a->requested, b->requested);
    assert_int_equal(a->encoded, b->encoded);
    assert_string_equal(a->digits, b->digits);
    assert_memory_equal(a->tag, b->tag, sizeof a->tag);
    assert_memory_equal(a->vending_kcv, b->vending_kcv, sizeof a->vending_kcv);
    assert_int_equal(a->issued_at_unix_s, b->issued_at_unix_s);
    assert_string_equal(a->sgc, b->sgc);
    assert_int_equal(a->krn, b->krn);
    assert_int_equal(a->ti, b->ti);
    assert_int_equal(a->kt, b->kt);
    assert_int_equal(a->ken, b->ken);
    assert_int_equal(a->ea, b->ea);
    assert_int_equal(a->dkga, b->dkga);
    assert_int_equal(a->base_date, b->base_date);
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->previous, b->previous);
    assert_int_equal(a->order, b->order);
    assert_int_equal(a->key_change, b->key_change);
}

static uint64_t last_tid(const struct ledger *ledger)
{
    struct store_meter meter;
    assert_ok(store_meter_by_id(ledger->store, ledger->meter, &meter));
    return meter.last_tid;
}

static uint64_t insert(const struct ledger *ledger, const char *terminal, uint64_t tid)
{
    struct store_sale sale = sample_sale(ledger, terminal, tid);
    assert_ok(store_sale_insert(ledger->store, &sale));
    return sale.receipt;
}

static void test_a_sale_is_kept_and_found(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_sale got, sale = sample_sale(ledger, "till", 17000000);
    sale.krn = 2; /* no two fields alike, so that none can stand for another */
    sale.subclass = 3;
    sale.ea = 11;
    sale.issued_at_unix_s = 1800000000;
    assert_reason(store_sale_insert(store, &sale), MV_INTERNAL_ERROR); /* outside a transaction */
    assert_ok(store_begin_write(store));
    assert_ok(store_sale_insert(store, &sale));
    assert_int_equal(sale.receipt, 1);
    assert_ok(store_commit(store));
    store_close(store);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    store = ledger->store;
    assert_ok(store_sale_by_request(store, ledger->vendor, sale.request_id, &got));
    assert_same(&sale, &got);
    assert_ok(store_sale_by_receipt(store, 1, "till", 1, &got));
    assert_same(&sale, &got);
    assert_ok(store_sale_last(store, ledger->vendor, "till", &got));
    assert_same(&sale, &got);
    assert_int_equal(last_tid(ledger), 17000000);
}

static void test_what_is_not_there(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_sale got;
    assert_ok(store_begin_write(store));
    assert_int_equal(insert(ledger, "till", 5), 1);
    assert_ok(store_commit(store));
    assert_reason(store_sale_by_request(store, ledger->vendor, "request-6", &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_by_request(store, ledger->vendor + 1, "request-5", &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_by_receipt(store, 1, "till", 0, &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_by_receipt(store, 1, "till", 2, &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_by_receipt(store, 1, "till", UINT64_MAX, &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_by_receipt(store, 1, "till", (1ULL << 40) + 1, &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_by_receipt(store, 1, "Till", 1, &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_by_receipt(store, 2, "till", 1, &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_last(store, ledger->vendor, "other", &got), MV_TOKEN_UNKNOWN);
    assert_reason(store_sale_last(store, ledger->vendor + 1, "till", &got), MV_TOKEN_UNKNOWN);
}

static void test_each_till_has_its_own_series(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_organisation shop = {.parent = 1, .name = "shop"};
    struct store_sale sale;
    assert_ok(store_begin_write(store));
    assert_ok(store_organisation_insert(store, &shop));
    assert_int_equal(insert(ledger, "a", 1), 1);
    assert_int_equal(insert(ledger, "b", 2), 1);
    assert_int_equal(insert(ledger, "a", 3), 2);
    assert_ok(store_commit(store));
    assert_ok(store_begin_write(store));
    sale = sample_sale(ledger, "a", 4);
    sale.organisation = shop.id; /* the same name elsewhere is another till */
    assert_ok(store_sale_insert(store, &sale));
    assert_int_equal(sale.receipt, 1);
    assert_int_equal(insert(ledger, "a", 5), 3);
    assert_int_equal(insert(ledger, "b", 6), 2);
    assert_int_equal(insert(ledger, "", 7), 1);
    assert_ok(store_commit(store));
    assert_ok(store_sale_by_receipt(store, shop.id, "a", 1, &sale));
    assert_int_equal(sale.tid, 4);
    assert_ok(store_sale_by_receipt(store, 1, "a", 1, &sale));
    assert_int_equal(sale.tid, 1);
}

static void test_the_last_answer_is_by_principal_and_terminal(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_principal other = {.organisation = 1, .name = "other", .roles = 2, .enabled = true};
    struct store_sale sale;
    assert_ok(store_begin_write(store));
    assert_ok(store_principal_put(store, &other));
    (void)insert(ledger, "a", 1);
    (void)insert(ledger, "b", 2);
    sale = sample_sale(ledger, "a", 3);
    sale.principal = other.id;
    assert_ok(store_sale_insert(store, &sale));
    assert_int_equal(sale.receipt, 2);
    assert_ok(store_commit(store));
    assert_ok(store_sale_last(store, ledger->vendor, "a", &sale));
    assert_int_equal(sale.tid, 1);
    assert_ok(store_sale_last(store, ledger->vendor, "b", &sale));
    assert_int_equal(sale.tid, 2);
    assert_ok(store_sale_last(store, other.id, "a", &sale));
    assert_int_equal(sale.tid, 3);
    assert_reason(store_sale_last(store, other.id, "b", &sale), MV_TOKEN_UNKNOWN);
    /* seen inside the transaction, gone with it */
    assert_ok(store_begin_write(store));
    (void)insert(ledger, "a", 4);
    assert_ok(store_sale_last(store, ledger->vendor, "a", &sale));
    assert_int_equal(sale.tid, 4);
    store_rollback(store);
    assert_ok(store_sale_last(store, ledger->vendor, "a", &sale));
    assert_int_equal(sale.tid, 1);
}

static void test_a_request_id_is_used_once(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_principal other = {.organisation = 1, .name = "other", .roles = 2, .enabled = true};
    assert_ok(store_begin_write(store));
    assert_ok(store_principal_put(store, &other));
    (void)insert(ledger, "a", 10);
    struct store_sale again = sample_sale(ledger, "a", 11);
    (void)snprintf(again.request_id, sizeof again.request_id, "request-10");
    assert_reason(store_sale_insert(store, &again), MV_REQUEST_ID_REUSED);
    /* nothing of it is left, and the group goes on */
    assert_int_equal(last_tid(ledger), 10);
    assert_int_equal(insert(ledger, "a", 12), 2);
    again.principal = other.id; /* an id belongs to its principal */
    again.tid = 13;
    assert_ok(store_sale_insert(store, &again));
    assert_ok(store_commit(store));
    assert_ok(store_begin_write(store));
    again.tid = 14;
    assert_reason(store_sale_insert(store, &again), MV_REQUEST_ID_REUSED);
    (void)snprintf(again.terminal, sizeof again.terminal, "b");
    assert_reason(store_sale_insert(store, &again), MV_REQUEST_ID_REUSED);
    assert_ok(store_commit(store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sale"), 3);
    assert_int_equal(last_tid(ledger), 13);
}

static void test_tids_rise(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_meter second = sample_meter("600727000000000017");
    assert_ok(store_begin_write(store));
    assert_ok(store_meter_insert(store, &second));
    (void)insert(ledger, "a", 100);
    static const uint64_t bad[] = {100, 99, 1, 0, UINT64_MAX, 1ULL << 63};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct store_sale sale = sample_sale(ledger, "a", bad[i]);
        (void)snprintf(sale.request_id, sizeof sale.request_id, "bad-%zu", i);
        assert_reason(store_sale_insert(store, &sale), MV_INTERNAL_ERROR);
        assert_int_equal(last_tid(ledger), 100);
    }
    assert_int_equal(insert(ledger, "a", 101), 2);
    struct store_sale other = sample_sale(ledger, "a", 50);
    other.meter = second.id; /* each meter has its own */
    assert_ok(store_sale_insert(store, &other));
    assert_int_equal(other.receipt, 3);
    assert_ok(store_commit(store));
}

static void test_a_registered_last_tid_counts(void **state)
{
    struct ledger *ledger = *state;
    struct store_meter moved = sample_meter("600727000000000017");
    moved.last_tid = 5000;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_meter_insert(ledger->store, &moved));
    struct store_sale sale = sample_sale(ledger, "a", 5000);
    sale.meter = moved.id;
    assert_reason(store_sale_insert(ledger->store, &sale), MV_INTERNAL_ERROR);
    sale.tid = 5001;
    assert_ok(store_sale_insert(ledger->store, &sale));
    assert_ok(store_commit(ledger->store));
}

static void assert_refused(const struct ledger *ledger, struct store_sale sale, enum mv_reason reason)
{
    assert_reason(store_sale_insert(ledger->store, &sale), reason);
}

static void test_what_is_refused(void **state)
{
    struct ledger *ledger = *state;
    struct store_sale good = sample_sale(ledger, "a", 10), bad;
    assert_ok(store_begin_write(ledger->store));
    bad = good;
    bad.meter = 99;
    assert_refused(ledger, bad, MV_INTERNAL_ERROR);
    bad = good;
    bad.principal = 99;
    assert_refused(ledger, bad, MV_INTERNAL_ERROR);
    bad = good;
    bad.organisation = 99;
    assert_refused(ledger, bad, MV_ORGANISATION_UNKNOWN);
    bad = good;
    bad.request_id[0] = '\0';
    assert_refused(ledger, bad, MV_INTERNAL_ERROR);
    bad = good;
    bad.digits[19] = '\0';
    assert_refused(ledger, bad, MV_INTERNAL_ERROR);
    bad = good;
    bad.requested = 0;
    assert_refused(ledger, bad, MV_INTERNAL_ERROR);
    bad = good;
    bad.encoded = bad.requested - 1; /* a token never carries less than was asked */
    assert_refused(ledger, bad, MV_INTERNAL_ERROR);
    assert_ok(store_commit(ledger->store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sale"), 0);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM last_sale"), 0);
    assert_int_equal(raw_number(ledger, "SELECT last_tid FROM meter_tid"), 0);
}

static void test_tills_of_an_organisation_are_bounded(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_organisation shop = {.parent = 1, .name = "shop"};
    assert_ok(store_begin_write(store));
    assert_int_equal(insert(ledger, "a", 1), 1);
    assert_ok(store_commit(store));
    /* all but one: the till above was the first */
    raw_do(ledger, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 65535) "
                   "INSERT INTO terminal (organisation, name) SELECT 1, 't' || i FROM n");
    assert_ok(store_begin_write(store));
    store_rollback(store); /* forgets what was counted before those came from elsewhere */
    assert_ok(store_begin_write(store));
    assert_int_equal(insert(ledger, "b", 2), 1);
    store_rollback(store); /* that till is gone again, its count too */
    assert_ok(store_begin_write(store));
    assert_int_equal(insert(ledger, "c", 2), 1);
    assert_refused(ledger, sample_sale(ledger, "d", 3), MV_TILLS_EXHAUSTED);
    assert_int_equal(insert(ledger, "a", 3), 2); /* the transaction goes on */
    assert_ok(store_commit(store));
    assert_ok(store_begin_write(store));
    assert_refused(ledger, sample_sale(ledger, "d", 4), MV_TILLS_EXHAUSTED);
    assert_ok(store_organisation_insert(store, &shop));
    struct store_sale elsewhere = sample_sale(ledger, "d", 4);
    elsewhere.organisation = shop.id;
    assert_ok(store_sale_insert(store, &elsewhere));
    assert_ok(store_commit(store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM terminal WHERE organisation = 1"), STORE_MAX_TILLS);
}

static void test_the_ledger_s_tills_end_too(void **state)
{
    struct ledger *ledger = *state;
    assert_ok(store_begin_write(ledger->store));
    assert_int_equal(insert(ledger, "a", 1), 1);
    assert_ok(store_commit(ledger->store));
    raw_do(ledger, "INSERT INTO terminal VALUES (8388607, 1, 'last')");
    assert_ok(store_begin_write(ledger->store));
    assert_refused(ledger, sample_sale(ledger, "b", 2), MV_TILLS_EXHAUSTED);
    assert_int_equal(insert(ledger, "a", 2), 2);
    assert_int_equal(insert(ledger, "last", 3), 1);
    assert_ok(store_commit(ledger->store));
}

static void test_a_rollback_leaves_no_gap(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    for (uint64_t round = 0; round < 10; round++) {
        assert_ok(store_begin_write(store));
        assert_ok(sell(ledger, "a", 100 * round + 1));
        assert_ok(store_commit(store));
        assert_ok(store_begin_write(store));
        assert_ok(sell(ledger, "a", 100 * round + 2));
        assert_ok(sell(ledger, "b", 100 * round + 3));
        store_rollback(store);
        assert_int_equal(last_tid(ledger), 100 * round + 1);
    }
    assert_int_equal(raw_number(ledger, "SELECT max(receipt) FROM sale"), 10);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM terminal"), 1);
    assert_invariants(ledger);
}

/* Tills are remembered by name; one that was opened in vain is forgotten. */
static void test_a_rollback_takes_its_tills(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    assert_ok(store_begin_write(store));
    for (uint64_t tid = 1; tid < 4; tid++)
        assert_int_equal(insert(ledger, "b", tid), tid);
    store_rollback(store);
    assert_ok(store_begin_write(store));
    assert_int_equal(insert(ledger, "a", 1), 1); /* has the number now that the other had */
    assert_int_equal(insert(ledger, "b", 2), 1);
    assert_int_equal(insert(ledger, "b", 3), 2);
    assert_int_equal(insert(ledger, "a", 4), 2);
    assert_ok(store_commit(store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM terminal"), 2);
}

/* More tills than are remembered at once, in turns. */
static void test_many_tills(void **state)
{
    enum { TILLS = 1500 };
    struct ledger *ledger = *state;
    char name[STORE_TERMINAL + 1];
    assert_ok(store_begin_write(ledger->store));
    for (uint64_t i = 0; i < 3ULL * TILLS; i++) {
        (void)snprintf(name, sizeof name, "t%u", (unsigned)(i % TILLS));
        assert_int_equal(insert(ledger, name, i + 1), i / TILLS + 1);
    }
    assert_ok(store_commit(ledger->store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM terminal"), TILLS);
}

static void test_history_is_never_edited(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "UPDATE sale SET encoded = 1",
        "UPDATE sale SET issued_at_unix_s = issued_at_unix_s",
        "DELETE FROM sale",
        "DELETE FROM sale WHERE receipt = 2",
        "UPDATE terminal SET name = 'x'",
        "DELETE FROM terminal",
        /* a receipt that leaves a gap, one that is there, a tid that is there, one that is lower */
        "INSERT INTO sale SELECT id + 2, principal, 'n', digest, meter, id, 0, NULL, tid + 9, carrier, subclass, "
        "requested, "
        "encoded, "
        "digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, base_date FROM sale WHERE receipt = 3",
        "INSERT INTO sale SELECT id, principal, 'n', digest, meter, id, 0, NULL, tid + 9, carrier, subclass, "
        "requested, encoded, "
        "digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, base_date FROM sale WHERE receipt = 3",
        "INSERT INTO sale SELECT id + 1, principal, 'n', digest, meter, id, 0, NULL, tid, carrier, subclass, "
        "requested, encoded, "
        "digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, base_date FROM sale WHERE receipt = 3",
        "INSERT INTO sale SELECT id + 1, principal, 'n', digest, meter, id, 0, NULL, tid - 2, carrier, subclass, "
        "requested, "
        "encoded, "
        "digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, base_date FROM sale WHERE receipt = 3",
        /* a till that does not exist */
        "INSERT INTO sale SELECT (9 << 40) + 1, principal, 'n', digest, meter, id, 0, NULL, tid + 9, carrier, "
        "subclass, requested, "
        "encoded, digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, base_date FROM sale WHERE receipt = 3",
    };
    assert_ok(store_begin_write(ledger->store));
    for (uint64_t tid = 10; tid < 13; tid++)
        assert_ok(sell(ledger, "a", tid));
    assert_ok(store_commit(ledger->store));
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        assert_int_equal(raw_try(ledger, edits[i]), SQLITE_CONSTRAINT);
    /* the pattern itself is good: with the right numbers it is taken */
    raw_do(ledger, "INSERT INTO sale SELECT id + 1, principal, 'n', digest, meter, id, 0, NULL, tid + 9, carrier, "
                   "subclass, requested, "
                   "encoded, digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, base_date FROM sale "
                   "WHERE receipt = 3");
    assert_int_equal(last_tid(ledger), 21);
}

/* The engine's own connection does not let REPLACE slip past the triggers either. */
static void test_replace_is_a_deletion(void **state)
{
    struct ledger *ledger = *state;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(sell(ledger, "a", 10));
    assert_ok(store_commit(ledger->store));
    assert_int_equal(
        raw_try(ledger, "PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO sale "
                        "SELECT id + 1, principal, request_id, digest, meter, id, 0, NULL, tid + 9, carrier, subclass, "
                        "requested, encoded, digits, tag, vending_kcv, 0, sgc, krn, ti, kt, ken, ea, dkga, "
                        "base_date FROM sale"),
        SQLITE_CONSTRAINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_sale_is_kept_and_found, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_is_not_there, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_each_till_has_its_own_series, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_last_answer_is_by_principal_and_terminal, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_request_id_is_used_once, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_tids_rise, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_registered_last_tid_counts, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_is_refused, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_tills_of_an_organisation_are_bounded, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_ledger_s_tills_end_too, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_rollback_leaves_no_gap, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_rollback_takes_its_tills, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_many_tills, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_history_is_never_edited, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_replace_is_a_deletion, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
