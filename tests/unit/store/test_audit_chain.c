/* The chain by itself: every change to a record, and every change to their order, is found at the first bad record. */
#include <string.h>

#include "support.h"

enum { RECORDS = 8 };

struct chain {
    struct audit_record records[RECORDS];
};

static void build(struct chain *chain)
{
    uint8_t previous[AUDIT_HASH] = {0};
    for (size_t i = 0; i < RECORDS; i++) {
        struct audit_record *record = &chain->records[i];
        *record = sample_record("600727000000000009");
        record->chain = 1;
        record->sequence = i + 1;
        record->time_unix_us += (int64_t)i;
        assert_ok(audit_seal(record, previous));
        memcpy(previous, record->hash, sizeof previous);
    }
}

/* The index of the first bad record, RECORDS when all are good; `where` names the fault. */
static size_t first_bad(const struct audit_record *records, size_t count, const char **where)
{
    struct audit_verifier verifier = {.chain = 1, .next_sequence = 1};
    for (size_t i = 0; i < count; i++) {
        mv_status status = audit_verify_next(&verifier, &records[i]);
        if (status.ok)
            continue;
        assert_reason(status, MV_AUDIT_CHAIN_BROKEN);
        *where = status.where;
        return i;
    }
    return RECORDS;
}

static void assert_broken_at(const struct chain *chain, size_t count, size_t index, const char *where)
{
    const char *said = NULL;
    assert_int_equal(first_bad(chain->records, count, &said), index);
    assert_string_equal(said, where);
}

static void test_a_good_chain_verifies(void **state)
{
    (void)state;
    struct chain chain;
    const char *where = NULL;
    build(&chain);
    assert_int_equal(first_bad(chain.records, RECORDS, &where), RECORDS);
    assert_null(where);
}

/* Worked out with another implementation (Python's hashlib), so that the form cannot drift unseen. */
static void test_the_canonical_form_is_fixed(void **state)
{
    (void)state;
    static const uint8_t expected[AUDIT_HASH] = {0xd6, 0xf1, 0x98, 0xc0, 0x6a, 0xf3, 0x5c, 0x98, 0xda, 0xbc, 0x7b,
                                                 0xda, 0x16, 0x22, 0x39, 0xab, 0xa5, 0x18, 0x1a, 0x90, 0xe3, 0x70,
                                                 0x8e, 0xa1, 0xdb, 0xc0, 0x60, 0xb6, 0x53, 0x8c, 0x76, 0x83};
    const uint8_t zeros[AUDIT_HASH] = {0};
    struct audit_record record = {.chain = 1,
                                  .sequence = 1,
                                  .time_unix_us = 1700000000123456,
                                  .principal = "-",
                                  .action = "ledger.founded",
                                  .object = "root",
                                  .outcome = "ok",
                                  .detail = "a=1 b=\xc3\xa4"};
    assert_ok(audit_seal(&record, zeros));
    assert_memory_equal(record.hash, expected, AUDIT_HASH);
}

static void test_each_changed_field_is_found(void **state)
{
    (void)state;
    struct chain good, bad;
    build(&good);
    for (size_t at = 0; at < RECORDS; at++) {
        struct audit_record *record = &bad.records[at];
        bad = good;
        record->time_unix_us++;
        assert_broken_at(&bad, RECORDS, at, "hash");
        bad = good;
        record->principal[0] ^= 1;
        assert_broken_at(&bad, RECORDS, at, "hash");
        bad = good;
        record->action[3] ^= 1;
        assert_broken_at(&bad, RECORDS, at, "hash");
        bad = good;
        record->object[17] ^= 1;
        assert_broken_at(&bad, RECORDS, at, "hash");
        bad = good;
        record->outcome[0] = '\0';
        assert_broken_at(&bad, RECORDS, at, "hash");
        bad = good;
        record->detail[strlen(record->detail)] = ' ';
        assert_broken_at(&bad, RECORDS, at, "hash");
        bad = good;
        record->hash[31] ^= 0x80;
        assert_broken_at(&bad, RECORDS, at, "hash");
        bad = good;
        record->chain = 2;
        assert_broken_at(&bad, RECORDS, at, "chain");
        bad = good;
        record->sequence++;
        assert_broken_at(&bad, RECORDS, at, "sequence");
    }
}

static void test_text_cannot_move_between_fields(void **state)
{
    (void)state;
    struct chain chain;
    build(&chain);
    /* the same bytes one after the other, cut elsewhere */
    (void)memcpy(chain.records[2].outcome, "o", 2);
    (void)memcpy(chain.records[2].detail, "kreceipt=till/1", 16);
    assert_broken_at(&chain, RECORDS, 2, "hash");
}

static void test_a_record_sealed_again_breaks_the_next(void **state)
{
    (void)state;
    struct chain chain;
    build(&chain);
    chain.records[4].principal[0] = 'X';
    assert_ok(audit_seal(&chain.records[4], chain.records[3].hash));
    assert_broken_at(&chain, RECORDS, 5, "hash");
}

static void test_dropped_records_are_found(void **state)
{
    (void)state;
    struct chain good, bad;
    build(&good);
    for (size_t at = 0; at + 1 < RECORDS; at++) {
        bad = good;
        memmove(&bad.records[at], &bad.records[at + 1], (RECORDS - at - 1) * sizeof bad.records[0]);
        assert_broken_at(&bad, RECORDS - 1, at, "sequence");
    }
    /* several, in the middle */
    bad = good;
    memmove(&bad.records[2], &bad.records[6], 2 * sizeof bad.records[0]);
    assert_broken_at(&bad, 4, 2, "sequence");
    /* renumbered, so that only the hash tells */
    bad = good;
    memmove(&bad.records[2], &bad.records[3], (RECORDS - 3) * sizeof bad.records[0]);
    for (size_t i = 2; i + 1 < RECORDS; i++)
        bad.records[i].sequence = i + 1;
    assert_broken_at(&bad, RECORDS - 1, 2, "hash");
}

static void test_swapped_and_doubled_records_are_found(void **state)
{
    (void)state;
    struct chain good, bad;
    build(&good);
    bad = good;
    bad.records[3] = good.records[4];
    bad.records[4] = good.records[3];
    assert_broken_at(&bad, RECORDS, 3, "sequence");
    bad.records[3].sequence = 4;
    bad.records[4].sequence = 5;
    assert_broken_at(&bad, RECORDS, 3, "hash");
    bad = good;
    bad.records[5] = good.records[4];
    assert_broken_at(&bad, RECORDS, 5, "sequence");
}

/* Known and documented: only a head that was kept elsewhere shows this. */
static void test_records_cut_off_at_the_end_are_not_seen(void **state)
{
    (void)state;
    struct chain chain;
    const char *where = NULL;
    build(&chain);
    assert_int_equal(first_bad(chain.records, RECORDS - 3, &where), RECORDS);
}

static void test_a_verifier_stays_at_the_fault(void **state)
{
    (void)state;
    struct chain chain;
    struct audit_verifier verifier = {.chain = 1, .next_sequence = 1};
    build(&chain);
    assert_reason(audit_verify_next(&verifier, &chain.records[1]), MV_AUDIT_CHAIN_BROKEN);
    assert_int_equal(verifier.next_sequence, 1);
    assert_ok(audit_verify_next(&verifier, &chain.records[0]));
    assert_int_equal(verifier.next_sequence, 2);
}

static void test_a_verifier_can_start_in_the_middle(void **state)
{
    (void)state;
    struct chain chain;
    struct audit_verifier verifier = {.chain = 1, .next_sequence = 5};
    build(&chain);
    memcpy(verifier.previous, chain.records[3].hash, AUDIT_HASH);
    for (size_t i = 4; i < RECORDS; i++)
        assert_ok(audit_verify_next(&verifier, &chain.records[i]));
}

static void assert_not_sealed(struct audit_record record, const char *field)
{
    const uint8_t zeros[AUDIT_HASH] = {0};
    struct audit_verifier verifier = {.chain = record.chain, .next_sequence = record.sequence};
    mv_status status = audit_seal(&record, zeros);
    assert_reason(status, MV_INVALID_FIELD);
    assert_string_equal(status.where, field);
    status = audit_verify_next(&verifier, &record);
    assert_reason(status, MV_AUDIT_CHAIN_BROKEN);
    assert_string_equal(status.where, field);
}

static void test_what_has_no_canonical_form_is_refused(void **state)
{
    (void)state;
    struct audit_record good = sample_record("x");
    good.chain = 1;
    good.sequence = 1;
    struct audit_record bad = good;
    bad.chain = 0;
    assert_not_sealed(bad, "chain");
    bad = good;
    bad.sequence = 0;
    assert_not_sealed(bad, "sequence");
    bad.sequence = (uint64_t)AUDIT_LAST_SEQUENCE + 1;
    assert_not_sealed(bad, "sequence");
    bad = good;
    bad.time_unix_us = -1;
    assert_not_sealed(bad, "time");
    bad = good;
    memset(bad.principal, 'x', sizeof bad.principal);
    assert_not_sealed(bad, "principal");
    bad = good;
    memset(bad.action, 'x', sizeof bad.action);
    assert_not_sealed(bad, "action");
    bad = good;
    memset(bad.object, 'x', sizeof bad.object);
    assert_not_sealed(bad, "object");
    bad = good;
    memset(bad.outcome, 'x', sizeof bad.outcome);
    assert_not_sealed(bad, "outcome");
    bad = good;
    memset(bad.detail, 'x', sizeof bad.detail);
    assert_not_sealed(bad, "detail");
}

static void test_only_utf8_is_sealed(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a\n\t\"\\",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2.",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xe1\x80",
                                      "\xe1\x80.",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "a\xe1.\x80"};
    const uint8_t zeros[AUDIT_HASH] = {0};
    struct audit_record record = sample_record("x");
    record.chain = 1;
    record.sequence = 1;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        memcpy(record.detail, good[i], strlen(good[i]) + 1);
        assert_ok(audit_seal(&record, zeros));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(record.detail, bad[i], strlen(bad[i]) + 1);
        assert_reason(audit_seal(&record, zeros), MV_INVALID_FIELD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_chain_verifies),
        cmocka_unit_test(test_the_canonical_form_is_fixed),
        cmocka_unit_test(test_each_changed_field_is_found),
        cmocka_unit_test(test_text_cannot_move_between_fields),
        cmocka_unit_test(test_a_record_sealed_again_breaks_the_next),
        cmocka_unit_test(test_dropped_records_are_found),
        cmocka_unit_test(test_swapped_and_doubled_records_are_found),
        cmocka_unit_test(test_records_cut_off_at_the_end_are_not_seen),
        cmocka_unit_test(test_a_verifier_stays_at_the_fault),
        cmocka_unit_test(test_a_verifier_can_start_in_the_middle),
        cmocka_unit_test(test_what_has_no_canonical_form_is_refused),
        cmocka_unit_test(test_only_utf8_is_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
