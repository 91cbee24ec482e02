/* Messages and the domain's structs, there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/convert.h"
#include "api/token_convert.h"
#include "metervault/sts_manage.h"

#define PAN_OF_2 "600727000000000009"
#define PAN_OF_4 "000000000000000000"

typedef Metervault__V1__Management Management;
typedef Metervault__V1__MeterTest MeterTest;

static void assert_refused(mv_status status, const char *field)
{
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_INVALID_FIELD);
    assert_string_equal(status.where, field);
}

/* ---- management ---- */
static struct vend_management there(const Management *message)
{
    struct vend_management management;
    struct api_management back;
    assert_true(api_management_in(message, &management).ok);
    api_management_out(&management, &back);
    assert_int_equal(back.message.action_case, message->action_case);
    return management;
}

static void management_tokens(void **state)
{
    (void)state;
    Management message = METERVAULT__V1__MANAGEMENT__INIT;
    struct vend_management management;
    struct api_management back;
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W;
    message.maximum_power_w = 18201624;
    management = there(&message);
    assert_int_equal(management.subclass, MV_MANAGE_MAXIMUM_POWER);
    assert_int_equal(management.value, 18201624);
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_TARIFF_RATE;
    message.tariff_rate = 65535;
    assert_int_equal(there(&message).value, 65535);
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_TAMPER;
    message.clear_tamper = true;
    management = there(&message);
    assert_int_equal(management.subclass, MV_MANAGE_CLEAR_TAMPER);
    assert_int_equal(management.value, 0);
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_PHASE_UNBALANCE_W;
    message.phase_unbalance_w = 7;
    assert_int_equal(there(&message).subclass, MV_MANAGE_PHASE_UNBALANCE);
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_WATER_FACTOR;
    message.water_factor = 9;
    management = there(&message);
    assert_int_equal(management.subclass, MV_MANAGE_WATER_FACTOR);
    api_management_out(&management, &back);
    assert_int_equal(back.message.water_factor, 9);
}

static void credit_registers(void **state)
{
    (void)state;
    Management message = METERVAULT__V1__MANAGEMENT__INIT;
    struct vend_management management;
    struct api_management back;
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_CREDIT;
    for (int i = METERVAULT__V1__CREDIT_REGISTER__ELECTRICITY_UNITS;
         i <= METERVAULT__V1__CREDIT_REGISTER__TIME_CURRENCY; i++) {
        message.clear_credit = (Metervault__V1__CreditRegister)i;
        management = there(&message);
        assert_int_equal(management.value, i - 1);
        api_management_out(&management, &back);
        assert_int_equal(back.message.clear_credit, i);
    }
    message.clear_credit = METERVAULT__V1__CREDIT_REGISTER__ALL_REGISTERS;
    management = there(&message);
    assert_int_equal(management.value, 0xFFFF);
    api_management_out(&management, &back);
    assert_int_equal(back.message.clear_credit, METERVAULT__V1__CREDIT_REGISTER__ALL_REGISTERS);
    static const int bad[] = {0, 10, -1, 0x10000};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        message.clear_credit = (Metervault__V1__CreditRegister)bad[i];
        assert_refused(api_management_in(&message, &management), "clear_credit");
    }
}

static void extended_tokens(void **state)
{
    (void)state;
    Management message = METERVAULT__V1__MANAGEMENT__INIT;
    Metervault__V1__ExtendedToken extended = METERVAULT__V1__EXTENDED_TOKEN__INIT;
    struct vend_management management;
    struct api_management back;
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_EXTENDED;
    message.extended = &extended;
    extended.index = 63;
    extended.value = 1023;
    management = there(&message);
    assert_int_equal(management.value, 0xFFFF);
    api_management_out(&management, &back);
    assert_int_equal(back.message.extended->index, 63);
    assert_int_equal(back.message.extended->value, 1023);
    extended.index = 64;
    assert_refused(api_management_in(&message, &management), "extended");
    extended.index = 1;
    extended.value = 1024;
    assert_refused(api_management_in(&message, &management), "extended");
    message.extended = NULL;
    assert_refused(api_management_in(&message, &management), "extended");
}

static void management_that_says_nothing(void **state)
{
    (void)state;
    Management message = METERVAULT__V1__MANAGEMENT__INIT;
    struct vend_management management;
    assert_refused(api_management_in(NULL, &management), "management");
    assert_refused(api_management_in(&message, &management), "management");
    message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_TAMPER;
    message.clear_tamper = false;
    assert_refused(api_management_in(&message, &management), "clear_tamper");
}

/* ---- tests ---- */
static void every_test_of_the_table(void **state)
{
    (void)state;
    MeterTest message = METERVAULT__V1__METER_TEST__INIT;
    MeterTest back;
    struct vend_test test;
    message.what_case = METERVAULT__V1__METER_TEST__WHAT_TEST;
    for (unsigned digits = METERVAULT__V1__MANUFACTURER_DIGITS__TWO_DIGITS;
         digits <= METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS; digits++)
        for (message.test = 0; message.test <= 18; message.test++) {
            message.digits = (Metervault__V1__ManufacturerDigits)digits;
            message.manufacturer_code = 12;
            assert_true(api_test_in(&message, PAN_OF_2, &test).ok);
            assert_int_equal(test.subclass, digits - 1);
            assert_int_equal(test.manufacturer, 12);
            api_test_out(&test, &back);
            assert_int_equal(back.what_case, METERVAULT__V1__METER_TEST__WHAT_TEST);
            assert_int_equal(back.test, message.test);
            assert_int_equal(back.digits, message.digits);
            assert_int_equal(back.manufacturer_code, 12);
        }
    message.test = 19;
    assert_refused(api_test_in(&message, PAN_OF_2, &test), "test");
}

static void the_pan_says_how_long_the_code_is(void **state)
{
    (void)state;
    MeterTest message = METERVAULT__V1__METER_TEST__INIT;
    struct vend_test test;
    message.what_case = METERVAULT__V1__METER_TEST__WHAT_TEST;
    assert_true(api_test_in(&message, PAN_OF_2, &test).ok);
    assert_int_equal(test.subclass, 0);
    assert_true(api_test_in(&message, PAN_OF_4, &test).ok);
    assert_int_equal(test.subclass, 1);
    assert_true(api_test_in(&message, "", &test).ok);
    message.digits = (Metervault__V1__ManufacturerDigits)3;
    assert_refused(api_test_in(&message, PAN_OF_2, &test), "digits");
}

static void several_tests_and_extended_reads(void **state)
{
    (void)state;
    MeterTest message = METERVAULT__V1__METER_TEST__INIT;
    MeterTest back;
    struct vend_test test;
    message.what_case = METERVAULT__V1__METER_TEST__WHAT_CONTROL_BITS;
    message.control_bits = 5;
    assert_true(api_test_in(&message, PAN_OF_2, &test).ok);
    assert_int_equal(test.control, 5);
    api_test_out(&test, &back);
    assert_int_equal(back.what_case, METERVAULT__V1__METER_TEST__WHAT_CONTROL_BITS);
    assert_int_equal(back.control_bits, 5);
    message.what_case = METERVAULT__V1__METER_TEST__WHAT_EXTENDED_INDEX;
    for (message.extended_index = 0; message.extended_index < 64; message.extended_index++) {
        assert_true(api_test_in(&message, PAN_OF_4, &test).ok);
        assert_int_equal(test.subclass, MV_TEST_EXTENDED_READ);
        api_test_out(&test, &back);
        assert_int_equal(back.what_case, METERVAULT__V1__METER_TEST__WHAT_EXTENDED_INDEX);
        assert_int_equal(back.extended_index, message.extended_index);
    }
    assert_refused(api_test_in(&message, PAN_OF_2, &test), "extended_index");
    message.extended_index = 1;
    message.digits = METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS;
    assert_refused(api_test_in(&message, PAN_OF_2, &test), "digits");
    message.what_case = METERVAULT__V1__METER_TEST__WHAT__NOT_SET;
    message.digits = METERVAULT__V1__MANUFACTURER_DIGITS__TWO_DIGITS;
    assert_refused(api_test_in(&message, PAN_OF_2, &test), "test");
    assert_refused(api_test_in(NULL, PAN_OF_2, &test), "test");
}

/* ---- what was issued ---- */
static struct vend_issued sample(enum vend_order_kind kind)
{
    struct vend_issued issued = {.request_id = "r",
                                 .pan = PAN_OF_2,
                                 .organisation = "shop",
                                 .terminal = "till",
                                 .principal = "seller",
                                 .receipt = 3,
                                 .carrier = VEND_KEYPAD,
                                 .unit = VEND_UNIT_CURRENCY_E5,
                                 .requested = 500000,
                                 .kind = kind};
    return issued;
}

static void an_answer_of_a_set_and_a_token(void **state)
{
    (void)state;
    struct vend_issued issued = sample(VEND_ORDER_CREDIT);
    struct api_issued out;
    issued.has_key_change = issued.resent = true;
    issued.from = (struct store_key){.sgc = "123456", .krn = 1, .base_date = 1993};
    issued.to = (struct store_key){.sgc = "123456", .krn = 2, .base_date = 2014};
    for (size_t i = 0; i < 4; i++)
        issued.tokens[i] = (struct vend_token){.digits = "11111111111111111111",
                                               .token_class = 2,
                                               .subclass = 3,
                                               .unit = VEND_UNIT_RAW,
                                               .key = issued.from,
                                               .key_section = true};
    issued.tokens[4] = (struct vend_token){.digits = "22222222222222222222",
                                           .subclass = 4,
                                           .tid = 77,
                                           .unit = VEND_UNIT_CURRENCY_E5,
                                           .encoded = 500001,
                                           .key = issued.to,
                                           .vending_kcv = {0xAB, 0xCD, 0x0F}};
    issued.token_count = 5;
    api_issued_out(&issued, &out);
    assert_true(protobuf_c_message_check(&out.message.base));
    assert_int_equal(out.message.kind, METERVAULT__V1__ORDER_KIND__CREDIT);
    assert_int_equal(out.message.n_tokens, 5);
    assert_int_equal(out.message.requested->currency_e5, 500000);
    assert_null(out.message.tokens[0]->quantity);
    assert_int_equal(out.message.tokens[0]->meter_key->key_revision_number, 1);
    assert_int_equal(out.message.tokens[4]->quantity->currency_e5, 500001);
    assert_int_equal(out.message.tokens[4]->meter_key->base_date, 2014);
    assert_string_equal(out.message.tokens[4]->vending_key_check_value, "ABCD0F");
    assert_int_equal(out.message.tokens[4]->token_identifier, 77);
    assert_true(out.message.key_change->rollover);
    assert_true(out.message.key_change->resent);
    assert_false(out.message.key_change->confirmed);
    assert_int_equal(out.message.key_change->to->key_revision_number, 2);
    assert_int_equal(out.message.receipt->number, 3);
    assert_null(out.message.management);
    assert_null(out.message.test);
}

static void answers_of_other_kinds(void **state)
{
    (void)state;
    struct vend_issued issued = sample(VEND_ORDER_MANAGEMENT);
    struct api_issued out;
    issued.management = (struct vend_management){MV_MANAGE_TARIFF_RATE, 5};
    api_issued_out(&issued, &out);
    assert_int_equal(out.message.kind, METERVAULT__V1__ORDER_KIND__MANAGEMENT);
    assert_int_equal(out.message.management->tariff_rate, 5);
    assert_null(out.message.requested);
    assert_null(out.message.key_change);
    issued.kind = VEND_ORDER_TEST;
    issued.test = (struct vend_test){.control = 1};
    issued.receipt = 0;
    api_issued_out(&issued, &out);
    assert_int_equal(out.message.kind, METERVAULT__V1__ORDER_KIND__TEST);
    assert_int_equal(out.message.test->test, 1);
    assert_null(out.message.receipt);
    issued.kind = VEND_ORDER_KEY_CHANGE;
    api_issued_out(&issued, &out);
    assert_int_equal(out.message.kind, METERVAULT__V1__ORDER_KIND__KEY_CHANGE);
    assert_null(out.message.test);
}

static void what_is_wanted(void **state)
{
    (void)state;
    Metervault__V1__WantedKey message = METERVAULT__V1__WANTED_KEY__INIT;
    struct vend_key_target wanted = api_wanted_in(NULL);
    assert_null(wanted.sgc);
    assert_int_equal(wanted.ti, -1);
    wanted = api_wanted_in(&message);
    assert_null(wanted.sgc);
    assert_int_equal(wanted.krn, 0);
    assert_int_equal(wanted.ti, -1);
    message.supply_group_code = "123456";
    message.tariff_case = METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX;
    wanted = api_wanted_in(&message);
    assert_string_equal(wanted.sgc, "123456");
    assert_int_equal(wanted.ti, 0);
    message.tariff_index = UINT32_MAX;
    assert_true(api_wanted_in(&message).ti > 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(management_tokens),
        cmocka_unit_test(credit_registers),
        cmocka_unit_test(extended_tokens),
        cmocka_unit_test(management_that_says_nothing),
        cmocka_unit_test(every_test_of_the_table),
        cmocka_unit_test(the_pan_says_how_long_the_code_is),
        cmocka_unit_test(several_tests_and_extended_reads),
        cmocka_unit_test(an_answer_of_a_set_and_a_token),
        cmocka_unit_test(answers_of_other_kinds),
        cmocka_unit_test(what_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
