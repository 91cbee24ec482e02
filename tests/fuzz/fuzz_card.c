/* A reader's session with a card: any bytes as answers, or those of a card that has the key, whole or spoilt, in frames
 * of any size. Only the card with the key is ever taken for genuine, and what a protected command brings is what that
 * card sent. Then any bytes as a command to the card's side, and as what lies on a card. */
#include <stdlib.h>
#include <string.h>

#include "../../meter-core/src/card/session.h"
#include "metervault/card_layout.h"
#include "metervault/card_pboc.h"
#include "metervault/card_side.h"

enum { MAX_STEPS = 64, BUFFER = 640, ANSWER_MAX = 600, APDU_DATA = 5 };
/* A step: what it does and how, a length, and as many bytes. */
enum { WHAT = 7, SPOIL = 8, RAW = 16, CARD_SIDE = 128, STEP_HEAD = 3 };
enum { FIRST, NON_FIRST, PLAIN, MACED, FULL, OWN_KEY, OTHER_KEY, LONG };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool get_random(void *context, uint8_t *data, uint16_t size)
{
    uint8_t *state = context;
    for (uint16_t i = 0; i < size; i++)
        data[i] = *state = (uint8_t)(*state * 5U + 3U);
    return true;
}

struct table {
    struct mv_card_soft soft[2];
    struct mv_card_cipher cipher[2];
    uint8_t random[2];
    struct mv_card_session session;
    uint8_t buffer[BUFFER];
    struct mv_card_side side;
    uint8_t command[BUFFER]; /* as the card puts it together */
    uint16_t command_size;
    uint8_t answer[ANSWER_MAX + 32]; /* what the card sends, and what of it has gone */
    uint16_t answer_size, answer_sent;
    uint8_t plain[ANSWER_MAX];
    uint16_t plain_size;
    uint8_t header_size;
    enum mv_card_mode mode;
    bool altered; /* something of this command or authentication was not the card's */
};

static void lay(struct table *t)
{
    static const uint8_t key[16] = {1, 2, 3};
    memset(t, 0, sizeof *t);
    for (unsigned i = 0; i < 2; i++) {
        t->random[i] = (uint8_t)(i + 1);
        mv_card_soft_init(&t->soft[i], &t->cipher[i], get_random, &t->random[i]);
        mv_card_soft_key(&t->soft[i], key);
    }
    mv_card_start(&t->session, &t->cipher[0], t->buffer, sizeof t->buffer);
    t->side.cipher = &t->cipher[1];
}

/* ---- the card ---- */

static uint16_t refuse(uint8_t *rapdu)
{
    rapdu[0] = 0x91;
    rapdu[1] = MV_CARD_AUTHENTICATION;
    return 2;
}

static uint16_t end(uint8_t *rapdu, uint16_t size, bool more)
{
    rapdu[size] = 0x91;
    rapdu[size + 1] = more ? MV_CARD_INS_MORE : 0;
    return (uint16_t)(size + 2);
}

static uint16_t send_frame(struct table *t, uint8_t *rapdu, uint8_t most)
{
    uint16_t left = (uint16_t)(t->answer_size - t->answer_sent);
    uint16_t size = left <= most ? left : most == 0 ? 1 : most;
    size = size < MV_CARD_FRAME ? size : MV_CARD_FRAME;
    memcpy(rapdu, t->answer + t->answer_sent, size);
    t->answer_sent = (uint16_t)(t->answer_sent + size);
    return end(rapdu, size, t->answer_sent < t->answer_size);
}

static uint16_t pass(struct table *t, const uint8_t *data, uint16_t size, uint8_t *rapdu)
{
    uint8_t answer_size = 0;
    if (size != 32 || mv_card_side_answer(&t->side, data, rapdu, &answer_size) != MV_CARD_NO_ERROR)
        return refuse(rapdu);
    return end(rapdu, answer_size, false);
}

/* All of the command is there: opened, and `data` protected as its answer. */
static uint16_t run(struct table *t, const uint8_t *data, uint8_t size, uint8_t *rapdu)
{
    uint8_t ins = t->session.ins;
    if (mv_card_side_open(&t->side, ins, t->mode, t->header_size, t->command, &t->command_size) != MV_CARD_NO_ERROR)
        return refuse(rapdu);
    if (t->session.bare) {
        mv_card_side_forget(&t->side);
        return end(rapdu, 0, false);
    }
    size = t->mode == MV_CARD_PLAIN || ins != MV_CARD_INS_CHANGE_KEY ? size : 0;
    memcpy(t->plain, data, size);
    t->plain_size = size;
    memcpy(t->answer, data, size);
    t->answer_size = size;
    t->answer_sent = 0;
    if (mv_card_side_close(&t->side, t->mode, t->answer, &t->answer_size) != MV_CARD_NO_ERROR)
        return refuse(rapdu);
    return send_frame(t, rapdu, size);
}

/* What the card with the key answers to session.apdu. */
static uint16_t card(struct table *t, const uint8_t *data, uint8_t size, uint8_t *rapdu)
{
    const uint8_t *apdu = t->session.apdu;
    uint16_t apdu_size = t->session.apdu_size;
    uint16_t carried = apdu_size > APDU_DATA ? (uint16_t)(apdu_size - APDU_DATA - 1) : 0;
    const uint8_t *bytes = apdu + APDU_DATA;
    if (apdu[1] == MV_CARD_INS_FIRST || apdu[1] == MV_CARD_INS_NON_FIRST) {
        if (mv_card_side_challenge(&t->side, bytes[0], apdu[1] == MV_CARD_INS_FIRST, rapdu) != MV_CARD_NO_ERROR)
            return refuse(rapdu);
        return end(rapdu, 16, true);
    }
    if (t->side.waits)
        return pass(t, bytes, carried, rapdu);
    if (apdu[1] == MV_CARD_INS_MORE && carried == 0)
        return t->answer_sent < t->answer_size ? send_frame(t, rapdu, size) : refuse(rapdu);
    if (carried > sizeof t->command - t->command_size)
        return refuse(rapdu);
    memcpy(t->command + t->command_size, bytes, carried);
    t->command_size = (uint16_t)(t->command_size + carried);
    /* a card knows by the length whether there is more */
    return t->session.state == MV_CARD_SENDING ? end(rapdu, 0, true) : run(t, data, size, rapdu);
}

/* ---- the reader ---- */

static enum mv_card_next change_key(struct table *t, bool own)
{
    uint8_t plain[MV_CARD_KEY_DATA_MAX] = {0};
    uint8_t key_no = own ? t->session.key_no : (uint8_t)(t->session.key_no + 1);
    t->header_size = 1;
    t->mode = MV_CARD_SECRET;
    return mv_card_change_key(&t->session, key_no, plain, own ? 17 : sizeof plain);
}

static enum mv_card_next begin(struct table *t, uint8_t what, const uint8_t *data, uint8_t size)
{
    uint8_t twice[2 * 255];
    t->command_size = t->answer_size = t->answer_sent = 0;
    t->altered = false;
    if (what == FIRST || what == NON_FIRST)
        return mv_card_authenticate(&t->session, size > 0 ? data[0] : 0, what == FIRST);
    if (what == OWN_KEY || what == OTHER_KEY)
        return change_key(t, what == OWN_KEY);
    memcpy(twice, data, size);
    memcpy(twice + size, data, size);
    t->mode = what == PLAIN ? MV_CARD_PLAIN : what == MACED ? MV_CARD_MAC : MV_CARD_SECRET;
    t->header_size = size < MV_CARD_HEADER_MAX ? size : MV_CARD_HEADER_MAX;
    const struct mv_card_command command = {.ins = size > 0 ? data[0] : MV_CARD_INS_WRITE,
                                            .mode = (uint8_t)t->mode,
                                            .header = twice,
                                            .header_size = t->header_size,
                                            .data = twice,
                                            .data_size = what == LONG ? (uint16_t)(2 * size) : size};
    enum mv_card_next next = mv_card_command(&t->session, &command);
    if (command.ins == MV_CARD_INS_SELECT)
        mv_card_side_forget(&t->side);
    return next;
}

static void check(const struct table *t, enum mv_card_next next, bool authenticating)
{
    const struct mv_card_session *s = &t->session;
    if (next == MV_CARD_SEND) {
        require(s->apdu_size >= 5 && s->apdu_size <= MV_CARD_APDU_MAX);
        return;
    }
    if (next == MV_CARD_OVER) {
        require(s->error != MV_CARD_NO_ERROR && !s->authenticated && mv_card_error_text(s->error) != NULL);
        return;
    }
    require(s->data == s->buffer && s->size <= BUFFER);
    require(!authenticating || (s->authenticated && !t->altered && t->side.authenticated));
    if (!authenticating && s->authenticated && t->mode != MV_CARD_PLAIN)
        require(!t->altered && s->size == t->plain_size && memcmp(s->data, t->plain, s->size) == 0);
}

/* Returns how many bytes of the input one step took. */
static size_t one_step(struct table *t, const uint8_t *data, size_t size, enum mv_card_next *next)
{
    static uint8_t rapdu[MV_CARD_RAPDU_MAX + 32];
    uint8_t how = data[0];
    uint8_t length = data[2] < size - STEP_HEAD ? data[2] : (uint8_t)(size - STEP_HEAD);
    const uint8_t *bytes = data + STEP_HEAD;
    bool authenticating = t->session.state == MV_CARD_PASS_2 || t->session.state == MV_CARD_PASS_3;
    uint16_t rapdu_size = length;
    if (*next != MV_CARD_SEND) {
        *next = begin(t, how & WHAT, bytes, length < 240 ? length : 240);
        check(t, *next, false);
        return STEP_HEAD + (size_t)length;
    }
    if ((how & RAW) != 0)
        memcpy(rapdu, bytes, length);
    else
        rapdu_size = card(t, bytes, length < 200 ? length : 200, rapdu);
    if ((how & SPOIL) != 0 && rapdu_size > 0)
        rapdu[data[1] % rapdu_size] ^= 0x20;
    t->altered = t->altered || (how & (RAW | SPOIL)) != 0;
    *next = mv_card_step(&t->session, rapdu, rapdu_size);
    check(t, *next, authenticating);
    return STEP_HEAD + (size_t)length;
}

/* ---- what is read without a session ---- */

static void to_the_card(const uint8_t *data, size_t size)
{
    struct table t;
    uint8_t bytes[300] = {0};
    uint8_t out[32];
    uint8_t out_size = 0;
    uint16_t length = size < 250 ? (uint16_t)size : 250;
    lay(&t);
    memcpy(bytes, data, length);
    require(mv_card_side_challenge(&t.side, 0, true, out) == MV_CARD_NO_ERROR);
    require(mv_card_side_answer(&t.side, bytes, out, &out_size) == MV_CARD_AUTHENTICATION);
    t.side.authenticated = true;
    require(mv_card_side_open(&t.side, bytes[0], MV_CARD_SECRET, bytes[1] & 0xF, bytes, &length) != MV_CARD_NO_ERROR);
}

static void on_the_card(const uint8_t *data, size_t size)
{
    struct mv_card_head head;
    struct mv_card_entry entry;
    uint8_t again[MV_CARD_HEAD_BYTES];
    if (size >= MV_CARD_HEAD_BYTES && mv_card_head_read(data, &head) == MV_DONE) {
        require(mv_card_head_write(&head, again) == MV_DONE);
        require(memcmp(data, again, 16) == 0); /* the rest is reserved */
    }
    if (size >= MV_CARD_ENTRY_BYTES && mv_card_entry_read(data, &entry) == MV_DONE) {
        require(mv_card_entry_write(&entry, again) == MV_DONE);
        require(memcmp(data, again, MV_CARD_ENTRY_BYTES) == 0);
    }
    uint8_t frame[MV_PBOC_FRAME + 255];
    if (size < MV_PBOC_FRAME || size > sizeof frame)
        return;
    uint16_t inside = (uint16_t)(size - MV_PBOC_FRAME);
    if (mv_pboc_unframe(data, (uint16_t)size, data[1], inside) == MV_DONE) {
        require(mv_pboc_frame(data[1], data + 4, inside, frame) == size);
        require(memcmp(frame, data, size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct table t;
    enum mv_card_next next = MV_CARD_DONE;
    if (size == 0)
        return 0;
    if ((data[0] & CARD_SIDE) != 0)
        to_the_card(data, size);
    on_the_card(data, size);
    lay(&t);
    for (unsigned steps = 0; steps < MAX_STEPS && size >= STEP_HEAD; steps++) {
        size_t taken = one_step(&t, data, size, &next);
        data += taken;
        size -= taken;
    }
    mv_card_end(&t.session);
    return 0;
}
