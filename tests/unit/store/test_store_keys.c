/* Key changes: kept, pending once, ended once; the key on file, the history and what the office wanted follow. */
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { MOST = 16 };

struct history {
    size_t count;
    struct store_meter_key keys[MOST];
};

static mv_status take(void *self, const struct store_meter_key *row)
{
    struct history *history = self;
    if (history->count == MOST)
        return mv_fail(MV_CANCELLED_BY_CALLER, "test");
    history->keys[history->count++] = *row;
    return mv_ok();
}

static struct history history_of(const struct ledger *ledger, int64_t meter)
{
    struct history history = {0};
    assert_ok(store_meter_keys(ledger->store, meter, take, &history));
    return history;
}

static void assert_key(const struct store_key *a, const struct store_key *b)
{
    assert_string_equal(a->sgc, b->sgc);
    assert_int_equal(a->krn, b->krn);
    assert_int_equal(a->ti, b->ti);
    assert_int_equal(a->kt, b->kt);
    assert_int_equal(a->ken, b->ken);
    assert_int_equal(a->ea, b->ea);
    assert_int_equal(a->dkga, b->dkga);
    assert_int_equal(a->base_date, b->base_date);
}

static struct store_meter meter_now(const struct ledger *ledger)
{
    struct store_meter meter;
    assert_ok(store_meter_by_id(ledger->store, ledger->meter, &meter));
    return meter;
}

static void assign(const struct ledger *ledger, const char *sgc, uint8_t krn, uint8_t kt, int16_t ti)
{
    struct store_wanted wanted = {.krn = krn, .kt = kt, .ti = ti};
    (void)snprintf(wanted.sgc, sizeof wanted.sgc, "%s", sgc);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_meter_assign(ledger->store, ledger->meter, &wanted));
    assert_ok(store_commit(ledger->store));
}

static void assert_wanted(const struct ledger *ledger, const char *sgc, uint8_t krn, uint8_t kt, int16_t ti)
{
    struct store_meter meter = meter_now(ledger);
    assert_string_equal(meter.wanted_sgc, sgc);
    assert_int_equal(meter.wanted_krn, krn);
    assert_int_equal(meter.wanted_kt, kt);
    assert_int_equal(meter.wanted_ti, ti);
    assert_int_equal(meter.has_wanted, sgc[0] != '\0' || krn != 0 || kt != 0 || ti >= 0);
}

static void test_a_change_is_kept(void **state)
{
    struct ledger *ledger = *state;
    struct store_key_change got, change = sample_change(ledger);
    change.to = (struct store_key){
        .sgc = "123456", .krn = 9, .ti = 42, .kt = 1, .ken = 17, .ea = 7, .dkga = 2, .base_date = 2035};
    change.rollover = true;
    change.count = 4;
    memcpy(change.digits[3], "44444444444444444444", STORE_DIGITS);
    change.tags[3][15] = 7;
    assert_reason(store_key_change_insert(ledger->store, &change), MV_INTERNAL_ERROR); /* outside a transaction */
    change = change_key(ledger, change);
    assert_true(change.id > 0);
    memset(&got, 0xA5, sizeof got);
    assert_ok(store_key_change_get(ledger->store, change.id, &got));
    assert_int_equal(got.id, change.id);
    assert_int_equal(got.meter, ledger->meter);
    assert_key(&got.from, &change.from);
    assert_key(&got.to, &change.to);
    assert_true(got.rollover);
    assert_int_equal(got.count, 4);
    assert_memory_equal(got.digits, change.digits, sizeof got.digits);
    assert_memory_equal(got.tags, change.tags, sizeof got.tags);
    assert_memory_equal(got.from_kcv, change.from_kcv, 3);
    assert_memory_equal(got.to_kcv, change.to_kcv, 3);
    assert_int_equal(got.issued_at_unix_s, change.issued_at_unix_s);
    assert_int_equal(got.principal, ledger->vendor);
    assert_int_equal(got.approval, 0);
    assert_int_equal(got.outcome, STORE_PENDING);
    assert_int_equal(got.ended_at_unix_s, 0);
    assert_reason(store_key_change_get(ledger->store, change.id + 1, &got), MV_NO_KEY_CHANGE_PENDING);
    assert_reason(store_key_change_get(ledger->store, 0, &got), MV_NO_KEY_CHANGE_PENDING);
}

static void test_sets_of_two_and_three(void **state)
{
    struct ledger *ledger = *state;
    struct store_key_change got;
    for (uint8_t count = 2; count <= 3; count++) {
        struct store_key_change change = sample_change(ledger);
        change.count = count;
        change = change_key(ledger, change);
        assert_ok(store_key_change_get(ledger->store, change.id, &got));
        assert_int_equal(got.count, count);
        assert_memory_equal(got.digits, change.digits, count * sizeof got.digits[0]);
        assert_int_equal(got.digits[count][0], '\0');
        end_change(ledger, change.id, STORE_APPLIED);
    }
    struct store_key_change bad = sample_change(ledger);
    static const uint8_t counts[] = {0, 1, 5, 255};
    assert_ok(store_begin_write(ledger->store));
    for (size_t i = 0; i < sizeof counts; i++) {
        bad.count = counts[i];
        assert_reason(store_key_change_insert(ledger->store, &bad), MV_INTERNAL_ERROR);
    }
    bad.count = 3;
    bad.digits[1][19] = '\0';
    assert_reason(store_key_change_insert(ledger->store, &bad), MV_INTERNAL_ERROR);
    assert_ok(store_commit(ledger->store));
}

static void test_applied(void **state)
{
    struct ledger *ledger = *state;
    struct store_key before = key_on_file(ledger);
    struct store_key_change got, change = change_key(ledger, sample_change(ledger));
    struct store_meter meter = meter_now(ledger);
    assert_int_equal(meter.pending_change, change.id);
    assert_int_equal(meter.key_version, 1);
    assert_int_equal(meter.krn, before.krn);
    end_change(ledger, change.id, STORE_APPLIED);
    meter = meter_now(ledger);
    assert_int_equal(meter.pending_change, 0);
    assert_int_equal(meter.key_version, 2);
    struct store_key now = key_on_file(ledger);
    assert_key(&now, &change.to);
    assert_ok(store_key_change_get(ledger->store, change.id, &got));
    assert_int_equal(got.outcome, STORE_APPLIED);
    assert_int_equal(got.ended_at_unix_s, 1700000200);
    struct history history = history_of(ledger, ledger->meter);
    assert_int_equal(history.count, 2);
    assert_int_equal(history.keys[0].sequence, 1);
    assert_key(&history.keys[0].key, &before);
    assert_int_equal(history.keys[0].since_unix_s, 1700000000);
    assert_int_equal(history.keys[0].key_change, 0);
    assert_int_equal(history.keys[1].sequence, 2);
    assert_key(&history.keys[1].key, &change.to);
    assert_int_equal(history.keys[1].since_unix_s, change.issued_at_unix_s);
    assert_int_equal(history.keys[1].key_change, change.id);
    assert_false(history.keys[1].rollover);
}

static void test_not_applied(void **state)
{
    struct ledger *ledger = *state;
    struct store_key before = key_on_file(ledger);
    struct store_key_change got, change = sample_change(ledger);
    assign(ledger, "", 2, 0, -1);
    change.to.base_date = 2035;
    change.rollover = true;
    change = change_key(ledger, change);
    end_change(ledger, change.id, STORE_NOT_APPLIED);
    struct store_key now = key_on_file(ledger);
    assert_key(&now, &before);
    assert_int_equal(meter_now(ledger).pending_change, 0);
    assert_int_equal(meter_now(ledger).key_version, 3);
    assert_wanted(ledger, "", 2, 0, -1);
    assert_ok(store_key_change_get(ledger->store, change.id, &got));
    assert_int_equal(got.outcome, STORE_NOT_APPLIED);
    struct history history = history_of(ledger, ledger->meter);
    assert_int_equal(history.count, 2); /* it may still be typed in */
    assert_key(&history.keys[1].key, &change.to);
    assert_true(history.keys[1].rollover);
    change.to.krn++; /* another way may be tried */
    (void)change_key(ledger, change);
    assert_int_equal(history_of(ledger, ledger->meter).count, 3);
}

static void test_one_at_a_time_and_ended_once(void **state)
{
    struct ledger *ledger = *state;
    struct store *store = ledger->store;
    struct store_key_change first = change_key(ledger, sample_change(ledger)), second = sample_change(ledger);
    second.to.krn = 5;
    assert_ok(store_begin_write(store));
    assert_reason(store_key_change_insert(store, &second), MV_KEY_CHANGE_PENDING);
    assert_reason(store_key_change_end(store, first.id + 1, STORE_APPLIED, "x", ledger->vendor, 1),
                  MV_NO_KEY_CHANGE_PENDING);
    assert_reason(store_key_change_end(store, first.id, STORE_PENDING, "x", ledger->vendor, 1), MV_INTERNAL_ERROR);
    assert_reason(store_key_change_end(store, first.id, STORE_APPLIED, "", ledger->vendor, 1), MV_INTERNAL_ERROR);
    assert_reason(store_key_change_end(store, first.id, STORE_APPLIED,
                                       "1234567890123456789012345678901234567890123456789012345678901234+",
                                       ledger->vendor, 1),
                  MV_INTERNAL_ERROR);
    assert_reason(store_key_change_end(store, first.id, STORE_APPLIED, "x", 99, 1), MV_INTERNAL_ERROR);
    assert_int_equal(meter_now(ledger).key_version, 1);
    assert_ok(store_key_change_end(store, first.id, STORE_APPLIED, "x", ledger->vendor, 1));
    assert_reason(store_key_change_end(store, first.id, STORE_APPLIED, "x", ledger->vendor, 1),
                  MV_NO_KEY_CHANGE_PENDING);
    assert_reason(store_key_change_end(store, first.id, STORE_NOT_APPLIED, "x", ledger->vendor, 1),
                  MV_NO_KEY_CHANGE_PENDING);
    second.from = key_on_file(ledger);
    assert_ok(store_key_change_insert(store, &second)); /* the transaction went on */
    assert_reason(store_key_change_end(store, first.id, STORE_APPLIED, "x", ledger->vendor, 1),
                  MV_NO_KEY_CHANGE_PENDING);
    assert_ok(store_commit(store));
    assert_int_equal(meter_now(ledger).pending_change, second.id);
}

static void test_assigned(void **state)
{
    struct ledger *ledger = *state;
    assign(ledger, "654321", 3, 1, 0);
    assert_wanted(ledger, "654321", 3, 1, 0);
    assert_int_equal(meter_now(ledger).key_version, 1);
    assign(ledger, "", 0, 0, 99); /* takes the place of what was wanted before */
    assert_wanted(ledger, "", 0, 0, 99);
    assign(ledger, "", 0, 0, -1);
    assert_wanted(ledger, "", 0, 0, -1);
    assert_int_equal(meter_now(ledger).key_version, 3);
    struct store_wanted wanted = {.ti = -1};
    static const struct store_wanted bad[] = {
        {.krn = 10, .ti = -1}, {.kt = 3, .ti = -1}, {.ti = 100}, {.ti = -2}, {.sgc = "12345", .ti = -1}};
    assert_reason(store_meter_assign(ledger->store, ledger->meter, &wanted), MV_INTERNAL_ERROR);
    assert_ok(store_begin_write(ledger->store));
    assert_reason(store_meter_assign(ledger->store, 99, &wanted), MV_METER_UNKNOWN);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_reason(store_meter_assign(ledger->store, ledger->meter, &bad[i]), MV_INVALID_FIELD);
    assert_ok(store_commit(ledger->store));
    assert_int_equal(meter_now(ledger).key_version, 3);
}

static void test_what_is_fulfilled_is_no_longer_wanted(void **state)
{
    struct ledger *ledger = *state;
    struct store_key_change change = sample_change(ledger); /* to revision 2 of the same group */
    assign(ledger, "", 2, 2, 7);
    change = change_key(ledger, change);
    end_change(ledger, change.id, STORE_APPLIED);
    assert_wanted(ledger, "", 0, 0, -1);
    assign(ledger, "123456", 3, 1, 8); /* group and revision will be so, type and index not */
    change = change_key(ledger, sample_change(ledger));
    end_change(ledger, change.id, STORE_APPLIED);
    assert_wanted(ledger, "", 0, 1, 8);
    assign(ledger, "654321", 4, 0, -1); /* revision 4 of that group, not of this one */
    change = change_key(ledger, sample_change(ledger));
    end_change(ledger, change.id, STORE_APPLIED);
    assert_int_equal(key_on_file(ledger).krn, 4);
    assert_wanted(ledger, "654321", 4, 0, -1);
    assign(ledger, "123456", 0, 0, -1);
    change = change_key(ledger, sample_change(ledger));
    end_change(ledger, change.id, STORE_APPLIED);
    assert_wanted(ledger, "", 0, 0, -1);
}

static void test_a_rolled_back_change_is_gone(void **state)
{
    struct ledger *ledger = *state;
    struct store_key_change got, change = sample_change(ledger);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_key_change_insert(ledger->store, &change));
    assert_ok(store_key_change_end(ledger->store, change.id, STORE_APPLIED, "x", ledger->vendor, 1));
    store_rollback(ledger->store);
    assert_reason(store_key_change_get(ledger->store, change.id, &got), MV_NO_KEY_CHANGE_PENDING);
    assert_int_equal(meter_now(ledger).key_version, 0);
    assert_int_equal(history_of(ledger, ledger->meter).count, 1);
}

static void test_histories_are_apart(void **state)
{
    struct ledger *ledger = *state;
    struct store_meter second = sample_meter("600727000000000017");
    struct history full = {.count = MOST};
    second.krn = 6;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_meter_insert(ledger->store, &second));
    assert_ok(store_commit(ledger->store));
    (void)change_key(ledger, sample_change(ledger));
    struct history history = history_of(ledger, second.id);
    assert_int_equal(history.count, 1);
    assert_int_equal(history.keys[0].key.krn, 6);
    assert_int_equal(history_of(ledger, 99).count, 0);
    assert_reason(store_meter_keys(ledger->store, ledger->meter, take, &full), MV_CANCELLED_BY_CALLER);
    assert_int_equal(history_of(ledger, ledger->meter).count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_change_is_kept, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_sets_of_two_and_three, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_applied, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_not_applied, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_one_at_a_time_and_ended_once, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_assigned, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_is_fulfilled_is_no_longer_wanted, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_rolled_back_change_is_gone, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_histories_are_apart, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
