/* The calls that issue one order, and reading it back. */
#include "desk.h"

#include <metervault/v1/token_service.pb-c.h>
#include <string.h>

static Metervault__V1__IssuedTokens *ask(struct world *world, const char *who, const char *path,
                                         const ProtobufCMessage *request)
{
    ProtobufCMessage *answer = desk_ask(world, who, path, request, &metervault__v1__issued_tokens__descriptor, NULL);
    assert_non_null(answer);
    return (Metervault__V1__IssuedTokens *)answer;
}

static void forget(Metervault__V1__IssuedTokens *issued)
{
    metervault__v1__issued_tokens__free_unpacked(issued, NULL);
}

static void management(void **state)
{
    struct world *world = *state;
    char pan[19];
    Metervault__V1__IssueManagementRequest request = METERVAULT__V1__ISSUE_MANAGEMENT_REQUEST__INIT;
    Metervault__V1__Management what = METERVAULT__V1__MANAGEMENT__INIT;
    Metervault__V1__GetTokenRequest again = METERVAULT__V1__GET_TOKEN_REQUEST__INIT;
    Metervault__V1__ReceiptNumber receipt = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    request.request_id = "m1";
    request.terminal_id = "till";
    request.meter_pan = (char *)world_pan(1, pan);
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    desk_refused(world, "engineer", TOKENS "IssueManagement", &request.base, MV_INVALID_FIELD, "field=management;");
    assert_int_equal(world_audit_count(world, "TokenService.IssueManagement", "INVALID_FIELD"), 1);
    request.management = &what;
    what.action_case = METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W;
    what.maximum_power_w = 18201625;
    desk_refused(world, "engineer", TOKENS "IssueManagement", &request.base, MV_INVALID_FIELD, "field=management;");
    what.maximum_power_w = 5000;
    desk_refused(world, "seller", TOKENS "IssueManagement", &request.base, MV_ROLE_MISSING, NULL);
    Metervault__V1__IssuedTokens *issued = ask(world, "engineer", TOKENS "IssueManagement", &request.base);
    assert_int_equal(issued->kind, METERVAULT__V1__ORDER_KIND__MANAGEMENT);
    assert_int_equal(issued->n_tokens, 1);
    assert_int_equal(issued->tokens[0]->token_class, 2);
    assert_int_equal(issued->tokens[0]->token_subclass, 0);
    assert_null(issued->tokens[0]->quantity);
    assert_int_equal(issued->management->maximum_power_w, 5000);
    assert_false(issued->replayed);
    char digits[21];
    memcpy(digits, issued->tokens[0]->digits, sizeof digits);
    forget(issued);
    issued = ask(world, "engineer", TOKENS "IssueManagement", &request.base);
    assert_true(issued->replayed);
    assert_string_equal(issued->tokens[0]->digits, digits);
    forget(issued);
    /* read back by whoever may have it issued, by nobody else */
    again.by_case = METERVAULT__V1__GET_TOKEN_REQUEST__BY_RECEIPT;
    again.receipt = &receipt;
    receipt.organisation = "shop";
    receipt.terminal_id = "till";
    receipt.number = 1;
    issued = ask(world, "chief", TOKENS "GetToken", &again.base);
    assert_string_equal(issued->tokens[0]->digits, digits);
    forget(issued);
    desk_refused(world, "seller", TOKENS "GetToken", &again.base, MV_ROLE_MISSING, NULL);
}

static void tests_of_a_meter(void **state)
{
    struct world *world = *state;
    char pan[19];
    Metervault__V1__IssueTestRequest request = METERVAULT__V1__ISSUE_TEST_REQUEST__INIT;
    Metervault__V1__MeterTest what = METERVAULT__V1__METER_TEST__INIT;
    request.request_id = "t1";
    request.terminal_id = "till";
    request.meter_pan = (char *)world_pan(1, pan);
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    desk_refused(world, "seller", TOKENS "IssueTest", &request.base, MV_INVALID_FIELD, "field=test;");
    assert_int_equal(world_audit_count(world, "TokenService.IssueTest", "INVALID_FIELD"), 1);
    request.test = &what;
    what.what_case = METERVAULT__V1__METER_TEST__WHAT_CONTROL_BITS;
    what.control_bits = UINT64_C(1) << 36;
    desk_refused(world, "seller", TOKENS "IssueTest", &request.base, MV_INVALID_FIELD, NULL);
    what.control_bits = 6;
    what.manufacturer_code = 100;
    what.digits = METERVAULT__V1__MANUFACTURER_DIGITS__TWO_DIGITS;
    desk_refused(world, "seller", TOKENS "IssueTest", &request.base, MV_INVALID_FIELD, NULL);
    what.digits = METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS;
    Metervault__V1__IssuedTokens *issued = ask(world, "seller", TOKENS "IssueTest", &request.base);
    assert_int_equal(issued->kind, METERVAULT__V1__ORDER_KIND__TEST);
    assert_int_equal(issued->tokens[0]->token_class, 1);
    assert_int_equal(issued->tokens[0]->token_subclass, 1);
    assert_int_equal(issued->test->control_bits, 6);
    assert_int_equal(issued->test->manufacturer_code, 100);
    assert_int_equal(issued->test->digits, METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS);
    forget(issued);
}

static void a_key_change_and_the_sale_after_it(void **state)
{
    struct world *world = *state;
    char pan[19];
    Metervault__V1__IssueKeyChangeRequest request = METERVAULT__V1__ISSUE_KEY_CHANGE_REQUEST__INIT;
    Metervault__V1__KeyTarget to = METERVAULT__V1__KEY_TARGET__INIT;
    Metervault__V1__IssueCreditRequest sale = METERVAULT__V1__ISSUE_CREDIT_REQUEST__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    request.request_id = "k1";
    sale.request_id = "s1";
    request.terminal_id = sale.terminal_id = "till";
    request.meter_pan = sale.meter_pan = (char *)world_pan(1, pan);
    request.carrier = sale.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    desk_refused(world, "seller", TOKENS "IssueKeyChange", &request.base, MV_ROLE_MISSING, NULL);
    desk_refused(world, "engineer", TOKENS "IssueKeyChange", &request.base, MV_KEY_UNCHANGED, NULL);
    request.to = &to;
    to.tariff_case = METERVAULT__V1__KEY_TARGET__TARIFF_TARIFF_INDEX;
    to.tariff_index = 100;
    desk_refused(world, "engineer", TOKENS "IssueKeyChange", &request.base, MV_INVALID_FIELD, NULL);
    to.tariff_index = UINT32_MAX; /* is not "not said" */
    desk_refused(world, "engineer", TOKENS "IssueKeyChange", &request.base, MV_INVALID_FIELD, NULL);
    to.tariff_index = 0;
    Metervault__V1__IssuedTokens *issued = ask(world, "engineer", TOKENS "IssueKeyChange", &request.base);
    assert_int_equal(issued->kind, METERVAULT__V1__ORDER_KIND__KEY_CHANGE);
    assert_int_equal(issued->n_tokens, 2);
    assert_int_equal(issued->key_change->from->tariff_index, 1);
    assert_int_equal(issued->key_change->to->tariff_index, 0);
    assert_false(issued->key_change->resent);
    assert_false(issued->key_change->rollover);
    char digits[21];
    memcpy(digits, issued->tokens[0]->digits, sizeof digits);
    forget(issued);
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = 1000;
    sale.quantity = &quantity;
    issued = ask(world, "seller", TOKENS "IssueCredit", &sale.base);
    assert_int_equal(issued->kind, METERVAULT__V1__ORDER_KIND__CREDIT);
    assert_int_equal(issued->n_tokens, 3);
    assert_true(issued->key_change->resent);
    assert_string_equal(issued->tokens[0]->digits, digits);
    assert_int_equal(issued->tokens[2]->meter_key->tariff_index, 0);
    assert_int_equal(issued->tokens[2]->quantity->energy_wh, 1000);
    forget(issued);
}

static void the_special_identifier(void **state)
{
    struct world *world = *state;
    char pan[19];
    Metervault__V1__IssueCreditRequest request = METERVAULT__V1__ISSUE_CREDIT_REQUEST__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    request.request_id = "s1";
    request.terminal_id = "till";
    request.meter_pan = (char *)world_pan(1, pan);
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    request.special_reserved_token = true;
    request.quantity = &quantity;
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_CURRENCY_E5;
    quantity.currency_e5 = 1000;
    desk_refused(world, "seller", TOKENS "IssueCredit", &request.base, MV_WRONG_UTILITY, "field=quantity;");
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = 1000;
    Metervault__V1__IssuedTokens *issued = ask(world, "seller", TOKENS "IssueCredit", &request.base);
    assert_int_equal(issued->tokens[0]->token_identifier % 1440, 1);
    forget(issued);
    request.request_id = "s2";
    desk_refused(world, "seller", TOKENS "IssueCredit", &request.base, MV_SPECIAL_IDENTIFIER_TAKEN, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_api_setup, desk_api_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(management),
        TEST(tests_of_a_meter),
        TEST(a_key_change_and_the_sale_after_it),
        TEST(the_special_identifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
