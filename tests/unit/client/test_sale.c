/* Selling against a server that loses answers: one request id, asked for before it is repeated, never a second sale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_server.h"
#include "sale.h"

static const char pan[] = "600727000000000009";
static const struct mv_sale sale = {
    .request_id = "0190-aa", .terminal = "till1", .meter_pan = pan, .unit = MV_SALE_WH, .amount = 25600};

/* The answer of a well-behaved server. */
static Metervault__V1__IssuedTokens *good_answer(void)
{
    static Metervault__V1__IssuedTokens answer;
    static Metervault__V1__Quantity quantity;
    static Metervault__V1__Token token;
    static Metervault__V1__Token *tokens[] = {&token};
    metervault__v1__issued_tokens__init(&answer);
    metervault__v1__quantity__init(&quantity);
    metervault__v1__token__init(&token);
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = 25600;
    token.digits = "12345678901234567890";
    token.quantity = &quantity;
    answer.request_id = "0190-aa";
    answer.meter_pan = (char *)pan;
    answer.requested = &quantity;
    answer.tokens = tokens;
    answer.n_tokens = 1;
    return &answer;
}

struct outcome {
    enum mv_sale_outcome outcome;
    struct mv_client_error error;
    struct fake_call calls[FAKE_STEPS];
    size_t count;
};

typedef enum mv_sale_outcome act(struct mv_client *client, const struct mv_sale *sale,
                                 Metervault__V1__IssuedTokens **answer, struct mv_client_error *error);

static struct outcome play(const struct fake_step *script, size_t steps, act *how)
{
    struct outcome outcome = {0};
    struct fake_server *server = fake_start(script, steps);
    const struct mv_client_options options = {
        .server = fake_address(server), .insecure_loopback = true, .deadline_ms = 400, .tries = 3};
    struct mv_client *client = mv_client_open(&options, &outcome.error);
    assert_non_null(client);
    Metervault__V1__IssuedTokens *answer = NULL;
    outcome.outcome = how(client, &sale, &answer, &outcome.error);
    assert_true((outcome.outcome == MV_SALE_DONE) == (answer != NULL));
    mv_sale_free(answer);
    mv_client_close(client);
    outcome.count = fake_calls(server, outcome.calls);
    fake_stop(server);
    return outcome;
}

/* Call number `at` was IssueCredit, under our id. */
static void assert_issue(const struct outcome *outcome, size_t at)
{
    assert_true(at < outcome->count);
    const struct fake_call *call = &outcome->calls[at];
    assert_string_equal(call->method, "IssueCredit");
    Metervault__V1__IssueCreditRequest *request =
        metervault__v1__issue_credit_request__unpack(NULL, call->request_size, call->request);
    assert_non_null(request);
    assert_string_equal(request->request_id, sale.request_id);
    assert_string_equal(request->terminal_id, sale.terminal);
    assert_int_equal(request->carrier, METERVAULT__V1__CARRIER__KEYPAD);
    assert_int_equal(request->quantity->energy_wh, 25600);
    metervault__v1__issue_credit_request__free_unpacked(request, NULL);
}

static void assert_find(const struct outcome *outcome, size_t at)
{
    assert_true(at < outcome->count);
    const struct fake_call *call = &outcome->calls[at];
    assert_string_equal(call->method, "GetToken");
    Metervault__V1__GetTokenRequest *request =
        metervault__v1__get_token_request__unpack(NULL, call->request_size, call->request);
    assert_non_null(request);
    assert_int_equal(request->by_case, METERVAULT__V1__GET_TOKEN_REQUEST__BY_REQUEST_ID);
    assert_string_equal(request->request_id, sale.request_id);
    metervault__v1__get_token_request__free_unpacked(request, NULL);
}

static struct fake_step ok(const char *method)
{
    return (struct fake_step){.method = method, .act = FAKE_REPLY, .messages = {&good_answer()->base}};
}

static struct fake_step refusal(const char *method, int status, const char *reason)
{
    static uint8_t details[FAKE_STEPS][256];
    static size_t used;
    uint8_t *own = details[used++ % FAKE_STEPS];
    size_t size = fake_details(reason, NULL, NULL, own, sizeof details[0]);
    return (struct fake_step){
        .method = method, .act = FAKE_FAIL, .status = status, .details = own, .details_size = size};
}

static struct fake_step broken(const char *method)
{
    return (struct fake_step){.method = method, .act = FAKE_FAIL, .status = 14, .message = "Socket closed"};
}

static void sells_once(void **state)
{
    (void)state;
    const struct fake_step script[] = {ok("IssueCredit")};
    struct outcome outcome = play(script, 1, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_DONE);
    assert_int_equal(outcome.count, 1);
    assert_issue(&outcome, 0);
}

static void a_named_unavailable_is_repeated_under_the_same_id(void **state)
{
    (void)state;
    const struct fake_step script[] = {refusal("IssueCredit", 14, "KEY_SERVICE_UNAVAILABLE"), ok("IssueCredit")};
    struct outcome outcome = play(script, 2, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_DONE);
    assert_int_equal(outcome.count, 2);
    assert_issue(&outcome, 0);
    assert_issue(&outcome, 1);
}

static void a_lost_answer_is_asked_for(void **state)
{
    (void)state;
    const struct fake_step script[] = {broken("IssueCredit"), ok("GetToken")};
    struct outcome outcome = play(script, 2, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_DONE);
    assert_int_equal(outcome.count, 2);
    assert_find(&outcome, 1);
}

static void a_deadline_recovers_through_get_token(void **state)
{
    (void)state;
    const struct fake_step script[] = {{.method = "IssueCredit", .act = FAKE_SILENCE}, ok("GetToken")};
    struct outcome outcome = play(script, 2, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_DONE);
    assert_int_equal(outcome.count, 2);
    assert_find(&outcome, 1);
}

static void only_an_unknown_sale_is_sent_again(void **state)
{
    (void)state;
    const struct fake_step script[] = {{.method = "IssueCredit", .act = FAKE_SILENCE},
                                       broken("GetToken"),
                                       refusal("GetToken", 5, "TOKEN_UNKNOWN"),
                                       ok("IssueCredit")};
    struct outcome outcome = play(script, 4, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_DONE);
    assert_int_equal(outcome.count, 4);
    assert_find(&outcome, 1);
    assert_find(&outcome, 2);
    assert_issue(&outcome, 3);
}

static void a_refusal_is_final(void **state)
{
    (void)state;
    const struct fake_step script[] = {refusal("IssueCredit", 9, "METER_NOT_ACTIVE")};
    struct outcome outcome = play(script, 1, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_REFUSED);
    assert_int_equal(outcome.count, 1);
    assert_string_equal(outcome.error.reason, "METER_NOT_ACTIVE");
    assert_true(strlen(outcome.error.message) > 0);
}

static void what_waits_for_a_person_is_not_repeated(void **state)
{
    (void)state;
    const struct fake_step script[] = {refusal("IssueCredit", 14, "CLOCK_STEPPED")};
    struct outcome outcome = play(script, 1, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_REFUSED);
    assert_int_equal(outcome.count, 1);
}

static void a_refusal_after_a_lost_answer_proves_nothing(void **state)
{
    (void)state;
    const struct fake_step script[] = {broken("IssueCredit"), refusal("GetToken", 7, "PRINCIPAL_DISABLED")};
    struct outcome outcome = play(script, 2, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_UNKNOWN);
    assert_int_equal(outcome.count, 2);
}

static void a_silent_server_leaves_it_unknown(void **state)
{
    (void)state;
    const struct fake_step script[] = {{.method = "IssueCredit", .act = FAKE_SILENCE},
                                       {.method = "GetToken", .act = FAKE_SILENCE},
                                       {.method = "GetToken", .act = FAKE_SILENCE}};
    struct outcome outcome = play(script, 3, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_UNKNOWN);
    assert_int_equal(outcome.count, 3);
    assert_int_equal(outcome.error.grpc_status, 4);
}

static void a_foreign_answer_is_not_handed_out(void **state)
{
    (void)state;
    struct fake_step step = ok("IssueCredit");
    struct fake_step again = ok("GetToken");
    good_answer()->meter_pan = "600727000000000017";
    const struct fake_step script[] = {step, again};
    struct outcome outcome = play(script, 2, mv_client_sell);
    assert_int_equal(outcome.outcome, MV_SALE_UNKNOWN);
    assert_non_null(strstr(outcome.error.message, "does not belong"));
}

static void short_digits_are_not_handed_out(void **state)
{
    (void)state;
    struct fake_step step = ok("GetToken");
    good_answer()->tokens[0]->digits = "1234567890123456789";
    struct outcome outcome = play(&step, 1, mv_client_recover);
    assert_int_equal(outcome.outcome, MV_SALE_UNKNOWN);
}

static void recovering_never_sells(void **state)
{
    (void)state;
    const struct fake_step script[] = {broken("GetToken"), refusal("GetToken", 5, "TOKEN_UNKNOWN")};
    struct outcome outcome = play(script, 2, mv_client_recover);
    assert_int_equal(outcome.outcome, MV_SALE_REFUSED);
    assert_int_equal(outcome.count, 2);
    assert_find(&outcome, 0);
    assert_find(&outcome, 1);
}

static void without_a_server_nothing_is_in_doubt(void **state)
{
    (void)state;
    const struct mv_client_options options = {
        .server = "127.0.0.1:1", .insecure_loopback = true, .deadline_ms = 400, .tries = 2};
    struct mv_client_error error;
    struct mv_client *client = mv_client_open(&options, &error);
    assert_non_null(client);
    Metervault__V1__IssuedTokens *answer;
    assert_int_equal(mv_client_sell(client, &sale, &answer, &error), MV_SALE_REFUSED);
    assert_int_equal(error.grpc_status, 14);
    assert_string_equal(error.reason, "");
    mv_client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sells_once),
        cmocka_unit_test(a_named_unavailable_is_repeated_under_the_same_id),
        cmocka_unit_test(a_lost_answer_is_asked_for),
        cmocka_unit_test(a_deadline_recovers_through_get_token),
        cmocka_unit_test(only_an_unknown_sale_is_sent_again),
        cmocka_unit_test(a_refusal_is_final),
        cmocka_unit_test(what_waits_for_a_person_is_not_repeated),
        cmocka_unit_test(a_refusal_after_a_lost_answer_proves_nothing),
        cmocka_unit_test(a_silent_server_leaves_it_unknown),
        cmocka_unit_test(a_foreign_answer_is_not_handed_out),
        cmocka_unit_test(short_digits_are_not_handed_out),
        cmocka_unit_test(recovering_never_sells),
        cmocka_unit_test(without_a_server_nothing_is_in_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
