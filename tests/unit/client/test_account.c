/* `metervault account` as a person runs it, against a server that answers by script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_server.h"
#include "metervault/v1/account_service.pb-c.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opening_without_an_answer_says_how_to_repeat_it),
        cmocka_unit_test(a_refused_opening_leaves_no_doubt),
    };
    return cmocka_run_group_tests(tests, run_home_make, run_home_remove);
}
