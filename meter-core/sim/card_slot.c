#include "card_slot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "metervault/codes.h"
#include "pboc_module.h"
#include "words.h"

enum { POWER_OFF = 0, POWER_ON = 1, GET_ATR = 4, HEAD = 2, ANSWER_MAX = 258 };

static bool board_random(void *context, uint8_t *data, uint16_t size)
{
    (void)context;
    return getrandom(data, size, 0) == size;
}

/* ---- the contacts ---- */

static bool send_frame(int fd, const uint8_t *payload, uint16_t size)
{
    uint8_t frame[HEAD + ANSWER_MAX] = {(uint8_t)(size >> 8), (uint8_t)size};
    memcpy(frame + HEAD, payload, size);
    return send(fd, frame, HEAD + (size_t)size, MSG_NOSIGNAL) == HEAD + (ssize_t)size;
}

static bool send_control(int fd, uint8_t what)
{
    return send_frame(fd, &what, 1);
}

static bool receive(int fd, uint8_t *bytes, size_t size)
{
    return recv(fd, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

/* 0: none came. */
static uint16_t receive_frame(int fd, uint8_t answer[ANSWER_MAX])
{
    uint8_t head[HEAD];
    if (!receive(fd, head, sizeof head))
        return 0;
    uint16_t size = (uint16_t)(head[0] << 8 | head[1]);
    return size <= ANSWER_MAX && receive(fd, answer, size) ? size : 0;
}

static int reach(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval wait = {.tv_sec = CARD_SLOT_WAIT_S};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

/* Power, and the sign of life that a reader waits for before it says that a card is there. */
static bool power_on(int fd)
{
    uint8_t atr[ANSWER_MAX];
    return send_control(fd, POWER_ON) && send_control(fd, GET_ATR) && receive_frame(fd, atr) > 0;
}

/* ---- an insertion ---- */

const char *card_slot_kind(uint8_t kind)
{
    static const char *const names[] = {
        [MV_CARD_USER] = "user",   [MV_CARD_PRESET] = "preset",         [MV_CARD_INSPECTION] = "inspection",
        [MV_CARD_RESET] = "reset", [MV_CARD_CLEAR] = "clear",           [MV_CARD_RELAY_TEST] = "relay-test",
        [0] = "unknown",           [MV_CARD_KEY_UPDATE] = "key-update",
    };
    if (kind == MV_CARD_BLOCKED)
        return "blocked";
    return names[kind < sizeof names / sizeof names[0] ? kind : 0];
}

static void tell(struct card_slot *slot, const struct mv_prepay *p)
{
    const struct mv_card_outcome *outcome = &slot->outcome;
    enum mv_credit_register which = (enum mv_credit_register)p->parameters.credit_register;
    char credited[WORDS_QUANTITY];
    words_quantity(which, outcome->credited, credited);
    if (outcome->result != MV_ACCEPT)
        (void)snprintf(slot->text, sizeof slot->text, "%s: %s", mv_code_name(outcome->result),
                       mv_code_words(outcome->result));
    else if (outcome->credited != 0)
        (void)snprintf(slot->text, sizeof slot->text, "%s card accepted: %s %s came in", card_slot_kind(outcome->kind),
                       credited, words_unit(which));
    else
        (void)snprintf(slot->text, sizeof slot->text, "%s card accepted", card_slot_kind(outcome->kind));
}

static void run(struct mv_card_terminal *terminal, struct mv_prepay *p, int fd, bool there)
{
    uint8_t answer[ANSWER_MAX];
    enum mv_card_next next = mv_card_terminal_begin(terminal, p, board_random, NULL);
    while (next == MV_CARD_SEND) {
        const struct mv_card_session *session = &terminal->session;
        uint16_t size = there && send_frame(fd, session->apdu, session->apdu_size) ? receive_frame(fd, answer) : 0;
        next = size > 0 ? mv_card_terminal_step(terminal, answer, size) : mv_card_terminal_gone(terminal);
    }
}

/* ---- a card of profile 2 ---- */

static bool is_profile_2(int fd)
{
    static const uint8_t select_master_file[] = {0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00};
    uint8_t answer[ANSWER_MAX];
    return send_frame(fd, select_master_file, sizeof select_master_file) && receive_frame(fd, answer) == 2 &&
           answer[0] == 0x90;
}

static struct mv_card_outcome run_profile_2(struct card_slot *slot, struct mv_prepay *p)
{
    static struct mv_pboc_terminal terminal;
    uint8_t answer[ANSWER_MAX];
    const struct mv_pboc_board board = {
        .context = slot->masters, .random = board_random, .encrypt = pboc_encrypt, .class = MV_PBOC_CLASS_04};
    enum mv_card_next next = mv_pboc_terminal_begin(&terminal, p, &board);
    while (next == MV_CARD_SEND) {
        uint16_t size = send_frame(slot->fd, terminal.apdu, terminal.apdu_size) ? receive_frame(slot->fd, answer) : 0;
        next = size > 0 ? mv_pboc_terminal_step(&terminal, answer, size) : mv_pboc_terminal_gone(&terminal);
    }
    return terminal.outcome;
}

static struct mv_card_outcome run_profile_1(struct card_slot *slot, struct mv_prepay *p, bool there)
{
    static struct mv_card_terminal terminal;
    run(&terminal, p, slot->fd, there);
    return terminal.outcome;
}

const char *card_slot_insert(struct card_slot *slot, struct mv_prepay *p, const char *socket_path)
{
    card_slot_remove(slot);
    int fd = reach(socket_path);
    if (fd < 0)
        return strerror(errno);
    slot->in = true;
    slot->fd = fd;
    bool there = power_on(fd);
    bool second = there && slot->takes_profile_2 && is_profile_2(fd);
    slot->outcome = second ? run_profile_2(slot, p) : run_profile_1(slot, p, there);
    tell(slot, p);
    return NULL;
}

void card_slot_remove(struct card_slot *slot)
{
    if (!slot->in)
        return;
    (void)send_control(slot->fd, POWER_OFF);
    (void)close(slot->fd);
    slot->in = false;
}
