/* What needs no server: request ids, pauses, error details, amounts, digit groups, the journal, roles, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "error.h"
#include "fake_server.h"
#include "journal.h"
#include "money.h"
#include "quantity.h"
#include "retry.h"
#include "roles.h"
#include "sale_print.h"

static void request_ids_are_version_7_and_rise(void **state)
{
    (void)state;
    enum { IDS = 20000 }; /* more than fit in one millisecond */
    char before[MV_REQUEST_ID_SIZE] = "";
    for (unsigned i = 0; i < IDS; i++) {
        char id[MV_REQUEST_ID_SIZE];
        assert_true(mv_client_request_id(id));
        assert_int_equal(strlen(id), 36);
        assert_int_equal(strspn(id, "0123456789abcdef-"), 36);
        assert_true(id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-');
        assert_int_equal(id[14], '7');
        assert_non_null(strchr("89ab", id[19]));
        assert_true(strcmp(before, id) < 0);
        (void)snprintf(before, sizeof before, "%s", id);
    }
    char *end;
    char milliseconds[13];
    (void)snprintf(milliseconds, sizeof milliseconds, "%.8s%.4s", before, before + 9);
    int64_t seconds = (int64_t)(strtoull(milliseconds, &end, 16) / 1000);
    assert_in_range(seconds - (int64_t)time(NULL) + 60, 0, 120);
}

static void pauses_grow_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(mv_retry_pause_ms(2, 0), 50);
    assert_int_equal(mv_retry_pause_ms(2, 50), 100);
    assert_int_equal(mv_retry_pause_ms(2, 51), 50);
    assert_int_equal(mv_retry_pause_ms(3, 0), 100);
    assert_int_equal(mv_retry_pause_ms(5, 400), 800);
    assert_int_equal(mv_retry_pause_ms(7, 0), 1000);
    for (unsigned next = 7; next < 100; next++)
        assert_in_range(mv_retry_pause_ms(next, next * 2654435761U), 1000, 2000);
}

static struct mv_client_error failure(int status, const char *reason)
{
    struct mv_client_error error = {.grpc_status = status};
    (void)snprintf(error.reason, sizeof error.reason, "%s", reason);
    return error;
}

static void failures_are_judged(void **state)
{
    (void)state;
    const struct {
        int status;
        const char *reason;
        bool wise, open;
    } cases[] = {
        {14, "", true, true},
        {4, "", true, true},
        {1, "", false, true},
        {13, "", false, true},
        {13, "INTERNAL_ERROR", false, true},
        {14, "SHUTTING_DOWN", true, true},
        {14, "NOT_A_REASON_YET", true, true},
        {14, "KEY_SERVICE_UNAVAILABLE", true, false},
        {8, "SERVER_BUSY", true, false},
        {4, "DEADLINE_PASSED", true, false},
        {14, "LEDGER_LOCKED", true, false},
        {14, "LEDGER_FULL", false, false},
        {14, "CLOCK_STEPPED", false, false},
        {8, "", false, true},
        {7, "", false, false},
        {12, "", false, false},
        {9, "METER_NOT_ACTIVE", false, false},
        {9, "NOT_A_REASON_YET", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mv_client_error error = failure(cases[i].status, cases[i].reason);
        assert_int_equal(mv_retry_wise(&error), cases[i].wise);
        assert_int_equal(mv_retry_outcome_open(&error), cases[i].open);
    }
}

static void details_are_decoded(void **state)
{
    (void)state;
    uint8_t details[256];
    struct mv_client_error error;
    size_t size = fake_details("METER_UNKNOWN", "meter_pan", "6007\n27", details, sizeof details);
    mv_error_decode(&error, 5, "", 0, details, size);
    assert_string_equal(error.reason, "METER_UNKNOWN");
    assert_non_null(strstr(error.message, "not registered"));
    assert_int_equal(error.metadata_count, 1);
    assert_string_equal(error.metadata[0].value, "6007?27");
    for (size_t cut = 0; cut < size; cut++) { /* no part of it is taken for the whole */
        mv_error_decode(&error, 5, "no", 2, details, cut);
        assert_string_equal(error.reason, "");
        assert_string_equal(error.message, "no");
    }
}

static void garbage_details_are_harmless(void **state)
{
    (void)state;
    uint8_t garbage[64];
    uint32_t seed = 1;
    for (unsigned round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof garbage; i++) {
            seed = seed * 1664525U + 1013904223U;
            garbage[i] = (uint8_t)(seed >> 24);
        }
        struct mv_client_error error;
        mv_error_decode(&error, 13, "broken", 6, garbage, round % sizeof garbage);
        assert_string_equal(error.reason, "");
        assert_string_equal(error.message, "broken");
    }
}

static void long_texts_are_cut(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof text);
    struct mv_client_error error;
    mv_error_decode(&error, 13, text, sizeof text, NULL, 0);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

static void amounts_are_exact(void **state)
{
    (void)state;
    const struct {
        const char *text;
        unsigned decimals;
        int64_t value; /* 0: refused */
    } cases[] = {
        {"25.6", 3, 25600},
        {"25.600", 3, 25600},
        {"25.6000", 3, 25600},
        {"25", 3, 25000},
        {"0.001", 3, 1},
        {"00.1", 3, 100},
        {"0.1", 3, 100},
        {"1000000000000.001", 3, INT64_C(1000000000000001)},
        {"4611686018427387.904", 3, INT64_C(1) << 62},
        {"4611686018427387904", 0, INT64_C(1) << 62},
        {"4611686018427387.905", 3, 0},
        {"4611686018427387905", 0, 0},
        {"99999999999999999999999", 3, 0},
        {"25.6001", 3, 0},
        {"1.5", 0, 0},
        {"1.0", 0, 1},
        {"0", 3, 0},
        {"0.000", 3, 0},
        {"", 3, 0},
        {".5", 3, 0},
        {"5.", 3, 0},
        {"-1", 3, 0},
        {"+1", 3, 0},
        {"1e3", 3, 0},
        {"1,5", 3, 0},
        {" 1", 3, 0},
        {"1 ", 3, 0},
        {"1.2.3", 3, 0},
        {"0x10", 3, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = -1;
        bool taken = quantity_parse(cases[i].text, cases[i].decimals, &value);
        assert_int_equal(taken, cases[i].value != 0);
        if (taken)
            assert_true(value == cases[i].value);
    }
}

/* As people at a counter write it, and what a comma may mean. */
static void money_is_read_as_people_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned digits;
        int64_t value; /* 0: refused */
        const char *why;
    } cases[] = {
        {"20", 2, 2000, ""},
        {"20.00", 2, 2000, ""},
        {"20,00", 2, 2000, ""},
        {"20,5", 2, 2050, ""},
        {"0.01", 2, 1, ""},
        {"20", 0, 20, ""},
        {"20.125", 3, 20125, ""},
        {"0.005", 2, 0, "decimals"},
        {"20,5", 0, 0, "decimals"},
        {"1,000", 2, 0, "thousands"},
        {"1,000", 3, 0, "thousands"},
        {"1.000,00", 2, 0, "thousands"},
        {"1,2,3", 2, 0, "thousands"},
        {"0", 2, 0, "above 0"},
        {"0.00", 2, 0, "above 0"},
        {"", 2, 0, "no amount"},
        {"-5", 2, 0, "no amount"},
        {"5 EUR", 2, 0, "no amount"},
        {".5", 2, 0, "no amount"},
        {"1e3", 2, 0, "no amount"},
        {"5.", 2, 0, "no amount"},
        {",5", 2, 0, "no amount"},
        {"99999999999999999999", 2, 0, "no amount"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 0;
        char why[MONEY_WHY] = "";
        assert_int_equal(money_read(cases[i].text, cases[i].digits, &value, why), cases[i].value != 0);
        if (cases[i].value != 0)
            assert_int_equal(value, cases[i].value);
        else
            assert_non_null(strstr(why, cases[i].why));
    }
}

static void amounts_are_written(void **state)
{
    (void)state;
    char text[QUANTITY_TEXT];
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    quantity_text(&quantity, text);
    assert_string_equal(text, "-");
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = 25600;
    quantity_text(&quantity, text);
    assert_string_equal(text, "25.6 kWh");
    quantity.energy_wh = 100000;
    quantity_text(&quantity, text);
    assert_string_equal(text, "100 kWh");
    quantity.energy_wh = 7;
    quantity_text(&quantity, text);
    assert_string_equal(text, "0.007 kWh");
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L;
    quantity.volume_l = 1500;
    quantity_text(&quantity, text);
    assert_string_equal(text, "1.5 m3");
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_TIME_S;
    quantity_text(&quantity, text);
    assert_string_equal(text, "1500 s");
}

static void numbers_are_bounded(void **state)
{
    (void)state;
    uint64_t value = 0;
    assert_true(cli_number("255", 0, 255, &value) && value == 255);
    assert_true(cli_number("0", 0, 3, &value) && value == 0);
    assert_false(cli_number("256", 0, 255, &value));
    assert_false(cli_number("4", 0, 3, &value));
    assert_false(cli_number("0", 1, 3, &value));
    assert_false(cli_number("18446744073709551616", 0, UINT64_MAX, &value));
    assert_false(cli_number("", 0, 9, &value));
    assert_false(cli_number("1x", 0, 99, &value));
    assert_false(cli_number("-1", 0, 99, &value));
    assert_false(cli_number(NULL, 0, 99, &value));
}

static void digits_are_grouped(void **state)
{
    (void)state;
    char text[SALE_DIGITS_TEXT];
    sale_group_digits("12345678901234567890", text);
    assert_string_equal(text, "1234 5678 9012 3456 7890");
    sale_group_digits("1234567890123456789", text);
    assert_string_equal(text, "1234567890123456789");
    sale_group_digits("1234567890123456789x", text);
    assert_string_equal(text, "1234567890123456789x");
    sale_group_digits("", text);
    assert_string_equal(text, "");
}

static void times_are_utc(void **state)
{
    (void)state;
    char text[SALE_TIME_TEXT];
    sale_time_text(1700000000, text);
    assert_string_equal(text, "2023-11-14 22:13:20 UTC");
    sale_time_text(0, text);
    assert_string_equal(text, "-");
    sale_time_text(INT64_MAX, text);
    assert_string_equal(text, "-");
}

static void remember(void *self, const struct journal_entry *entry)
{
    *(struct journal_entry *)self = *entry;
}

static void the_journal_keeps_a_sale(void **state)
{
    (void)state;
    char folder[] = "/tmp/mv-journal-XXXXXX";
    char inner[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(inner, sizeof inner, "%s/a/b", folder);
    const struct journal_entry entry = {.request_id = "id.1",
                                        .terminal = "till1",
                                        .meter_pan = "600727000000000009",
                                        .server = "127.0.0.1:7700",
                                        .certificate_file = "/a path/with spaces.pem",
                                        .unit = MV_SALE_LITRES,
                                        .amount = 1500,
                                        .sent_at_unix_s = 1700000000};
    struct journal_entry back = {0};
    assert_int_equal(journal_list(inner, remember, &back), 0);
    assert_true(journal_put(inner, &entry));
    assert_true(journal_put(inner, &entry)); /* the same id replaces */
    assert_true(journal_has(inner, "id.1"));
    assert_int_equal(journal_list(inner, remember, &back), 1);
    assert_string_equal(back.request_id, entry.request_id);
    assert_string_equal(back.certificate_file, entry.certificate_file);
    assert_string_equal(back.server, entry.server);
    assert_int_equal(back.unit, MV_SALE_LITRES);
    assert_int_equal(back.amount, 1500);
    assert_int_equal(back.sent_at_unix_s, 1700000000);
    assert_true(journal_remove(inner, "id.1"));
    assert_false(journal_has(inner, "id.1"));
    assert_false(journal_remove(inner, "id.1"));
    char command[96];
    (void)snprintf(command, sizeof command, "%s/pending", inner);
    assert_int_equal(rmdir(command), 0);
    assert_int_equal(rmdir(inner), 0);
    *strrchr(inner, '/') = '\0';
    assert_int_equal(rmdir(inner), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void ids_are_checked(void **state)
{
    (void)state;
    assert_true(journal_id_valid("a.B_c-9", 64));
    assert_false(journal_id_valid("", 64));
    assert_false(journal_id_valid("a/b", 64));
    assert_false(journal_id_valid("a b", 64));
    assert_false(journal_id_valid("abcde", 4));
}

static void roles_are_read(void **state)
{
    (void)state;
    Metervault__V1__Role roles[ROLES_MAX];
    size_t count = 0;
    char text[ROLE_TEXT];
    assert_true(roles_parse("vendor,meter-admin", roles, &count));
    assert_int_equal(count, 2);
    assert_int_equal(roles[1], METERVAULT__V1__ROLE__METER_ADMIN);
    role_text(roles[1], text);
    assert_string_equal(text, "meter-admin");
    assert_false(roles_parse("", roles, &count));
    assert_false(roles_parse("vendor,", roles, &count));
    assert_false(roles_parse("vendor,vendor", roles, &count));
    assert_false(roles_parse("Vendor", roles, &count));
    assert_false(roles_parse("role-unspecified", roles, &count));
}

static void messages_become_json(void **state)
{
    (void)state;
    Metervault__V1__IssuedTokens sale = METERVAULT__V1__ISSUED_TOKENS__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    Metervault__V1__ReceiptNumber receipt = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    Metervault__V1__Token token = METERVAULT__V1__TOKEN__INIT;
    Metervault__V1__Token *tokens[] = {&token};
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = INT64_C(1) << 40;
    token.digits = "12345678901234567890";
    receipt.number = 17;
    sale.requested = &quantity;
    sale.receipt = &receipt;
    sale.tokens = tokens;
    sale.n_tokens = 1;
    sale.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    sale.replayed = 1;
    json_t *json = cli_message_json(&sale.base);
    assert_non_null(json);
    json_t *asked = json_object_get(json, "requested");
    assert_true(json_integer_value(json_object_get(asked, "energy_wh")) == INT64_C(1) << 40);
    assert_null(json_object_get(asked, "volume_l"));
    const json_t *first = json_array_get(json_object_get(json, "tokens"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "digits")), "12345678901234567890");
    assert_null(json_object_get(first, "meter_key"));
    assert_string_equal(json_string_value(json_object_get(json, "carrier")), "KEYPAD");
    assert_true(json_is_true(json_object_get(json, "replayed")));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "receipt"), "number")), 17);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_ids_are_version_7_and_rise),
        cmocka_unit_test(pauses_grow_within_bounds),
        cmocka_unit_test(failures_are_judged),
        cmocka_unit_test(details_are_decoded),
        cmocka_unit_test(garbage_details_are_harmless),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(amounts_are_exact),
        cmocka_unit_test(money_is_read_as_people_write_it),
        cmocka_unit_test(amounts_are_written),
        cmocka_unit_test(numbers_are_bounded),
        cmocka_unit_test(digits_are_grouped),
        cmocka_unit_test(times_are_utc),
        cmocka_unit_test(the_journal_keeps_a_sale),
        cmocka_unit_test(ids_are_checked),
        cmocka_unit_test(roles_are_read),
        cmocka_unit_test(messages_become_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
