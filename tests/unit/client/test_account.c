/* `metervault account` as a person runs it, against a server that answers by script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_server.h"
#include "metervault/v1/account_money_service.pb-c.h"
#include "metervault/v1/account_service.pb-c.h"
#include "metervault/v1/sale_service.pb-c.h"
#include "metervault/v1/tariff_service.pb-c.h"
#include "run_cli.h"

static const char opening[] = "account open A-1 --meter 600727000000000009 --name Lin --money 20 --terminal till1 "
                              "--deadline-ms 300 --insecure-loopback --server";

static const ProtobufCMessage *office(void)
{
    static Metervault__V1__Office euro;
    metervault__v1__office__init(&euro);
    euro.currency = "EUR";
    euro.minor_digits = 2;
    return &euro.base;
}

/* Who is not told that would sell again. */
static void an_opening_without_an_answer_says_how_to_repeat_it(void **state)
{
    (void)state;
    const struct fake_step script[] = {
        {.method = "GetOffice", .act = FAKE_REPLY, .messages = {office()}},
        {.method = "OpenAccount", .act = FAKE_FAIL, .status = 14, .message = "gone", .repeat = true}};
    struct fake_server *server = fake_start(script, 2);
    struct run lost = run("%s %s --yes", opening, fake_address(server));
    assert_int_equal(lost.code, 3);
    assert_non_null(strstr(lost.output, "Do not sell again:\nrepeat this very command (--request-id open.A-1)\n"));
    fake_stop(server);
}

static void a_refused_opening_leaves_no_doubt(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("METER_HAS_ACCOUNT", NULL, NULL, details, sizeof details);
    const struct fake_step script[] = {
        {.method = "GetOffice", .act = FAKE_REPLY, .messages = {office()}},
        {.method = "OpenAccount", .act = FAKE_FAIL, .status = 9, .details = details, .details_size = size}};
    struct fake_server *server = fake_start(script, 2);
    struct run refused = run("%s %s --yes", opening, fake_address(server));
    assert_int_equal(refused.code, 1);
    assert_null(strstr(refused.output, "Do not sell again"));
    fake_stop(server);
}

/* The account of the answer, and what a card that is not there would be read for. */
static struct run opening_on_a_card(Metervault__V1__AccountState state, const char *meter)
{
    Metervault__V1__Account account = METERVAULT__V1__ACCOUNT__INIT;
    account.account_number = "A-1";
    account.meter_pan = (char *)meter;
    account.state = state;
    const struct fake_step script[] = {{.method = "GetOffice", .act = FAKE_REPLY, .messages = {office()}},
                                       {.method = "OpenAccount", .act = FAKE_REPLY, .messages = {&account.base}}};
    struct fake_server *server = fake_start(script, 2);
    struct run result =
        run("%s %s --yes --card --client 1 --wait 0 --reader socket:/nowhere/reader", opening, fake_address(server));
    fake_stop(server);
    return result;
}

static void a_card_is_sold_to_the_account_that_was_opened_alone(void **state)
{
    (void)state;
    struct run own = opening_on_a_card(METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_IN_USE, "600727000000000009");
    assert_int_equal(own.code, 3);
    assert_non_null(strstr(own.output, "The same command again goes on with the same sale."));
    struct run closed = opening_on_a_card(METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_ENDED, "600727000000000009");
    assert_int_equal(closed.code, 1);
    assert_non_null(strstr(closed.output, "account A-1 is closed, with meter 600727000000000009: nothing was sold"));
    assert_null(strstr(closed.output, "goes on"));
    struct run moved = opening_on_a_card(METERVAULT__V1__ACCOUNT_STATE__ACCOUNT_IN_USE, "600727000000000017");
    assert_int_equal(moved.code, 1);
    assert_non_null(strstr(moved.output, "with meter 600727000000000017: nothing was sold"));
}

/* The server is never asked: none is there. */
static void options_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *options, *said;
    } wrong[] = {{"--client 1", "--client, --reader and --wait are of --card"},
                 {"--money 20 --yes --reader x", "--client, --reader and --wait are of --card"},
                 {"--money 20 --yes --wait 5", "--client, --reader and --wait are of --card"},
                 {"--pay card", "are of a sale: say --money or units"},
                 {"--tendered 20", "are of a sale: say --money or units"},
                 {"--keep-change", "are of a sale: say --money or units"},
                 {"--request-id id-1", "are of a sale: say --money or units"},
                 {"--card --client 1", "--card needs an amount"},
                 {"--money 20 --kwh 5", "give one amount"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct run result = run("account open A-1 --meter 600727000000000009 --name Lin --terminal till1 "
                                "--insecure-loopback --server 127.0.0.1:1 %s",
                                wrong[i].options);
        assert_int_equal(result.code, 2);
        assert_non_null(strstr(result.output, wrong[i].said));
    }
}

/* A claim of units needs no currency. */
static void without_a_currency_claims_are_shown(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("CURRENCY_NOT_SET", NULL, NULL, details, sizeof details);
    Metervault__V1__Claim units = METERVAULT__V1__CLAIM__INIT;
    Metervault__V1__Claim paid = METERVAULT__V1__CLAIM__INIT;
    Metervault__V1__Claim *claims[] = {&units, &paid};
    Metervault__V1__ListClaimsResponse list = METERVAULT__V1__LIST_CLAIMS_RESPONSE__INIT;
    units.kind = METERVAULT__V1__CLAIM_KIND__CLAIM_UNITS;
    units.amount = 20000;
    paid.amount = 1205;
    list.claims = claims;
    list.n_claims = 2;
    const struct fake_step none = {
        .method = "GetOffice", .act = FAKE_FAIL, .status = 9, .details = details, .details_size = size};
    const struct fake_step asked = {.method = "ListClaims", .act = FAKE_REPLY, .messages = {&list.base}};
    const struct fake_step script[] = {
        asked, none, asked, {.method = "GetOffice", .act = FAKE_REPLY, .messages = {office()}}};
    struct fake_server *server = fake_start(script, 4);
    struct run bare = run("account claims A-1 --insecure-loopback --server %s", fake_address(server));
    assert_int_equal(bare.code, 0);
    assert_non_null(strstr(bare.output, "Amount    20000 (Wh, l, s)"));
    assert_non_null(strstr(bare.output, "Amount    1205 of the smallest unit"));
    assert_null(strstr(bare.output, "CURRENCY_NOT_SET"));
    struct run euro = run("account claims A-1 --insecure-loopback --server %s", fake_address(server));
    assert_int_equal(euro.code, 0);
    assert_non_null(strstr(euro.output, "Amount    12.05 EUR"));
    fake_stop(server);
}

/* At a terminal where somebody types no. */
#define AT_TERMINAL                                                                                                    \
    "python3 -c 'import os, pty, sys\n"                                                                                \
    "typed = [b\"no\\n\"]\n"                                                                                           \
    "left = lambda fd: typed.pop() if typed else b\"\"\n"                                                              \
    "sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], lambda fd: os.read(fd, 1024), left)))'"

/* The account is there, its card is not: what it costs is shown before anybody agrees. */
static void a_card_that_is_resumed_shows_its_price(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("ACCOUNT_EXISTS", NULL, NULL, details, sizeof details);
    Metervault__V1__Bill bill = METERVAULT__V1__BILL__INIT;
    Metervault__V1__Sold sold = METERVAULT__V1__SOLD__INIT;
    bill.currency = "EUR";
    bill.minor_digits = 2;
    bill.total = 1995;
    sold.account_number = "A-1";
    sold.customer_name = "Lin";
    sold.tendered = 2000;
    sold.bill = &bill;
    const struct fake_step money = {.method = "GetOffice", .act = FAKE_REPLY, .messages = {office()}};
    const struct fake_step exists = {
        .method = "OpenAccount", .act = FAKE_FAIL, .status = 6, .details = details, .details_size = size};
    const struct fake_step script[] = {
        money, exists, {.method = "TrialSell", .act = FAKE_REPLY, .messages = {&sold.base}},
        money, exists, {.method = "TrialSell", .act = FAKE_FAIL, .status = 9, .message = "closed"}};
    static const char card[] = "--card --client 1 --wait 0 --reader socket:/nowhere/reader";
    struct fake_server *server = fake_start(script, sizeof script / sizeof script[0]);
    struct run priced = run_with(AT_TERMINAL, "%s %s %s", opening, fake_address(server), card);
    assert_int_equal(priced.code, 1);
    assert_non_null(strstr(priced.output, "19.95 EUR"));
    assert_non_null(strstr(priced.output, "Sell to it with this card?"));
    struct run unpriced = run_with(AT_TERMINAL, "%s %s %s", opening, fake_address(server), card);
    assert_int_equal(unpriced.code, 1);
    assert_null(strstr(unpriced.output, "19.95 EUR"));
    assert_non_null(strstr(unpriced.output, "Sell to it with this card?"));
    struct fake_call calls[FAKE_STEPS];
    assert_int_equal(fake_calls(server, calls), 6); /* nothing was sold */
    fake_stop(server);
}

/* bash evaluates what it is offered. */
static void completion_offers_names_alone(void **state)
{
    (void)state;
    static const char *const numbers[] = {"A-1", "A$(id)", "A`id`", "A 2", "A\n", "A;id", "A.2_b"};
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
    Metervault__V1__Account accounts[NUMBERS];
    Metervault__V1__Account *list[NUMBERS];
    Metervault__V1__ListAccountsResponse page = METERVAULT__V1__LIST_ACCOUNTS_RESPONSE__INIT;
    for (size_t i = 0; i < NUMBERS; i++) {
        metervault__v1__account__init(&accounts[i]);
        accounts[i].account_number = (char *)numbers[i];
        list[i] = &accounts[i];
    }
    page.accounts = list;
    page.n_accounts = NUMBERS;
    const struct fake_step script[] = {{.method = "ListAccounts", .act = FAKE_REPLY, .messages = {&page.base}}};
    struct fake_server *server = fake_start(script, 1);
    struct run offered = run("complete account A --insecure-loopback --server %s", fake_address(server));
    assert_int_equal(offered.code, 0);
    assert_string_equal(offered.output, "A-1\nA.2_b\n");
    fake_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opening_without_an_answer_says_how_to_repeat_it),
        cmocka_unit_test(a_refused_opening_leaves_no_doubt),
        cmocka_unit_test(a_card_is_sold_to_the_account_that_was_opened_alone),
        cmocka_unit_test(options_that_do_not_fit_are_refused),
        cmocka_unit_test(without_a_currency_claims_are_shown),
        cmocka_unit_test(a_card_that_is_resumed_shows_its_price),
        cmocka_unit_test(completion_offers_names_alone),
    };
    return cmocka_run_group_tests(tests, run_home_make, run_home_remove);
}
