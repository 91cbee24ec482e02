/* JSON that a person wrote, as a message: what the contract has is read, everything else is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli.h"
#include "json_message.h"
#include "metervault/v1/tariff_service.pb-c.h"
#include "metervault/v1/token_service.pb-c.h"

static ProtobufCMessage *read_text(const char *text, const ProtobufCMessageDescriptor *type, char *wrong)
{
    json_error_t error;
    json_t *value = json_loads(text, 0, &error);
    assert_non_null(value);
    wrong[0] = '\0';
    ProtobufCMessage *message = json_message_read(value, type, wrong);
    json_decref(value);
    return message;
}

static void what_is_written_is_read_again(void **state)
{
    static const char text[] = "{\"day_tables\": [{\"switches\": [{\"minute\": 0, \"rate\": 1}]}, {\"switches\": []}],"
                               "\"weekday_tables\": [0, 0, 0, 0, 0, 1, 1], \"friendly\": [],"
                               "\"holidays\": [{\"month\": 12, \"day\": 25, \"day_table\": 1, \"friendly\": true}]}";
    char wrong[JSON_MESSAGE_WRONG];
    json_error_t error;
    (void)state;
    ProtobufCMessage *message = read_text(text, &metervault__v1__calendar_table__descriptor, wrong);
    assert_non_null(message);
    json_t *before = json_loads(text, 0, &error);
    json_t *after = cli_message_json(message);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    protobuf_c_message_free_unpacked(message, NULL);
}

static void kinds_of_fields(void **state)
{
    char wrong[JSON_MESSAGE_WRONG];
    (void)state;
    Metervault__V1__TariffTable *tariff = (Metervault__V1__TariffTable *)read_text(
        "{\"kind\": \"SINGLE\", \"valid_from_unix_s\": 1800000000, \"rate_price_e5\": [4294967295]}",
        &metervault__v1__tariff_table__descriptor, wrong);
    assert_non_null(tariff);
    assert_int_equal(METERVAULT__V1__TARIFF_KIND__SINGLE, tariff->kind);
    assert_int_equal(1800000000, tariff->valid_from_unix_s);
    assert_int_equal(1, tariff->n_rate_price_e5);
    assert_int_equal(UINT32_MAX, tariff->rate_price_e5[0]);
    assert_int_equal(0, tariff->n_steps);
    protobuf_c_message_free_unpacked(&tariff->base, NULL);
    Metervault__V1__IssueRecordRequest *record = (Metervault__V1__IssueRecordRequest *)read_text(
        "{\"meter_pan\": \"1\", \"read\": {\"wanted\": \"WANT_EVENTS\"}}",
        &metervault__v1__issue_record_request__descriptor, wrong);
    assert_non_null(record);
    assert_string_equal("1", record->meter_pan);
    assert_int_equal(METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_READ, record->content_case);
    assert_int_equal(METERVAULT__V1__WANTED__WANT_EVENTS, record->read->wanted);
    protobuf_c_message_free_unpacked(&record->base, NULL);
}

static void what_does_not_fit_is_named(void **state)
{
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"[]", "TariffTable"},
        {"{\"prices\": 1}", "prices"},
        {"{\"kind\": \"CHEAP\"}", "kind"},
        {"{\"kind\": 1}", "kind"},
        {"{\"fixed_per_day_e5\": -1}", "fixed_per_day_e5"},
        {"{\"fixed_per_day_e5\": 4294967296}", "fixed_per_day_e5"},
        {"{\"fixed_per_day_e5\": 1.5}", "fixed_per_day_e5"},
        {"{\"valid_from_unix_s\": \"tomorrow\"}", "valid_from_unix_s"},
        {"{\"rate_price_e5\": 5}", "rate_price_e5"},
        {"{\"rate_price_e5\": [1, 2, true]}", "rate_price_e5"},
        {"{\"steps\": [{\"from\": 0}, {\"form\": 1}]}", "form"},
        {"{\"steps\": [5]}", "TariffStep"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char wrong[JSON_MESSAGE_WRONG];
        assert_null(read_text(cases[i].text, &metervault__v1__tariff_table__descriptor, wrong));
        assert_ptr_equal(wrong, strstr(wrong, cases[i].wrong));
    }
}

/* An office may be behind UTC. */
static void a_signed_number(void **state)
{
    char wrong[JSON_MESSAGE_WRONG];
    (void)state;
    Metervault__V1__Office *office = (Metervault__V1__Office *)read_text(
        "{\"minor_digits\": 2, \"utc_offset_min\": -720}", &metervault__v1__office__descriptor, wrong);
    assert_non_null(office);
    assert_int_equal(-720, office->utc_offset_min);
    protobuf_c_message_free_unpacked(&office->base, NULL);
    assert_null(read_text("{\"utc_offset_min\": 2147483648}", &metervault__v1__office__descriptor, wrong));
    assert_ptr_equal(wrong, strstr(wrong, "utc_offset_min"));
    assert_null(read_text("{\"utc_offset_min\": -2147483649}", &metervault__v1__office__descriptor, wrong));
}

static void one_of_several(void **state)
{
    char wrong[JSON_MESSAGE_WRONG];
    (void)state;
    assert_null(read_text("{\"energy_wh\": 1, \"volume_l\": 2}", &metervault__v1__quantity__descriptor, wrong));
    assert_ptr_equal(wrong, strstr(wrong, "volume_l"));
    assert_null(read_text("{\"record\": \"00\"}", &metervault__v1__accept_return_request__descriptor, wrong));
    assert_ptr_equal(wrong, strstr(wrong, "record"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(kinds_of_fields),
        cmocka_unit_test(what_does_not_fit_is_named),
        cmocka_unit_test(a_signed_number),
        cmocka_unit_test(one_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
