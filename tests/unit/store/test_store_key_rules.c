/* What the ledger's schema itself refuses about keys, whoever writes: the engine with a wrong row, or somebody's SQL.
 */
#include <stdio.h>
#include <string.h>

#include "support.h"

static void assert_refused(const struct ledger *ledger, const struct store_key_change *bad)
{
    struct store_key_change change = *bad;
    assert_ok(store_begin_write(ledger->store));
    assert_reason(store_key_change_insert(ledger->store, &change), MV_INTERNAL_ERROR);
    assert_ok(store_commit(ledger->store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM meter WHERE pending_change IS NOT NULL"), 0);
}

static void apply(const struct ledger *ledger, const struct store_key_change *change)
{
    struct store_key_change made = *change;
    made.from = key_on_file(ledger);
    made.rollover = made.to.base_date > made.from.base_date;
    made = change_key(ledger, made);
    end_change(ledger, made.id, STORE_APPLIED);
}

static void test_no_such_change(void **state)
{
    struct ledger *ledger = *state;
    const struct store_key_change good = sample_change(ledger);
    struct store_key_change bad = good;
    bad.to.base_date = 2013;
    assert_refused(ledger, &bad);
    bad.rollover = true;
    assert_refused(ledger, &bad);
    bad = good;
    bad.rollover = true; /* without a later base date */
    assert_refused(ledger, &bad);
    bad = good;
    bad.to.base_date = 2035; /* a later one without saying so */
    assert_refused(ledger, &bad);
    bad = good;
    bad.to.ea = 11;
    assert_refused(ledger, &bad);
    static const uint8_t key_types[] = {0, 3, 4};
    for (size_t i = 0; i < sizeof key_types; i++) {
        bad = good;
        bad.to.kt = key_types[i];
        assert_refused(ledger, &bad);
    }
    bad = good;
    bad.to.krn = 0;
    assert_refused(ledger, &bad);
    bad.to.krn = 10;
    assert_refused(ledger, &bad);
    bad = good;
    bad.to.ti = 100;
    assert_refused(ledger, &bad);
    bad = good;
    bad.to.sgc[5] = '\0';
    assert_refused(ledger, &bad);
    bad = good;
    bad.principal = 99;
    assert_refused(ledger, &bad);
    (void)change_key(ledger, good);
}

static void test_only_from_the_key_on_file(void **state)
{
    struct ledger *ledger = *state;
    const struct store_key_change good = sample_change(ledger);
    struct store_key_change bad[8] = {good, good, good, good, good, good, good, good};
    memcpy(bad[0].from.sgc, "000001", 7);
    bad[1].from.krn++;
    bad[2].from.ti++;
    bad[3].from.kt--;
    bad[4].from.ken--;
    bad[5].from.dkga = 2;
    bad[6].from.base_date = 1993;
    bad[6].rollover = true;
    bad[7].from.ea = bad[7].to.ea = 11;
    for (size_t i = 0; i < 8; i++)
        assert_refused(ledger, &bad[i]);
    bad[0] = good;
    bad[0].meter = 99;
    assert_ok(store_begin_write(ledger->store));
    assert_reason(store_key_change_insert(ledger->store, &bad[0]), MV_METER_UNKNOWN);
    assert_ok(store_commit(ledger->store));
    (void)change_key(ledger, good);
}

/* Keys from before a rollover let their tokens count again. */
static void test_no_key_comes_back_after_a_rollover(void **state)
{
    struct ledger *ledger = *state;
    struct store_key_change change = sample_change(ledger);
    change.to.krn = 2;
    apply(ledger, &change);
    change.to.krn = 1; /* there and back is good as long as the base date stays */
    apply(ledger, &change);
    change.to.base_date = 2035;
    change.to.dkga = 2;
    change.to.krn = 3;
    apply(ledger, &change);
    change.from = key_on_file(ledger);
    change.rollover = false;
    change.to = change.from;
    change.to.dkga = 4;
    change.to.krn = 2; /* another key than in 2014: this algorithm takes the base date in */
    apply(ledger, &change);
    change.to.krn = 3;
    change.to.dkga = 2; /* held after the rollover, so it may come back */
    apply(ledger, &change);
    change.from = key_on_file(ledger);
    change.to.base_date = 2045;
    change.rollover = true;
    assert_refused(ledger, &change); /* the same bits as in 2035 */
    change.to.ti++;
    apply(ledger, &change);
    change.from = key_on_file(ledger);
    change.rollover = false;
    change.to.ti--;
    assert_refused(ledger, &change); /* without a rollover now, but held before the last one */
    change.to.krn = 4;
    apply(ledger, &change);
}

static void test_a_rollover_that_was_not_taken_is_none(void **state)
{
    struct ledger *ledger = *state;
    const struct store_key_change there = sample_change(ledger);
    struct store_key_change rollover = there;
    apply(ledger, &there);
    rollover.from = key_on_file(ledger);
    rollover.to.krn = 5;
    rollover.to.base_date = 2035;
    rollover.rollover = true;
    rollover = change_key(ledger, rollover);
    end_change(ledger, rollover.id, STORE_NOT_APPLIED);
    struct store_key_change back = there;
    back.to = there.from;
    apply(ledger, &back); /* nothing is locked out */
    apply(ledger, &there);
    rollover = change_key(ledger, rollover); /* and it may be tried again */
    end_change(ledger, rollover.id, STORE_APPLIED);
    struct store_key_change next = rollover;
    next.from = key_on_file(ledger);
    next.to.base_date = 2045;
    next.to.dkga = 2;
    next = change_key(ledger, next);
    end_change(ledger, next.id, STORE_APPLIED);
    back.from = key_on_file(ledger);
    back.to = back.from;
    back.to.dkga = 4;
    back.to.krn = rollover.to.krn; /* another key than in 2035 */
    back.rollover = false;
    (void)change_key(ledger, back);
}

static void test_another_group_needs_its_approval(void **state)
{
    struct ledger *ledger = *state;
    struct store_key_change change = sample_change(ledger);
    memcpy(change.to.sgc, "654321", 7);
    assert_refused(ledger, &change);
    change.approval = 1;
    assert_refused(ledger, &change); /* there is none */
    raw_do(ledger, "INSERT INTO principal VALUES (70, 1, 'one', 32, 1), (71, 1, 'two', 32, 1);"
                   "INSERT INTO proposal VALUES (1, 'x', '123456', '654321', '', 1700000100, 70, 1),"
                   "(2, 'x', '123456', '111111', '', 1900000000, 70, 1),"
                   "(3, 'x', '222222', '654321', '', 1900000000, 70, 1),"
                   "(4, 'x', '123456', '654321', '600727000000000017', 1900000000, 70, 1),"
                   "(5, 'x', '123456', '654321', '600727000000000009', 1700000101, 70, 1);"
                   "INSERT INTO approval SELECT id, id, 71, x'00', x'00', 2 FROM proposal");
    for (change.approval = 1; change.approval < 5; change.approval++) /* expired, to, from, another meter */
        assert_refused(ledger, &change);
    struct store_key_change same = sample_change(ledger);
    same.approval = 5;
    assert_refused(ledger, &same); /* it approves something else */
    struct store_key_change got = change_key(ledger, change);
    assert_ok(store_key_change_get(ledger->store, got.id, &got));
    assert_int_equal(got.approval, 5);
}

static void assert_all_refused(const struct ledger *ledger, const char *const *edits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int code = raw_try(ledger, edits[i]);
        if (code != SQLITE_CONSTRAINT)
            print_error("%s\n", edits[i]);
        assert_int_equal(code, SQLITE_CONSTRAINT);
    }
}
#define ALL_REFUSED(ledger, edits) assert_all_refused(ledger, edits, sizeof(edits) / sizeof(edits)[0])

#define CHANGE                                                                                                         \
    "INSERT OR REPLACE INTO key_change SELECT %s, meter, to_sgc, to_krn, to_ti, to_kt, to_ken, to_dkga, "              \
    "to_base_date, ea, to_sgc, to_krn + 1, to_ti, to_kt, to_ken, to_dkga, to_base_date, 0, digits, tags, from_kcv, "   \
    "to_kcv, 1, principal, NULL FROM key_change WHERE id = 1"

static void test_what_is_written_stays(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "UPDATE key_change SET to_krn = 3",
        "UPDATE key_change SET issued_at_unix_s = issued_at_unix_s",
        "DELETE FROM key_change",
        "UPDATE key_change_end SET outcome = 2",
        "DELETE FROM key_change_end",
        "INSERT INTO key_change_end VALUES (1, 2, 'x', 1, 1)",
        "INSERT OR REPLACE INTO key_change_end VALUES (1, 2, 'x', 1, 1)",
        "INSERT INTO key_change_end VALUES (99, 1, 'x', 1, 1)",
        "UPDATE meter_key SET krn = 5",
        "DELETE FROM meter_key WHERE sequence = 1",
        "INSERT INTO meter_key SELECT meter, 4, sgc, krn, ti, kt, ken, ea, dkga, base_date, 1, 1, 0 FROM meter_key",
        "INSERT INTO meter_key SELECT meter, 3, sgc, krn, ti, kt, ken, ea, dkga, base_date, 1, NULL, 0 FROM meter_key "
        "WHERE sequence = 2",
        "INSERT INTO meter_key SELECT meter, 3, sgc, krn + 1, ti, kt, ken, ea, dkga, base_date, 1, 1, 0 "
        "FROM meter_key WHERE sequence = 2",
        "INSERT INTO meter_key SELECT meter, 3, sgc, krn, ti, kt, ken, ea, dkga, base_date, 1, 1, 1 FROM meter_key "
        "WHERE sequence = 2",
        "INSERT INTO meter_key SELECT 9, 1, sgc, krn, ti, kt, ken, ea, dkga, base_date, 1, 1, 0 FROM meter_key "
        "WHERE sequence = 2",
        "INSERT OR REPLACE INTO meter_key SELECT meter, 2, sgc, krn, ti, kt, ken, ea, dkga, base_date, 1, 1, 0 "
        "FROM meter_key WHERE sequence = 2",
    };
    char sql[600];
    struct store_key_change change = change_key(ledger, sample_change(ledger));
    assert_int_equal(change.id, 1);
    end_change(ledger, change.id, STORE_APPLIED);
    ALL_REFUSED(ledger, edits);
    (void)snprintf(sql, sizeof sql, CHANGE, "1"); /* in its place */
    assert_int_equal(raw_try(ledger, sql), SQLITE_CONSTRAINT);
    (void)snprintf(sql, sizeof sql, CHANGE, "2"); /* the pattern itself is good */
    raw_do(ledger, sql);
    (void)snprintf(sql, sizeof sql, CHANGE, "3"); /* but not while that one is pending */
    assert_int_equal(raw_try(ledger, sql), SQLITE_CONSTRAINT);
    raw_do(ledger, "INSERT INTO key_change_end VALUES (2, 2, 'x', 1, 1)");
    assert_int_equal(raw_number(ledger, "SELECT krn FROM meter"), 2);
}

static void test_a_meter_s_key_is_not_set(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "UPDATE meter SET krn = 2, key_version = 9",
        "UPDATE meter SET sgc = '000001', key_version = 9",
        "UPDATE meter SET ti = 1, key_version = 9",
        "UPDATE meter SET kt = 1, key_version = 9",
        "UPDATE meter SET ken = 1, key_version = 9",
        "UPDATE meter SET dkga = 2, key_version = 9",
        "UPDATE meter SET base_date = 2035, key_version = 9",
        "UPDATE meter SET base_date = 2013, key_version = 9",
        "UPDATE meter SET ea = 11, key_version = 9",
        "UPDATE meter SET pan = '600727000000000017', key_version = 9",
        "UPDATE meter SET id = 5, key_version = 9",
        "UPDATE meter SET pending_change = 1, key_version = 9",
        "UPDATE meter SET wanted_krn = 2", /* without its version */
        "UPDATE meter SET wanted_sgc = '000001'",
        "UPDATE meter SET wanted_ti = 2",
        "UPDATE meter SET wanted_kt = 2",
        "UPDATE meter SET currency = 2",
        "UPDATE meter SET key_version = key_version - 1",
        "UPDATE meter SET key_version = 4294967296",
        "INSERT OR REPLACE INTO meter SELECT * FROM meter",
    };
    ALL_REFUSED(ledger, edits);
    /* nor does a new one begin with a change */
    assert_int_equal(raw_try(ledger, "INSERT INTO meter SELECT 5, '600727000000000017', organisation, utility, state, "
                                     "sgc, krn, ti, kt, ken, ea, dkga, base_date, 1, 0, 1, '', 0, -1, 0, 0 FROM meter"),
                     SQLITE_CONSTRAINT);
    raw_do(ledger, "UPDATE meter SET state = 3, key_version = key_version + 1; UPDATE meter SET wanted_krn = 2, "
                   "key_version = key_version + 1");
}

static void test_a_pending_change_stays_until_it_ended(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "UPDATE meter SET pending_change = NULL, key_version = 9",
        "UPDATE meter SET pending_change = 2, key_version = 9",
        "UPDATE meter SET krn = 2, pending_change = NULL, key_version = 9", /* as if it were applied */
        "UPDATE meter SET krn = 2, key_version = 9",
    };
    struct store_key_change change = change_key(ledger, sample_change(ledger));
    ALL_REFUSED(ledger, edits);
    end_change(ledger, change.id, STORE_NOT_APPLIED);
    /* one that ended does not become pending again */
    assert_int_equal(raw_try(ledger, "UPDATE meter SET pending_change = 1, key_version = 9"), SQLITE_CONSTRAINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_such_change, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_only_from_the_key_on_file, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_no_key_comes_back_after_a_rollover, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_rollover_that_was_not_taken_is_none, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_another_group_needs_its_approval, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_is_written_stays, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_meter_s_key_is_not_set, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_pending_change_stays_until_it_ended, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
