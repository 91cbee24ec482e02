/* A card's session against a server that answers by script: commands reach the card, what it says reaches the server,
 * and however the stream ends, the caller learns how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"
#include "fake_server.h"

enum { GRPC_FAILED_PRECONDITION = 9, GRPC_INTERNAL = 13, GRPC_DEADLINE_EXCEEDED = 4, DEADLINE_MS = 100 };

static uint8_t select_apdu[] = {0x90, 0x5A, 0, 0, 3, 0x56, 0x4D, 0xF0, 0};

/* A card that says 9100 to everything, until it is pulled out. */
struct card {
    unsigned commands;
    unsigned pulled_after; /* 0: never */
    uint8_t last[16];
    size_t last_size;
    unsigned told; /* progress */
};

static bool transmit(void *self, const uint8_t *command, size_t command_size, uint8_t *response, size_t *size)
{
    struct card *card = self;
    if (card->pulled_after != 0 && card->commands == card->pulled_after)
        return false;
    card->commands++;
    card->last_size = command_size;
    memcpy(card->last, command, command_size < sizeof card->last ? command_size : sizeof card->last);
    response[0] = 0x91;
    response[1] = 0x00;
    *size = 2;
    return true;
}

static void progress(void *self, const Metervault__V1__Progress *step)
{
    struct card *card = self;
    assert_string_equal(step->what, "writing");
    card->told++;
}

struct answers {
    Metervault__V1__CardResponse command, progress, result;
    Metervault__V1__CommandApdu apdu;
    Metervault__V1__Progress step;
    Metervault__V1__CardResult outcome;
    Metervault__V1__Card card;
};

static void answers_init(struct answers *answers)
{
    metervault__v1__card_response__init(&answers->command);
    metervault__v1__card_response__init(&answers->progress);
    metervault__v1__card_response__init(&answers->result);
    metervault__v1__command_apdu__init(&answers->apdu);
    metervault__v1__progress__init(&answers->step);
    metervault__v1__card_result__init(&answers->outcome);
    metervault__v1__card__init(&answers->card);
    answers->apdu.apdu = (ProtobufCBinaryData){sizeof select_apdu, select_apdu};
    answers->step.what = "writing";
    answers->card.uid = "04782E21801D80";
    answers->outcome.card = &answers->card;
    answers->command.step_case = METERVAULT__V1__CARD_RESPONSE__STEP_COMMAND;
    answers->command.command = &answers->apdu;
    answers->progress.step_case = METERVAULT__V1__CARD_RESPONSE__STEP_PROGRESS;
    answers->progress.progress = &answers->step;
    answers->result.step_case = METERVAULT__V1__CARD_RESPONSE__STEP_RESULT;
    answers->result.result = &answers->outcome;
}

static Metervault__V1__CardResult *visit(const struct fake_step *script, struct card *card,
                                         struct mv_client_error *error)
{
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    const struct mv_card_reader reader = {.self = card, .transmit = transmit, .progress = progress};
    struct fake_server *server = fake_start(script, 1);
    const struct mv_client_options options = {
        .server = fake_address(server), .insecure_loopback = true, .deadline_ms = DEADLINE_MS};
    struct mv_client *client = mv_client_open(&options, error);
    assert_non_null(client);
    begin.request_id = "visit-1";
    begin.purpose = METERVAULT__V1__CARD_PURPOSE__IDENTIFY;
    Metervault__V1__CardResult *result = mv_client_card(client, &begin, &reader, error);
    mv_client_close(client);
    fake_stop(server);
    return result;
}

static void carries_commands_and_tells_progress(void **state)
{
    (void)state;
    struct answers answers;
    struct card card = {0};
    struct mv_client_error error;
    answers_init(&answers);
    const struct fake_step script = {
        .method = "Session",
        .act = FAKE_REPLY,
        .messages = {&answers.command.base, &answers.progress.base, &answers.command.base, &answers.result.base}};
    Metervault__V1__CardResult *result = visit(&script, &card, &error);
    assert_non_null(result);
    assert_string_equal(result->card->uid, "04782E21801D80");
    assert_in_range(card.commands, 1, 2); /* this server does not wait for what the card says */
    assert_int_equal(card.told, 1);
    assert_int_equal(card.last_size, sizeof select_apdu);
    assert_memory_equal(card.last, select_apdu, sizeof select_apdu);
    metervault__v1__card_result__free_unpacked(result, NULL);
}

static void names_why_the_server_refused(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("CARD_DENIED", "uid", "04782E21801D80", details, sizeof details);
    struct card card = {0};
    struct mv_client_error error;
    const struct fake_step script = {.method = "Session",
                                     .act = FAKE_FAIL,
                                     .status = GRPC_FAILED_PRECONDITION,
                                     .message = "The card is on the deny-list.",
                                     .details = details,
                                     .details_size = size};
    assert_null(visit(&script, &card, &error));
    assert_string_equal(error.reason, "CARD_DENIED");
    assert_int_equal(card.commands, 0);
}

static void a_card_that_is_gone_is_told_to_the_server(void **state)
{
    (void)state;
    struct answers answers;
    struct card card = {.pulled_after = 1};
    struct mv_client_error error;
    answers_init(&answers);
    const struct fake_step script = {
        .method = "Session", .act = FAKE_REPLY, .messages = {&answers.command.base, &answers.command.base}};
    assert_null(visit(&script, &card, &error));
    assert_int_equal(card.commands, 1);
}

static void an_end_without_a_result_is_no_success(void **state)
{
    (void)state;
    struct answers answers;
    struct card card = {0};
    struct mv_client_error error;
    answers_init(&answers);
    const struct fake_step script = {.method = "Session", .act = FAKE_REPLY, .messages = {&answers.command.base}};
    assert_null(visit(&script, &card, &error));
    assert_int_equal(error.grpc_status, GRPC_INTERNAL);
}

static void a_silent_server_is_left(void **state)
{
    (void)state;
    struct card card = {0};
    struct mv_client_error error;
    const struct fake_step script = {.method = "Session", .act = FAKE_SILENCE};
    assert_null(visit(&script, &card, &error));
    assert_int_equal(error.grpc_status, GRPC_DEADLINE_EXCEEDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_commands_and_tells_progress),
        cmocka_unit_test(names_why_the_server_refused),
        cmocka_unit_test(a_card_that_is_gone_is_told_to_the_server),
        cmocka_unit_test(an_end_without_a_result_is_no_success),
        cmocka_unit_test(a_silent_server_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
