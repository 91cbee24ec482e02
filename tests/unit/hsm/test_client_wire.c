/* The client against a peer that answers wrongly, slowly or not at all: always a named reason, never a wrong result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "hsmd/channel.h"
#include "hsmd/intern.h"
#include "hsmd/proto.h"

static char directory[64];
static char path[96];
static struct hsmd_client *client;
static pid_t server;

static const uint8_t HELLO[] = {0, 0, 0, 4, HSMD_OP_HELLO | HSMD_REPLY, 1, 0, HSMD_VERSION};

/* For every connection: the hello's answer, then these bytes for every request, then the end. */
static void serve(int listener, const uint8_t *answer, size_t size, int stay)
{
    for (;;) {
        uint8_t request[65536 + 4];
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 || recv(fd, request, sizeof request, 0) <= 0)
            _exit(1);
        (void)send(fd, HELLO, sizeof HELLO, MSG_NOSIGNAL);
        if (recv(fd, request, sizeof request, 0) > 0)
            (void)send(fd, answer, size, MSG_NOSIGNAL);
        while (stay && recv(fd, request, sizeof request, 0) > 0)
            ;
        (void)close(fd);
    }
}

static void start_server(const uint8_t *answer, size_t size, int stay)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    (void)unlink(path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    server = fork();
    if (server == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(listener, answer, size, stay);
    }
    assert_int_equal(close(listener), 0);
    assert_true(hsmd_client_new(path, 300, &client).ok);
}

static void stop_server(void)
{
    hsmd_client_free(client);
    assert_int_equal(kill(server, SIGKILL), 0);
    assert_int_equal(waitpid(server, NULL, 0), server);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/mv-wire-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    return snprintf(path, sizeof path, "%s/s", directory) > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

static mv_status prepare(struct hsmd_prepared *prepared)
{
    static const struct hsmd_meter meter = {.pan = "600727000000000009", .sgc = "123456", .krn = 1, .kt = 2};
    return hsmd_prepare(client, &meter, 1, prepared);
}

static void unavailable(const uint8_t *answer, size_t size)
{
    struct hsmd_prepared prepared;
    start_server(answer, size, 1);
    mv_status status = prepare(&prepared);
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_KEY_SERVICE_UNAVAILABLE);
    stop_server();
}

static void wrong_answers_are_refused(void **state)
{
    (void)state;
    enum { OP = HSMD_OP_PREPARE | HSMD_REPLY };
    static const uint8_t no_length[] = {0, 0, 0, 0};
    static const uint8_t too_long[] = {0, 1, 0, 1};
    static const uint8_t other_op[] = {0, 0, 0, 2, HSMD_OP_HEALTH | HSMD_REPLY, 1};
    static const uint8_t no_status[] = {0, 0, 0, 1, OP};
    static const uint8_t no_items[] = {0, 0, 0, 2, OP, 1};
    static const uint8_t cut_item[] = {0, 0, 0, 6, OP, 1, 1, 0, 0, 0};
    static const uint8_t one_more[] = {0, 0, 0, 11, OP, 1, 1, 0, 0, 0, 1, 9, 9, 9, 0};
    static const uint8_t two_answers[] = {0, 0, 0, 10, OP, 1, 1, 0, 0, 0, 1, 9, 9, 9, 0, 0, 0, 1, OP};
    unavailable(no_length, sizeof no_length);
    unavailable(too_long, sizeof too_long);
    unavailable(other_op, sizeof other_op);
    unavailable(no_status, sizeof no_status);
    unavailable(no_items, sizeof no_items);
    unavailable(cut_item, sizeof cut_item);
    unavailable(one_more, sizeof one_more);
    unavailable(two_answers, sizeof two_answers);
}

static mv_status change_key(struct hsmd_key_change_set *set)
{
    static const struct hsmd_key_change change = {.from = {.pan = "600727000000000009", .sgc = "123456"},
                                                  .to = {.pan = "600727000000000009", .sgc = "123456"}};
    return hsmd_key_change(client, NULL, 0, &change, 1, set);
}

/* A set of `count` tokens; `cut` bytes are missing at its end. */
static size_t answer_set(uint8_t answer[256], uint8_t count, size_t cut)
{
    enum { TOKEN = 20 + HSMD_TOKEN_TAG };
    struct mv_writer frame = hsmd_frame_begin(answer, 256, HSMD_OP_KEY_CHANGE | HSMD_REPLY);
    hsmd_put_status(&frame, mv_ok());
    hsmd_put_status(&frame, mv_ok());
    mv_put_u8(&frame, count);
    for (size_t i = 0; i < (size_t)count * TOKEN + 2 * (size_t)HSM_KCV_BYTES; i++)
        mv_put_u8(&frame, '7');
    mv_put_u32(&frame, HSMD_SLOT_NONE);
    assert_true(mv_writer_ok(&frame));
    frame.used -= cut;
    hsmd_frame_end(&frame);
    return frame.used;
}

static void sets_are_of_two_to_four_tokens(void **state)
{
    (void)state;
    for (unsigned count = 0; count <= HSMD_KEY_SECTIONS + 1; count++) {
        for (size_t cut = 0; cut <= 1; cut++) {
            uint8_t answer[256];
            struct hsmd_key_change_set set;
            start_server(answer, answer_set(answer, (uint8_t)count, cut), 1);
            mv_status status = change_key(&set);
            if (count >= 2 && count <= HSMD_KEY_SECTIONS && cut == 0) {
                assert_true(status.ok);
                assert_int_equal(set.count, count);
                assert_string_equal(set.tokens[count - 1].digits, "77777777777777777777");
                assert_int_equal(set.slot, HSMD_SLOT_NONE);
            } else {
                assert_int_equal(status.reason, MV_KEY_SERVICE_UNAVAILABLE);
            }
            stop_server();
        }
    }
}

/* What a card session answers, with so many bytes of each kind; one byte is missing at its end if `cut`. */
static size_t answer_card(uint8_t answer[4096], uint32_t session, uint8_t next, uint16_t apdu, uint16_t data, bool cut)
{
    struct mv_writer frame = hsmd_frame_begin(answer, 4096, HSMD_OP_CARD_OPEN | HSMD_REPLY);
    hsmd_put_status(&frame, mv_ok());
    mv_put_u32(&frame, session);
    mv_put_u8(&frame, next);
    mv_put_u16(&frame, 0x101);
    mv_put_u16(&frame, apdu);
    for (unsigned i = 0; i < apdu; i++)
        mv_put_u8(&frame, 'a');
    mv_put_u16(&frame, data);
    for (unsigned i = 0; i < data; i++)
        mv_put_u8(&frame, 'd');
    assert_true(mv_writer_ok(&frame));
    frame.used -= cut;
    hsmd_frame_end(&frame);
    return frame.used;
}

static void card_answers_have_their_bounds(void **state)
{
    (void)state;
    static const struct {
        uint32_t session;
        uint8_t next;
        uint16_t apdu, data;
        bool cut, good;
    } rows[] = {{5, HSMD_CARD_SEND, HSMD_CARD_APDU, 0, false, true},
                {5, HSMD_CARD_DONE, 0, HSMD_CARD_DATA, false, true},
                {0, HSMD_CARD_REFUSED, 0, 0, false, true},
                {5, HSMD_CARD_SEND, HSMD_CARD_APDU + 1, 0, false, false},
                {5, HSMD_CARD_DONE, 0, HSMD_CARD_DATA + 1, false, false},
                {5, HSMD_CARD_REFUSED + 1, 0, 0, false, false},
                {5, HSMD_CARD_DONE, 0, 7, true, false}};
    const struct hsmd_card_key_ref key = {.use = HSMD_CARD_OFFICE, .slot = 1, .version = 1};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[4096];
        struct hsmd_card_answer answer;
        size_t size = answer_card(bytes, rows[i].session, rows[i].next, rows[i].apdu, rows[i].data, rows[i].cut);
        start_server(bytes, size, 1);
        mv_status status = hsmd_card_open(client, &key, HSMD_CARD_NO_SESSION, &answer);
        if (rows[i].good) {
            assert_true(status.ok);
            assert_int_equal(answer.next, rows[i].next);
            assert_int_equal(answer.session & 0xFFFFFF, rows[i].session);
            assert_int_equal(answer.apdu_size, rows[i].apdu);
            assert_int_equal(answer.data_size, rows[i].data);
            assert_int_equal(answer.card_error, 0x101);
        } else {
            assert_int_equal(status.reason, MV_KEY_SERVICE_UNAVAILABLE);
        }
        stop_server();
    }
}

/* A connection that ends takes the session along: nothing is asked again in another one. */
static void a_card_session_ends_with_its_connection(void **state)
{
    (void)state;
    const struct hsmd_card_key_ref key = {.use = HSMD_CARD_OFFICE, .slot = 1, .version = 1};
    uint8_t bytes[4096];
    struct hsmd_card_answer answer;
    start_server(bytes, answer_card(bytes, 5, HSMD_CARD_DONE, 0, 0, false), 0);
    assert_true(hsmd_card_open(client, &key, HSMD_CARD_NO_SESSION, &answer).ok);
    uint32_t session = answer.session;
    assert_int_equal(hsmd_card_step(client, session, key.uid, 2, &answer).reason, MV_CARD_SESSION_LOST);
    assert_int_equal(hsmd_card_step(client, session, key.uid, 2, &answer).reason, MV_CARD_SESSION_LOST);
    hsmd_card_close(client, session);
    assert_true(hsmd_card_open(client, &key, HSMD_CARD_NO_SESSION, &answer).ok);
    assert_int_not_equal(answer.session, session);
    assert_int_equal(hsmd_card_open(client, &key, session, &answer).reason, MV_CARD_SESSION_LOST);
    stop_server();
}

static void a_right_answer_is_taken(void **state)
{
    (void)state;
    static const uint8_t right[] = {0, 0, 0, 10, HSMD_OP_PREPARE | HSMD_REPLY, 1, 1, 0, 0, 0, 5, 7, 8, 9};
    struct hsmd_prepared prepared;
    start_server(right, sizeof right, 1);
    assert_true(prepare(&prepared).ok);
    assert_true(prepared.status.ok);
    assert_int_equal(prepared.slot & 0xFFFFFF, 5);
    assert_int_equal(prepared.vending_kcv[2], 9);
    stop_server();
}

static void a_refusal_keeps_its_reason_and_place(void **state)
{
    (void)state;
    static const uint8_t refusal[] = {
        0, 0, 0, 13, HSMD_OP_PREPARE | HSMD_REPLY, 0, 0, MV_MODULE_FAILED, 0, 0, 0, 0x30, 0, 3, 'a', 'b', 'c'};
    struct hsmd_prepared prepared;
    start_server(refusal, sizeof refusal, 1);
    mv_status status = prepare(&prepared);
    assert_int_equal(status.reason, MV_MODULE_FAILED);
    assert_int_equal(status.detail, 0x30);
    assert_string_equal(status.where, "abc");
    stop_server();
}

static void silence_ends_at_the_deadline(void **state)
{
    (void)state;
    struct hsmd_prepared prepared;
    static const uint8_t part[] = {0, 0, 0};
    start_server(part, sizeof part, 1);
    int64_t before = hsmd_now_ms();
    mv_status status = prepare(&prepared);
    int64_t took = hsmd_now_ms() - before;
    assert_int_equal(status.reason, MV_KEY_SERVICE_UNAVAILABLE);
    assert_true(took >= 300);
    assert_true(took < 5000);
    stop_server();
}

static void a_connection_that_always_breaks_gives_up(void **state)
{
    (void)state;
    struct hsmd_prepared prepared;
    start_server(HELLO, 0, 0);
    assert_int_equal(prepare(&prepared).reason, MV_KEY_SERVICE_UNAVAILABLE);
    stop_server();
}

static void nobody_listens(void **state)
{
    (void)state;
    (void)unlink(path);
    assert_true(hsmd_client_new(path, 300, &client).ok);
    assert_int_equal(hsmd_health(client).reason, MV_KEY_SERVICE_UNAVAILABLE);
    uint32_t slot = 1;
    hsmd_release(client, &slot, 1);
    hsmd_client_free(client);
    char longer[200];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_true(hsmd_client_new(longer, 300, &client).ok);
    assert_int_equal(hsmd_health(client).reason, MV_CONFIG_INVALID);
    hsmd_client_free(client);
}

static void texts_are_kept_once_and_bounded(void **state)
{
    (void)state;
    char text[32];
    assert_ptr_equal(hsmd_intern("same"), hsmd_intern("same"));
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(text, sizeof text, "text %d", i);
        (void)hsmd_intern(text);
    }
    assert_string_equal(hsmd_intern("one too many"), "key process");
    assert_string_equal(hsmd_intern("same"), "same");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_answers_are_refused),
        cmocka_unit_test(sets_are_of_two_to_four_tokens),
        cmocka_unit_test(card_answers_have_their_bounds),
        cmocka_unit_test(a_card_session_ends_with_its_connection),
        cmocka_unit_test(a_right_answer_is_taken),
        cmocka_unit_test(a_refusal_keeps_its_reason_and_place),
        cmocka_unit_test(silence_ends_at_the_deadline),
        cmocka_unit_test(a_connection_that_always_breaks_gives_up),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(texts_are_kept_once_and_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
