/* The reader at a socket against cards that misbehave: gone in the middle of an answer, too much of one, too little,
 * and interrupted by a stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../../client/card/reader.h"
#include "card.h"

enum { FRAME_HEAD = 2, POWER_ON = 1, TELL_ATR = 4, PAUSE_US = 50000 };

static const uint8_t atr_frame[] = {0, 3, 0x3B, 0x80, 0x80};
static const uint8_t command[] = {0x90, 0x60, 0, 0, 0};

/* What the card says to the first command, as it is on the wire; then it is gone, or already in the middle of its ATR.
 */
struct card {
    char folder[64], path[80], name[96];
    int listener;
    const uint8_t *atr, *answer;
    size_t atr_size, answer_size, pause_at; /* a pause before this byte of the answer, 0: none */
    uint8_t heard[64];
    size_t heard_size;
    pthread_t thread;
};

static bool hear(int fd, uint8_t *data, size_t size)
{
    return recv(fd, data, size, MSG_WAITALL) == (ssize_t)size;
}

static bool say(int fd, const uint8_t *data, size_t size)
{
    return size == 0 || send(fd, data, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static void *play(void *self)
{
    struct card *card = self;
    uint8_t orders[6];
    int fd = accept(card->listener, NULL, NULL);
    if (fd >= 0 && hear(fd, orders, sizeof orders) && say(fd, card->atr, card->atr_size) && card->atr_size > 1 &&
        hear(fd, card->heard, FRAME_HEAD + sizeof command)) {
        card->heard_size = FRAME_HEAD + sizeof command;
        (void)say(fd, card->answer, card->pause_at);
        if (card->pause_at != 0)
            (void)usleep(PAUSE_US);
        (void)say(fd, card->answer + card->pause_at, card->answer_size - card->pause_at);
    }
    (void)close(fd);
    return NULL;
}

static int make(void **state)
{
    struct card *card = calloc(1, sizeof *card);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_non_null(card);
    (void)snprintf(card->folder, sizeof card->folder, "/tmp/mv-reader-XXXXXX");
    assert_non_null(mkdtemp(card->folder));
    (void)snprintf(card->path, sizeof card->path, "%s/card", card->folder);
    (void)snprintf(card->name, sizeof card->name, "socket:%s", card->path);
    memcpy(address.sun_path, card->path, strlen(card->path) + 1);
    card->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(card->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(card->listener, 1), 0);
    card->atr = atr_frame;
    card->atr_size = sizeof atr_frame;
    *state = card;
    return 0;
}

static int drop(void **state)
{
    struct card *card = *state;
    (void)close(card->listener);
    (void)unlink(card->path);
    (void)rmdir(card->folder);
    free(card);
    return 0;
}

static struct reader *lay_down(struct card *card)
{
    char wrong[READER_WRONG];
    assert_int_equal(pthread_create(&card->thread, NULL, play, card), 0);
    return reader_open(card->name, 0, wrong);
}

/* What becomes of the first command. */
static bool ask(struct card *card, const uint8_t *answer, size_t answer_size, uint8_t *response, size_t *size)
{
    card->answer = answer;
    card->answer_size = answer_size;
    struct reader *reader = lay_down(card);
    assert_non_null(reader);
    bool answered = reader_transmit(reader, command, sizeof command, response, size);
    assert_int_equal(pthread_join(card->thread, NULL), 0);
    reader_close(reader); /* towards a card that is gone */
    return answered;
}

static void a_command_and_its_answer(void **state)
{
    static const uint8_t answer[] = {0, 4, 0x04, 0x01, 0x91, 0x00};
    static const uint8_t wire[] = {0, 5, 0x90, 0x60, 0, 0, 0};
    struct card *card = *state;
    uint8_t response[MV_CARD_RESPONSE_MAX];
    size_t size = 0;
    assert_true(ask(card, answer, sizeof answer, response, &size));
    assert_int_equal(size, 4);
    assert_memory_equal(response, answer + 2, size);
    assert_int_equal(card->heard_size, sizeof wire);
    assert_memory_equal(card->heard, wire, sizeof wire);
}

/* Cut at every byte of it. */
static void a_card_that_goes_in_its_answer(void **state)
{
    static const uint8_t answer[] = {0, 4, 0x04, 0x01, 0x91, 0x00};
    for (size_t told = 0; told < sizeof answer; told++) {
        uint8_t response[MV_CARD_RESPONSE_MAX];
        size_t size = 0;
        assert_false(ask(*state, answer, told, response, &size));
    }
}

static void answers_have_their_bounds(void **state)
{
    uint8_t answer[FRAME_HEAD + MV_CARD_RESPONSE_MAX + 1] = {0};
    uint8_t response[MV_CARD_RESPONSE_MAX + 1];
    size_t size = 0;
    answer[0] = MV_CARD_RESPONSE_MAX >> 8;
    answer[1] = MV_CARD_RESPONSE_MAX & 0xFF;
    response[MV_CARD_RESPONSE_MAX] = 0x5A;
    assert_true(ask(*state, answer, FRAME_HEAD + MV_CARD_RESPONSE_MAX, response, &size));
    assert_int_equal(size, MV_CARD_RESPONSE_MAX);
    answer[1]++;
    assert_false(ask(*state, answer, sizeof answer, response, &size));
    assert_int_equal(response[MV_CARD_RESPONSE_MAX], 0x5A);
    answer[0] = 0;
    for (answer[1] = 0; answer[1] < 2; answer[1]++) /* no status */
        assert_false(ask(*state, answer, FRAME_HEAD + (size_t)answer[1], response, &size));
}

static void on_signal(int number)
{
    (void)number;
}

static void *interrupt(void *thread)
{
    (void)usleep(PAUSE_US / 2);
    (void)pthread_kill(*(const pthread_t *)thread, SIGUSR1);
    return NULL;
}

/* As when the program is stopped and continued. */
static void an_interrupted_wait_goes_on(void **state)
{
    static const uint8_t answer[] = {0, 2, 0x91, 0x00};
    const struct sigaction action = {.sa_handler = on_signal};
    struct card *card = *state;
    uint8_t response[MV_CARD_RESPONSE_MAX];
    size_t size = 0;
    pthread_t self = pthread_self();
    pthread_t other;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    assert_int_equal(pthread_create(&other, NULL, interrupt, &self), 0);
    card->pause_at = 1;
    assert_true(ask(card, answer, sizeof answer, response, &size));
    assert_int_equal(size, 2);
    assert_int_equal(pthread_join(other, NULL), 0);
}

static void a_card_that_does_not_start(void **state)
{
    static const uint8_t long_atr[] = {0, READER_ATR_MAX + 1, 0x3B};
    struct card *card = *state;
    char wrong[READER_WRONG];
    card->atr_size = 1;
    assert_null(lay_down(card));
    assert_int_equal(pthread_join(card->thread, NULL), 0);
    card->atr = long_atr;
    card->atr_size = sizeof long_atr;
    assert_null(lay_down(card));
    assert_int_equal(pthread_join(card->thread, NULL), 0);
    (void)unlink(card->path);
    assert_null(reader_open(card->name, 0, wrong));
    assert_non_null(strstr(wrong, "no card at"));
    assert_null(reader_open("socket:/nowhere/at/all", 60, wrong));
}

static void commands_and_paths_have_their_bounds(void **state)
{
    static const uint8_t answer[] = {0, 2, 0x91, 0x00};
    struct card *card = *state;
    uint8_t much[300] = {0};
    uint8_t response[MV_CARD_RESPONSE_MAX];
    char path[200] = "socket:/";
    char wrong[READER_WRONG];
    size_t size = 0;
    memset(path + 8, 'x', sizeof path - 9);
    assert_null(reader_open(path, 0, wrong));
    assert_non_null(strstr(wrong, "too long"));
    card->answer = answer;
    card->answer_size = sizeof answer;
    struct reader *reader = lay_down(card);
    assert_non_null(reader);
    assert_int_equal(*reader_atr(reader, &size), 0x3B);
    assert_int_equal(size, 3);
    assert_false(reader_transmit(reader, much, sizeof much, response, &size)); /* nothing of it is sent */
    assert_true(reader_transmit(reader, command, sizeof command, response, &size));
    assert_int_equal(pthread_join(card->thread, NULL), 0);
    reader_close(reader);
    reader_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_command_and_its_answer, make, drop),
        cmocka_unit_test_setup_teardown(a_card_that_goes_in_its_answer, make, drop),
        cmocka_unit_test_setup_teardown(answers_have_their_bounds, make, drop),
        cmocka_unit_test_setup_teardown(an_interrupted_wait_goes_on, make, drop),
        cmocka_unit_test_setup_teardown(a_card_that_does_not_start, make, drop),
        cmocka_unit_test_setup_teardown(commands_and_paths_have_their_bounds, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
