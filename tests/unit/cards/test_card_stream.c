/* A card session as a front-end sees it: one stream, whatever breaks it. */
#include "cards_world.h"
#include "desk.h"
#include "vending/internal.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define CARDS "/metervault.v1.CardService/"

enum { PATIENCE_MS = 20000 };

static struct desk_server server;

static int setup(void **state)
{
    grpc_init();
    if (cards_setup(state) != 0)
        return -1;
    struct cards_world *cards = *state;
    cards_opened(cards);
    return 0;
}

/* From here on the limits of a session are read by other threads. */
static void serve(struct cards_world *cards)
{
    desk_serve(cards->world, "seller", &server);
}

static int teardown(void **state)
{
    desk_stop(&server);
    int failed = cards_teardown(state);
    grpc_shutdown_blocking();
    return failed;
}

static bool send_begin(struct caller_stream *stream, begin_t *begin)
{
    Metervault__V1__CardRequest request = METERVAULT__V1__CARD_REQUEST__INIT;
    request.step_case = METERVAULT__V1__CARD_REQUEST__STEP_BEGIN;
    request.begin = begin;
    return caller_send(stream, &request.base);
}

static bool send_answer(struct caller_stream *stream, const uint8_t *rapdu, size_t size, bool removed)
{
    Metervault__V1__CardRequest request = METERVAULT__V1__CARD_REQUEST__INIT;
    Metervault__V1__ResponseApdu response = METERVAULT__V1__RESPONSE_APDU__INIT;
    response.apdu = (ProtobufCBinaryData){.data = (uint8_t *)rapdu, .len = size};
    response.removed = removed;
    request.step_case = METERVAULT__V1__CARD_REQUEST__STEP_RESPONSE;
    request.response = &response;
    return caller_send(stream, &request.base);
}

/* The next command or result; NULL at the end. Progress is passed over. */
static Metervault__V1__CardResponse *next(struct caller_stream *stream)
{
    for (;;) {
        Metervault__V1__CardResponse *response =
            (Metervault__V1__CardResponse *)caller_receive(stream, &metervault__v1__card_response__descriptor);
        if (response == NULL || response->step_case != METERVAULT__V1__CARD_RESPONSE__STEP_PROGRESS)
            return response;
        metervault__v1__card_response__free_unpacked(response, NULL);
    }
}

static struct caller_stream *open_session(struct cards_world *cards, begin_t *begin)
{
    struct caller_stream *stream = caller_open(server.channel, CARDS "Session", PATIENCE_MS);
    vcard_reset(&cards->card);
    assert_true(send_begin(stream, begin));
    return stream;
}

/* Relays so many commands; the result, when it came before. */
static Metervault__V1__CardResponse *relay(struct cards_world *cards, struct caller_stream *stream, unsigned commands)
{
    for (unsigned i = 0; i < commands; i++) {
        uint8_t rapdu[VCARD_RAPDU];
        Metervault__V1__CardResponse *response = next(stream);
        if (response == NULL || response->step_case == METERVAULT__V1__CARD_RESPONSE__STEP_RESULT)
            return response;
        const ProtobufCBinaryData *apdu = &response->command->apdu;
        uint16_t size = vcard_apdu(&cards->card, apdu->data, apdu->len, rapdu);
        assert_true(send_answer(stream, rapdu, size, false));
        metervault__v1__card_response__free_unpacked(response, NULL);
    }
    return NULL;
}

static void ends_with(struct caller_stream *stream, enum mv_reason reason)
{
    Metervault__V1__CardResponse *unread;
    while ((unread = next(stream)) != NULL)
        metervault__v1__card_response__free_unpacked(unread, NULL);
    struct caller_result result = caller_end(stream);
    assert_string_equal(mv_reason_info(reason)->name, result.reason);
}

static begin_t read_back(void)
{
    return cards_begin("read", METERVAULT__V1__CARD_PURPOSE__READ_BACK);
}

static void a_session(struct cards_world *cards)
{
    begin_t begin = read_back();
    struct caller_stream *stream = open_session(cards, &begin);
    Metervault__V1__CardResponse *response = relay(cards, stream, 300);
    assert_non_null(response);
    assert_int_equal(METERVAULT__V1__CARD_RESPONSE__STEP_RESULT, response->step_case);
    assert_true(response->result->genuine);
    assert_string_equal(cards->meter.pan, response->result->card->meter_pan);
    assert_int_equal(14, strlen(response->result->card->uid));
    assert_true(response->result->commands > 5);
    metervault__v1__card_response__free_unpacked(response, NULL);
    assert_int_equal(GRPC_STATUS_OK, caller_end(stream).code);
}

static void through_to_the_result(void **state)
{
    struct cards_world *cards = *state;
    serve(cards);
    cards_visit(cards, &cards->meter);
    a_session(cards);
}

/* The card is free for the next session as soon as the server has seen it. */
static void wait_until_free(struct cards_world *cards)
{
    struct vend_card_place place;
    for (unsigned i = 0; i < 500; i++) {
        assert_ok(vend_card_enter(cards->world->vend, &place));
        mv_status status = vend_card_hold(cards->world->vend, &place, cards->card.uid);
        vend_card_leave(cards->world->vend, &place);
        if (status.ok)
            return;
        (void)usleep(10000);
    }
    fail_msg("the session goes on");
}

static void the_stream_breaks(void **state)
{
    struct cards_world *cards = *state;
    serve(cards);
    for (unsigned commands = 1; commands < 10; commands += 2) {
        begin_t begin = read_back();
        struct caller_stream *stream = open_session(cards, &begin);
        assert_null(relay(cards, stream, commands));
        caller_cancel(stream);
        (void)caller_end(stream);
        wait_until_free(cards);
        stream = open_session(cards, &begin);
        assert_null(relay(cards, stream, commands));
        caller_send_end(stream);
        ends_with(stream, MV_CANCELLED_BY_CALLER);
        wait_until_free(cards);
    }
    a_session(cards);
    fake_keys_lock();
    assert_int_equal(0, fake_cards.sessions);
    fake_keys_unlock();
}

static void answers_that_are_none(void **state)
{
    struct cards_world *cards = *state;
    serve(cards);
    static const uint8_t long_one[300];
    begin_t begin = read_back();
    struct caller_stream *stream = open_session(cards, &begin);
    assert_null(relay(cards, stream, 3));
    assert_true(send_answer(stream, NULL, 0, true));
    ends_with(stream, MV_CARD_REMOVED);
    stream = open_session(cards, &begin);
    assert_true(send_answer(stream, long_one, sizeof long_one, false));
    ends_with(stream, MV_INVALID_FIELD);
    stream = open_session(cards, &begin);
    assert_true(send_answer(stream, long_one, 1, false));
    ends_with(stream, MV_INVALID_FIELD);
    stream = open_session(cards, &begin);
    assert_true(send_begin(stream, &begin));
    ends_with(stream, MV_INVALID_FIELD);
    stream = open_session(cards, &begin);
    assert_true(send_answer(stream, (const uint8_t *)"\x6D\x00", 2, false));
    ends_with(stream, MV_CARD_UNKNOWN);
    stream = caller_open(server.channel, CARDS "Session", PATIENCE_MS);
    assert_true(send_answer(stream, (const uint8_t *)"\x91\x00", 2, false));
    ends_with(stream, MV_INVALID_FIELD);
    begin.purpose = METERVAULT__V1__CARD_PURPOSE__CARD_PURPOSE_UNSPECIFIED;
    stream = open_session(cards, &begin);
    ends_with(stream, MV_INVALID_FIELD);
    begin = cards_begin("buy", METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD);
    stream = open_session(cards, &begin);
    ends_with(stream, MV_INVALID_FIELD);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The stream is over within the bound, whatever the terminal does or leaves undone. */
static void is_cut_off(struct caller_stream *stream, int64_t begun, int64_t bound_ms)
{
    Metervault__V1__CardResponse *unread;
    while ((unread = next(stream)) != NULL)
        metervault__v1__card_response__free_unpacked(unread, NULL);
    assert_int_equal(GRPC_STATUS_DEADLINE_EXCEEDED, caller_end(stream).code);
    assert_in_range(now_ms() - begun, bound_ms - 50, bound_ms + 2000);
}

static void silence_ends(void **state)
{
    struct cards_world *cards = *state;
    enum { BEGIN_MS = 300, STEP_MS = 700 };
    cards->world->vend->card_limits.begin_ms = BEGIN_MS;
    cards->world->vend->card_limits.step_ms = STEP_MS;
    serve(cards);
    int64_t begun = now_ms();
    is_cut_off(caller_open(server.channel, CARDS "Session", PATIENCE_MS), begun, BEGIN_MS);
    begin_t begin = read_back();
    begun = now_ms();
    struct caller_stream *stream = open_session(cards, &begin);
    is_cut_off(stream, begun, STEP_MS);
    wait_until_free(cards);
    stream = open_session(cards, &begin);
    assert_null(relay(cards, stream, 3));
    begun = now_ms();
    is_cut_off(stream, begun, STEP_MS);
    wait_until_free(cards);
    a_session(cards);
}

/* A terminal that answers each command a little late. */
static void a_session_has_an_end(void **state)
{
    struct cards_world *cards = *state;
    enum { ALL_MS = 600, LATE_US = 100000 };
    cards->world->vend->card_limits.all_ms = ALL_MS;
    serve(cards);
    begin_t begin = read_back();
    int64_t begun = now_ms();
    struct caller_stream *stream = open_session(cards, &begin);
    unsigned commands = 0;
    for (Metervault__V1__CardResponse *response; (response = next(stream)) != NULL; commands++) {
        uint8_t rapdu[VCARD_RAPDU];
        assert_int_equal(METERVAULT__V1__CARD_RESPONSE__STEP_COMMAND, response->step_case);
        uint16_t size = vcard_apdu(&cards->card, response->command->apdu.data, response->command->apdu.len, rapdu);
        (void)usleep(LATE_US);
        (void)send_answer(stream, rapdu, size, false);
        metervault__v1__card_response__free_unpacked(response, NULL);
    }
    assert_in_range(commands, 2, ALL_MS / (LATE_US / 1000));
    is_cut_off(stream, begun, ALL_MS);
    wait_until_free(cards);
}

static void so_many_commands(void **state)
{
    struct cards_world *cards = *state;
    enum { COMMANDS = 6 };
    cards->world->vend->card_limits.apdus = COMMANDS;
    serve(cards);
    begin_t begin = read_back();
    assert_reason(cards_session(cards, "seller", &begin), MV_CARD_SESSION_LOST);
    assert_int_equal(COMMANDS, cards->apdus);
}

static void cards_are_listed_and_blocked(void **state)
{
    struct cards_world *cards = *state;
    serve(cards);
    Metervault__V1__GetCardRequest get = METERVAULT__V1__GET_CARD_REQUEST__INIT;
    Metervault__V1__ListCardsRequest list = METERVAULT__V1__LIST_CARDS_REQUEST__INIT;
    Metervault__V1__BlockCardRequest block = METERVAULT__V1__BLOCK_CARD_REQUEST__INIT;
    Metervault__V1__UnblockCardRequest unblock = METERVAULT__V1__UNBLOCK_CARD_REQUEST__INIT;
    cards_fresh(cards, 2);
    cards_transport(cards);
    get.uid = block.uid = unblock.uid = (char *)"04010203040501";
    block.reason = (char *)"stolen";
    Metervault__V1__Card *card = (Metervault__V1__Card *)desk_ask(cards->world, "chief", CARDS "BlockCard", &block.base,
                                                                  &metervault__v1__card__descriptor, NULL);
    assert_non_null(card);
    assert_true(card->denied);
    assert_string_equal("stolen", card->denied_because);
    metervault__v1__card__free_unpacked(card, NULL);
    desk_refused(cards->world, "seller", CARDS "UnblockCard", &unblock.base, MV_ROLE_MISSING, NULL);
    desk_refused(cards->world, "rival", CARDS "GetCard", &get.base, MV_CARD_UNKNOWN, NULL);
    list.page_size = 1;
    Metervault__V1__ListCardsResponse *page = (Metervault__V1__ListCardsResponse *)desk_ask(
        cards->world, "seller", CARDS "ListCards", &list.base, &metervault__v1__list_cards_response__descriptor, NULL);
    assert_int_equal(1, page->n_cards);
    assert_string_equal("04010203040501", page->cards[0]->uid);
    list.page_token = page->next_page_token;
    Metervault__V1__ListCardsResponse *rest = (Metervault__V1__ListCardsResponse *)desk_ask(
        cards->world, "seller", CARDS "ListCards", &list.base, &metervault__v1__list_cards_response__descriptor, NULL);
    assert_int_equal(1, rest->n_cards);
    assert_int_equal(METERVAULT__V1__CARD_STATE__TRANSPORT, rest->cards[0]->state);
    assert_string_equal("", rest->next_page_token);
    metervault__v1__list_cards_response__free_unpacked(rest, NULL);
    metervault__v1__list_cards_response__free_unpacked(page, NULL);
    list = (Metervault__V1__ListCardsRequest)METERVAULT__V1__LIST_CARDS_REQUEST__INIT;
    list.denied_only = true;
    list.meter_pan = cards->meter.pan;
    page = (Metervault__V1__ListCardsResponse *)desk_ask(cards->world, "seller", CARDS "ListCards", &list.base,
                                                         &metervault__v1__list_cards_response__descriptor, NULL);
    assert_int_equal(1, page->n_cards);
    metervault__v1__list_cards_response__free_unpacked(page, NULL);
    list.page_token = (char *)"x";
    desk_refused(cards->world, "seller", CARDS "ListCards", &list.base, MV_PAGE_TOKEN_INVALID, NULL);
    get.uid = (char *)"04";
    desk_refused(cards->world, "seller", CARDS "GetCard", &get.base, MV_INVALID_FIELD, "field=uid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(through_to_the_result, setup, teardown),
        cmocka_unit_test_setup_teardown(the_stream_breaks, setup, teardown),
        cmocka_unit_test_setup_teardown(answers_that_are_none, setup, teardown),
        cmocka_unit_test_setup_teardown(silence_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_has_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(so_many_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(cards_are_listed_and_blocked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
