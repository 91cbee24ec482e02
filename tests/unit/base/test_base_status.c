/* The one status type, and the table of reasons that errors.proto becomes. */
#include <string.h>

#include "../../support/status.h"

static void test_ok_and_failures(void **state)
{
    (void)state;
    assert_true(mv_ok().ok);
    mv_status status = mv_fail(MV_METER_UNKNOWN, "pan");
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_METER_UNKNOWN);
    assert_int_equal(status.detail, 0);
    assert_string_equal(status.where, "pan");
    status = mv_fail_code(MV_MODULE_FAILED, "C_Sign", 0x30);
    assert_int_equal(status.detail, 0x30);
}

static mv_status pass_on(mv_status status, bool *went_on)
{
    MV_TRY(status);
    *went_on = true;
    return mv_ok();
}

static void test_try_returns_failures_only(void **state)
{
    (void)state;
    bool went_on = false;
    assert_reason(pass_on(mv_fail(MV_LEDGER_FULL, NULL), &went_on), MV_LEDGER_FULL);
    assert_false(went_on);
    assert_ok(pass_on(mv_ok(), &went_on));
    assert_true(went_on);
}

static void test_every_reason_is_told_in_full(void **state)
{
    (void)state;
    static const enum mv_reason some[] = {MV_INVALID_FIELD,  MV_ROLE_MISSING, MV_TID_AHEAD,    MV_KEY_UNKNOWN,
                                          MV_LEDGER_CORRUPT, MV_SERVER_BUSY,  MV_OUT_OF_MEMORY};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        const struct mv_reason_info *info = mv_reason_info(some[i]);
        assert_int_equal(info->reason, some[i]);
        assert_ptr_equal(mv_reason_by_name(info->name), info);
        assert_true(strlen(info->what) > 10 && info->what[strlen(info->what) - 1] == '.');
        assert_true(strlen(info->todo) > 10 && info->todo[strlen(info->todo) - 1] == '.');
    }
    /* numbers are part of the protocol */
    assert_int_equal(MV_REASON_UNSPECIFIED, 0);
    assert_int_equal(MV_METER_UNKNOWN, 40);
    assert_int_equal(MV_LEDGER_UNAVAILABLE, 120);
    assert_int_equal(MV_OUT_OF_MEMORY, 149);
    assert_int_equal(mv_reason_info(MV_METER_UNKNOWN)->grpc_status, MV_STATUS_NOT_FOUND);
    assert_int_equal(mv_reason_info(MV_AUDIT_CHAIN_BROKEN)->grpc_status, MV_STATUS_DATA_LOSS);
}

static void test_unknown_reasons(void **state)
{
    (void)state;
    assert_int_equal(mv_reason_info((enum mv_reason)9999)->reason, MV_REASON_UNSPECIFIED);
    assert_null(mv_reason_by_name("NO_SUCH_REASON"));
    assert_null(mv_reason_by_name(""));
    assert_null(mv_reason_by_name("meter_unknown"));
    assert_null(mv_reason_by_name("METER_UNKNOWN "));
}

static void test_text(void **state)
{
    (void)state;
    char text[512];
    assert_string_equal(mv_status_text(mv_ok(), text, sizeof text), "ok");
    assert_ptr_equal(mv_status_text(mv_ok(), text, sizeof text), text);
    assert_string_equal(
        mv_status_text(mv_fail(MV_METER_UNKNOWN, NULL), text, sizeof text),
        "METER_UNKNOWN: The meter is not registered. Check the meter PAN, or register the meter first.");
    (void)mv_status_text(mv_fail(MV_METER_UNKNOWN, "pan"), text, sizeof text);
    assert_non_null(strstr(text, " (at pan)"));
    (void)mv_status_text(mv_fail_code(MV_LEDGER_FULL, "ledger commit", 0x30A), text, sizeof text);
    assert_non_null(strstr(text, " (at ledger commit, code 0x30A)"));
}

static void test_text_is_cut_and_terminated(void **state)
{
    (void)state;
    char text[64];
    for (uint32_t size = 1; size < sizeof text; size++) {
        memset(text, 'x', sizeof text);
        (void)mv_status_text(mv_fail(MV_METER_UNKNOWN, "pan"), text, size);
        assert_int_equal(strlen(text), size - 1);
        assert_int_equal(text[size], 'x');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ok_and_failures),
        cmocka_unit_test(test_try_returns_failures_only),
        cmocka_unit_test(test_every_reason_is_told_in_full),
        cmocka_unit_test(test_unknown_reasons),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_is_cut_and_terminated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
