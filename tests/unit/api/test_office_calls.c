/* Accounts and priced sales as a caller over gRPC sees them. */
#include "desk.h"

#include <metervault/v1/account_service.pb-c.h>
#include <metervault/v1/sale_service.pb-c.h>
#include <string.h>

#include "office_world.h"

#define ACCOUNTS "/metervault.v1.AccountService/"
#define SALES    "/metervault.v1.SaleService/"

static Metervault__V1__Account *ask_account(struct world *world, const char *who, const char *path,
                                            const ProtobufCMessage *request)
{
    ProtobufCMessage *answer = desk_ask(world, who, path, request, &metervault__v1__account__descriptor, NULL);
    assert_non_null(answer);
    return (Metervault__V1__Account *)answer;
}

static Metervault__V1__Sold *ask_sold(struct world *world, const char *path, const ProtobufCMessage *request)
{
    ProtobufCMessage *answer = desk_ask(world, "seller", path, request, &metervault__v1__sold__descriptor, NULL);
    assert_non_null(answer);
    return (Metervault__V1__Sold *)answer;
}

static void forget(ProtobufCMessage *answer)
{
    protobuf_c_message_free_unpacked(answer, NULL);
}

static void accounts(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    char pan[19];
    Metervault__V1__Customer customer = METERVAULT__V1__CUSTOMER__INIT;
    Metervault__V1__OpenAccountRequest open = METERVAULT__V1__OPEN_ACCOUNT_REQUEST__INIT;
    Metervault__V1__UpdateAccountRequest update = METERVAULT__V1__UPDATE_ACCOUNT_REQUEST__INIT;
    Metervault__V1__GetAccountRequest get = METERVAULT__V1__GET_ACCOUNT_REQUEST__INIT;
    Metervault__V1__SuspendAccountRequest suspend = METERVAULT__V1__SUSPEND_ACCOUNT_REQUEST__INIT;
    Metervault__V1__ResumeAccountRequest resume = METERVAULT__V1__RESUME_ACCOUNT_REQUEST__INIT;
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    open.account_number = update.account_number = suspend.account_number = resume.account_number = "A-3";
    open.meter_pan = (char *)world_pan(3, pan);
    desk_refused(world, "chief", ACCOUNTS "OpenAccount", &open.base, MV_INVALID_FIELD, "field=customer;");
    assert_int_equal(world_audit_count(world, "AccountService.OpenAccount", "INVALID_FIELD"), 1);
    customer.name = "Ada";
    open.customer = update.customer = &customer;
    Metervault__V1__Account *account = ask_account(world, "chief", ACCOUNTS "OpenAccount", &open.base);
    assert_string_equal(account->tariff_class, "default");
    assert_string_equal(account->organisation, "shop");
    assert_int_equal(account->state, METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_IN_USE);
    forget(&account->base);
    customer.contact = "555";
    desk_refused(world, "chief", ACCOUNTS "UpdateAccount", &update.base, MV_ACCOUNT_CHANGED, NULL);
    update.version = 1;
    account = ask_account(world, "chief", ACCOUNTS "UpdateAccount", &update.base);
    assert_int_equal(account->version, 2);
    assert_string_equal(account->customer->contact, "555");
    forget(&account->base);
    desk_refused(world, "seller", ACCOUNTS "GetAccount", &get.base, MV_INVALID_FIELD, "field=by;");
    get.by_case = METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_METER_PAN;
    get.meter_pan = pan;
    account = ask_account(world, "seller", ACCOUNTS "GetAccount", &get.base);
    assert_string_equal(account->account_number, "A-3");
    forget(&account->base);
    suspend.reason = resume.reason = "why";
    account = ask_account(world, "chief", ACCOUNTS "SuspendAccount", &suspend.base);
    assert_int_equal(account->state, METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_ON_HOLD);
    forget(&account->base);
    account = ask_account(world, "chief", ACCOUNTS "ResumeAccount", &resume.base);
    assert_int_equal(account->state, METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_IN_USE);
    forget(&account->base);
}

static void lists(void **state)
{
    struct world *world = *state;
    Metervault__V1__ListAccountsRequest list = METERVAULT__V1__LIST_ACCOUNTS_REQUEST__INIT;
    Metervault__V1__GetTimelineRequest timeline = METERVAULT__V1__GET_TIMELINE_REQUEST__INIT;
    list.search = "mei";
    Metervault__V1__ListAccountsResponse *accounts_found =
        (Metervault__V1__ListAccountsResponse *)desk_ask(world, "seller", ACCOUNTS "ListAccounts", &list.base,
                                                         &metervault__v1__list_accounts_response__descriptor, NULL);
    assert_non_null(accounts_found);
    assert_int_equal(accounts_found->n_accounts, 1);
    assert_string_equal(accounts_found->accounts[0]->customer->name, "Mei Lin");
    forget(&accounts_found->base);
    list.page_size = VEND_MAX_PAGE + 1;
    desk_refused(world, "seller", ACCOUNTS "ListAccounts", &list.base, MV_INVALID_FIELD, "field=page_size;");
    timeline.account_number = "A-1";
    Metervault__V1__GetTimelineResponse *events =
        (Metervault__V1__GetTimelineResponse *)desk_ask(world, "seller", ACCOUNTS "GetTimeline", &timeline.base,
                                                        &metervault__v1__get_timeline_response__descriptor, NULL);
    assert_non_null(events);
    assert_int_equal(events->n_entries, 1);
    assert_int_equal(events->entries[0]->kind, METERVAULT__V1__TIMELINE_KIND__TIMELINE_OPENED);
    forget(&events->base);
    timeline.page_token = "x";
    desk_refused(world, "seller", ACCOUNTS "GetTimeline", &timeline.base, MV_PAGE_TOKEN_INVALID, NULL);
}

static void sales(void **state)
{
    struct world *world = *state;
    Metervault__V1__SellRequest sell = METERVAULT__V1__SELL_REQUEST__INIT;
    Metervault__V1__TrialSellRequest trial = METERVAULT__V1__TRIAL_SELL_REQUEST__INIT;
    Metervault__V1__LastSaleRequest last = METERVAULT__V1__LAST_SALE_REQUEST__INIT;
    Metervault__V1__Purchase purchase = METERVAULT__V1__PURCHASE__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    sell.request_id = "s1";
    sell.terminal_id = trial.terminal_id = last.terminal_id = "till";
    desk_refused(world, "seller", SALES "Sell", &sell.base, MV_INVALID_FIELD, "field=purchase;");
    assert_int_equal(world_audit_count(world, "SaleService.Sell", "INVALID_FIELD"), 1);
    sell.purchase = trial.purchase = &purchase;
    desk_refused(world, "seller", SALES "TrialSell", &trial.base, MV_INVALID_FIELD, "field=who;");
    purchase.who_case = METERVAULT__V1__PURCHASE__WHO_ACCOUNT_NUMBER;
    purchase.account_number = "A-1";
    desk_refused(world, "seller", SALES "TrialSell", &trial.base, MV_INVALID_FIELD, "field=what;");
    purchase.what_case = METERVAULT__V1__PURCHASE__WHAT_QUANTITY;
    purchase.quantity = &quantity;
    desk_refused(world, "seller", SALES "TrialSell", &trial.base, MV_INVALID_FIELD, "field=quantity;");
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = 10000;
    desk_refused(world, "seller", SALES "TrialSell", &trial.base, MV_INVALID_FIELD, "field=carrier;");
    purchase.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    desk_refused(world, "seller", SALES "TrialSell", &trial.base, MV_INVALID_FIELD, "field=payment;");
    purchase.payment = METERVAULT__V1__PAYMENT__PAY_CASH;
    purchase.tendered = 500;
    Metervault__V1__Sold *sold = ask_sold(world, SALES "TrialSell", &trial.base);
    assert_string_equal(sold->issued->tokens[0]->digits, "");
    forget(&sold->base);
    sold = ask_sold(world, SALES "Sell", &sell.base);
    assert_int_equal(sold->bill->total, 115);
    assert_int_equal(sold->bill->tax, 15);
    assert_int_equal(sold->bill->n_lines, 2);
    assert_int_equal(sold->bill->lines[0]->kind, METERVAULT__V1__BILL_LINE_KIND__BILL_ENERGY);
    assert_int_equal(sold->bill->lines[0]->quantity->energy_wh, 10000);
    assert_int_equal(sold->bill->lines[0]->rate_e5, 10000);
    assert_int_equal(sold->bill->lines[1]->kind, METERVAULT__V1__BILL_LINE_KIND__BILL_TAX);
    assert_string_equal(sold->bill->lines[1]->text, "VAT");
    assert_int_equal(sold->bill->quantity->energy_wh, 10000);
    assert_string_equal(sold->bill->currency, "EUR");
    assert_int_equal(sold->bill->minor_digits, 2);
    assert_string_equal(sold->account_number, "A-1");
    assert_string_equal(sold->customer_name, "Mei Lin");
    assert_int_equal(sold->change, 385);
    assert_int_equal(sold->month_units, 10000);
    assert_false(sold->issued->replayed);
    char digits[21];
    memcpy(digits, sold->issued->tokens[0]->digits, sizeof digits);
    forget(&sold->base);
    sold = ask_sold(world, SALES "LastSale", &last.base);
    assert_string_equal(sold->issued->tokens[0]->digits, digits);
    forget(&sold->base);
}

static void receipts(void **state)
{
    struct world *world = *state;
    struct vend_order order = office_money("r1", "A-1", 1000);
    Metervault__V1__GetReceiptRequest get = METERVAULT__V1__GET_RECEIPT_REQUEST__INIT;
    Metervault__V1__ReceiptNumber number = METERVAULT__V1__RECEIPT_NUMBER__INIT;
    assert_ok(office_sell(world, &order, NULL));
    desk_refused(world, "seller", SALES "GetReceipt", &get.base, MV_INVALID_FIELD, "field=by;");
    get.by_case = METERVAULT__V1__GET_RECEIPT_REQUEST__BY_REQUEST_ID;
    get.request_id = "r1";
    Metervault__V1__Sold *sold = ask_sold(world, SALES "GetReceipt", &get.base);
    assert_int_equal(sold->tendered, 1000);
    assert_true(sold->issued->replayed);
    forget(&sold->base);
    get.by_case = METERVAULT__V1__GET_RECEIPT_REQUEST__BY_RECEIPT;
    get.receipt = &number;
    number.organisation = "shop";
    number.terminal_id = "till";
    number.number = 1;
    sold = ask_sold(world, SALES "GetReceipt", &get.base);
    assert_int_equal(sold->issued->receipt->number, 1);
    forget(&sold->base);
    number.number = 2;
    desk_refused(world, "seller", SALES "GetReceipt", &get.base, MV_TOKEN_UNKNOWN, NULL);
}

static int setup(void **state)
{
    grpc_init();
    return office_setup(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, desk_api_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(accounts), TEST(lists), TEST(sales), TEST(receipts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
