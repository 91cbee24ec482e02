/* Records as lines of JSON: what is written can be read back, and nothing else can. */
#include <stdio.h>
#include <string.h>

#include "audit/audit_export.h"
#include "support.h"

static struct audit_record sealed(const char *detail)
{
    const uint8_t previous[AUDIT_HASH] = {0};
    struct audit_record record = sample_record("600727000000000009");
    record.chain = 1;
    record.sequence = 42;
    (void)snprintf(record.detail, sizeof record.detail, "%s", detail);
    assert_ok(audit_seal(&record, previous));
    return record;
}

static void assert_same(const struct audit_record *a, const struct audit_record *b)
{
    assert_int_equal(a->chain, b->chain);
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->time_unix_us, b->time_unix_us);
    assert_string_equal(a->principal, b->principal);
    assert_string_equal(a->action, b->action);
    assert_string_equal(a->object, b->object);
    assert_string_equal(a->outcome, b->outcome);
    assert_string_equal(a->detail, b->detail);
    assert_memory_equal(a->hash, b->hash, AUDIT_HASH);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const details[] = {"", "receipt=till/1", "quote \" backslash \\ newline \n tab \t bell \a",
                                          "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x8c", "\x7f\x01\x1f"};
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++) {
        char line[AUDIT_LINE];
        struct audit_record back, record = sealed(details[i]);
        assert_ok(audit_export_line(&record, line, sizeof line));
        size_t length = strlen(line);
        assert_ptr_equal(strchr(line, '\n'), line + length - 1); /* one line, whatever the texts hold */
        assert_ok(audit_import_line(line, length, &back));
        assert_same(&record, &back);
        assert_ok(audit_import_line(line, length - 1, &back));
        assert_same(&record, &back);
    }
}

static void test_form_of_a_line(void **state)
{
    (void)state;
    char line[AUDIT_LINE];
    struct audit_record record = sample_record("m");
    record.chain = 1;
    record.sequence = 7;
    memset(record.hash, 0xA5, sizeof record.hash);
    assert_ok(audit_export_line(&record, line, sizeof line));
    assert_string_equal(line, "{\"chain\":1,\"sequence\":7,\"time_unix_us\":1700000000000000,\"principal\":\"vendor\","
                              "\"action\":\"TokenService.IssueCredit\",\"object\":\"m\",\"outcome\":\"ok\","
                              "\"detail\":\"receipt=till/1\",\"hash\":"
                              "\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"}\n");
}

static void test_longest_record_fits(void **state)
{
    (void)state;
    char line[AUDIT_LINE];
    struct audit_record back,
        record = {.chain = UINT32_MAX, .sequence = AUDIT_LAST_SEQUENCE, .time_unix_us = INT64_MAX};
    memset(record.principal, 1, AUDIT_TEXT);
    memset(record.action, 2, AUDIT_TEXT);
    memset(record.object, 3, AUDIT_TEXT);
    memset(record.outcome, 4, AUDIT_TEXT);
    memset(record.detail, 5, AUDIT_DETAIL);
    assert_ok(audit_export_line(&record, line, sizeof line));
    assert_ok(audit_import_line(line, strlen(line), &back));
    assert_same(&record, &back);
}

static void test_what_cannot_be_exported_is_refused(void **state)
{
    (void)state;
    char line[AUDIT_LINE];
    struct audit_record record = sealed("x");
    assert_ok(audit_export_line(&record, line, sizeof line));
    size_t needed = strlen(line) + 1;
    assert_ok(audit_export_line(&record, line, needed));
    for (size_t size = 0; size < needed; size++)
        assert_reason(audit_export_line(&record, line, size), MV_INVALID_FIELD);
    memcpy(record.detail, "\xff", 2);
    assert_reason(audit_export_line(&record, line, sizeof line), MV_INVALID_FIELD);
    record = sealed("x");
    record.sequence = UINT64_MAX;
    assert_reason(audit_export_line(&record, line, sizeof line), MV_INVALID_FIELD);
}

/* A good line with one part of it replaced. */
static mv_status import_with(const char *part, const char *by)
{
    char line[AUDIT_LINE], changed[2 * AUDIT_LINE];
    struct audit_record back, record = sealed("x=1");
    assert_ok(audit_export_line(&record, line, sizeof line));
    const char *at = strstr(line, part);
    assert_non_null(at);
    int length = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - line), line, by, at + strlen(part));
    assert_in_range(length, 1, sizeof changed - 1);
    return audit_import_line(changed, (size_t)length, &back);
}

static void assert_line_refused(const char *part, const char *by, const char *where)
{
    mv_status status = import_with(part, by);
    assert_reason(status, MV_INVALID_FIELD);
    assert_string_equal(status.where, where);
}

static void test_reading_is_strict(void **state)
{
    (void)state;
    char long_text[AUDIT_TEXT + 32];
    assert_ok(import_with("\"chain\":1", "\"chain\": 1"));
    assert_line_refused("\"chain\":1,", "", "audit record");
    assert_line_refused("\"chain\":1,", "\"chain\":1,\"chain\":1,", "audit record");
    assert_line_refused("\"chain\":1,", "\"chain\":1,\"other\":1,", "audit record");
    assert_line_refused("\"chain\":1,", "\"Chain\":1,", "chain");
    assert_line_refused("\"chain\":1", "\"chain\":\"1\"", "chain");
    assert_line_refused("\"chain\":1", "\"chain\":-1", "chain");
    assert_line_refused("\"chain\":1", "\"chain\":4294967296", "chain");
    assert_line_refused("\"sequence\":42", "\"sequence\":42.0", "sequence");
    assert_line_refused("\"sequence\":42", "\"sequence\":1099511627776", "sequence");
    assert_line_refused("\"sequence\":42", "\"sequence\":true", "sequence");
    assert_line_refused("1700000000000000", "99999999999999999999", "audit record");
    assert_line_refused("1700000000000000", "-1", "time_unix_us");
    assert_line_refused("\"vendor\"", "null", "principal");
    assert_line_refused("\"vendor\"", "\"a\\u0000b\"", "audit record");
    assert_line_refused("\"vendor\"", "\"\xff\"", "audit record");
    assert_line_refused("\"TokenService.IssueCredit\"", "[]", "action");
    assert_line_refused("\"600727000000000009\"", "{}", "object");
    assert_line_refused("\"ok\"", "1", "outcome");
    assert_line_refused("\"x=1\"", "false", "detail");
    (void)snprintf(long_text, sizeof long_text, "\"%0*d\"", AUDIT_TEXT + 1, 0);
    assert_line_refused("\"vendor\"", long_text, "principal");
    (void)snprintf(long_text, sizeof long_text, "\"%0*d\"", AUDIT_TEXT, 0);
    assert_ok(import_with("\"vendor\"", long_text));
}

static void test_a_bad_hash_text_is_refused(void **state)
{
    (void)state;
    char line[AUDIT_LINE];
    struct audit_record back, record = sealed("x");
    assert_ok(audit_export_line(&record, line, sizeof line));
    char *hash = strstr(line, "\"hash\":\"") + 8;
    static const char bad[] = {'G', 'A', 'F', 'g', '/', ':', '`', ' '};
    for (size_t i = 0; i < sizeof bad; i++)
        for (size_t at = 0; at < 64; at += 63) {
            char good = hash[at];
            hash[at] = bad[i];
            assert_reason(audit_import_line(line, strlen(line), &back), MV_INVALID_FIELD);
            hash[at] = good;
        }
    assert_ok(audit_import_line(line, strlen(line), &back));
    memmove(hash + 62, hash + 64, strlen(hash + 64) + 1); /* one byte short */
    assert_reason(audit_import_line(line, strlen(line), &back), MV_INVALID_FIELD);
}

static void test_every_cut_line_is_refused(void **state)
{
    (void)state;
    char line[AUDIT_LINE];
    struct audit_record back, record = sealed("x");
    assert_ok(audit_export_line(&record, line, sizeof line));
    size_t whole = strlen(line) - 1;
    for (size_t length = 0; length < whole; length++)
        assert_reason(audit_import_line(line, length, &back), MV_INVALID_FIELD);
    static const char *const others[] = {"[]", "1", "\"x\"", "null", "{}", "{} {}"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_reason(audit_import_line(others[i], strlen(others[i]), &back), MV_INVALID_FIELD);
    /* two records are not one */
    char doubled[2 * AUDIT_LINE];
    (void)snprintf(doubled, sizeof doubled, "%s%s", line, line);
    assert_reason(audit_import_line(doubled, strlen(doubled), &back), MV_INVALID_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_form_of_a_line),
        cmocka_unit_test(test_longest_record_fits),
        cmocka_unit_test(test_what_cannot_be_exported_is_refused),
        cmocka_unit_test(test_reading_is_strict),
        cmocka_unit_test(test_a_bad_hash_text_is_refused),
        cmocka_unit_test(test_every_cut_line_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
