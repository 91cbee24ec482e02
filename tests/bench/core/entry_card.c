/* Stack of a card that is put into a payment meter: a user card that opens the account, brings the settings that need
 * most, and takes a return with it. Its card is a few lines around the card's side of meter-core. */
#include <stdio.h>
#include <string.h>

#include "../../../meter-core/port/board.h"
#include "bench_meter.h"
#include "metervault/card_side.h"
#include "metervault/card_terminal.h"
#include "metervault/record_sets.h"

enum { STATUS = 2, HEADER = MV_CARD_FILE_HEADER, ANSWER = 256 };

/* ---- the card ---- */

static const uint8_t uid[MV_CARD_UID] = {4, 1, 2, 3, 4, 5, 6};
static struct mv_card_side side;
static struct mv_card_soft soft;
static struct mv_card_cipher cipher;
static uint8_t head[MV_CARD_HEAD_BYTES], to_meter[MV_CARD_USER_TO_BYTES], from_meter[MV_CARD_USER_FROM_BYTES];
static uint8_t *const files[] = {head, to_meter, from_meter};
static uint8_t answer[ANSWER + MV_CARD_BUFFER_MORE], bytes[ANSWER];

static bool board_random(void *context, uint8_t *data, uint16_t size)
{
    (void)context;
    for (uint16_t i = 0; i < size; i++)
        data[i] = (uint8_t)(i * 7 + bench_now);
    return true;
}

static uint16_t little(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* What the command without its secure messaging does; the size of its answer. */
static uint16_t obey(uint8_t ins)
{
    uint8_t *at = files[bytes[0] % (sizeof files / sizeof files[0])] + little(bytes + 1);
    uint16_t size = little(bytes + 4);
    switch (ins) {
    case MV_CARD_INS_READ:
        memcpy(answer, at, size);
        return size;
    case MV_CARD_INS_WRITE:
        memcpy(at, bytes + HEADER, size);
        return 0;
    case MV_CARD_INS_CARD_UID:
        memcpy(answer, uid, sizeof uid);
        return sizeof uid;
    default:
        return 0;
    }
}

static uint16_t protected_command(uint8_t ins, uint16_t size)
{
    bool file = ins == MV_CARD_INS_READ || ins == MV_CARD_INS_WRITE;
    enum mv_card_mode mode = ins == MV_CARD_INS_COMMIT ? MV_CARD_MAC : MV_CARD_SECRET;
    bench_good = bench_good && mv_card_side_open(&side, ins, mode, file ? HEADER : 0, bytes, &size) == MV_CARD_NO_ERROR;
    uint16_t answered = obey(ins);
    bench_good = bench_good && mv_card_side_close(&side, mode, answer, &answered) == MV_CARD_NO_ERROR;
    return answered;
}

static uint16_t transmit(const uint8_t *apdu, uint16_t apdu_size)
{
    uint8_t passed = 0;
    uint8_t status = 0;
    uint16_t size = apdu_size > 5 ? apdu[4] : 0;
    memcpy(bytes, apdu + 5, size);
    if (apdu[1] == MV_CARD_INS_FIRST) {
        bench_good = bench_good && mv_card_side_challenge(&side, bytes[0], true, answer) == MV_CARD_NO_ERROR;
        size = 16;
        status = MV_CARD_INS_MORE;
    } else if (apdu[1] == MV_CARD_INS_MORE) {
        bench_good = bench_good && mv_card_side_answer(&side, bytes, answer, &passed) == MV_CARD_NO_ERROR;
        size = passed;
    } else {
        size = side.authenticated ? protected_command(apdu[1], size) : obey(apdu[1]);
    }
    answer[size] = 0x91;
    answer[size + 1] = status;
    return (uint16_t)(size + STATUS);
}

/* ---- the office ---- */

static uint16_t written = MV_CARD_COUNT_BYTES + MV_CARD_ENTRY_BYTES;

static void put_record(void)
{
    bench_seal();
    to_meter[written] = bench_record.size;
    memcpy(to_meter + written + 1, bench_record.bytes, bench_record.size);
    written = (uint16_t)(written + 1 + bench_record.size);
}

static void write_card(void)
{
    static uint8_t set[MV_SET_MAX];
    const uint8_t key[16] = {0};
    struct mv_card_head whose = {.kind = MV_CARD_USER};
    struct mv_card_entry entry = {.offset = written};
    uint32_t size = 0;
    uint64_t serial = 0;
    for (unsigned i = 0; i < sizeof uid; i++)
        serial = serial << 8 | uid[i];
    mv_card_soft_init(&soft, &cipher, board_random, NULL);
    mv_card_soft_key(&soft, key);
    side.cipher = &cipher;
    bench_purchase(MV_PURCHASE_OPEN, serial);
    put_record();
    bench_good = bench_good && mv_calendar_write(&bench_meter.calendar, set, &size) == MV_DONE;
    bench_set(MV_SET_CALENDAR, set, size);
    put_record();
    bench_good = bench_good && mv_tariff_write(&bench_meter.tariff, set, &size) == MV_DONE;
    bench_set(MV_SET_TARIFF, set, size);
    put_record();
    bench_begin(MV_KIND_READ);
    mv_record_put_number(&bench_record, MV_TAG_NONCE, 1, 8);
    mv_record_put_number(&bench_record, MV_TAG_WANT, MV_WANT_EVENTS, 1);
    put_record();
    entry.length = (uint16_t)(written - entry.offset);
    memcpy(whose.pan, bench_meter.meter.state.identity.pan, sizeof whose.pan);
    memcpy(entry.pan, whose.pan, sizeof entry.pan);
    to_meter[1] = 1;
    bench_good = bench_good && mv_card_head_write(&whose, head) == MV_DONE;
    bench_good = bench_good && mv_card_entry_write(&entry, to_meter + MV_CARD_COUNT_BYTES) == MV_DONE;
}

/* ---- the meter ---- */

static struct mv_card_terminal terminal;
static enum mv_card_next next;
static uint16_t answer_size;

static enum mv_result begin(const void *what)
{
    (void)what;
    next = mv_card_terminal_begin(&terminal, &bench_meter, board_random, NULL);
    return MV_DONE;
}

static enum mv_result step(const void *what)
{
    (void)what;
    next = mv_card_terminal_step(&terminal, answer, answer_size);
    return MV_DONE;
}

int main(void)
{
    const struct mv_card_keys keys = {.meter_version = 1};
    struct figure figure = {0};
    struct figure all = {0};
    mv_board_start();
    bench_make_meter();
    bench_good = bench_good && mv_prepay_provision_cards(&bench_meter, &keys) == MV_DONE;
    write_card();
    bench_measure(begin, NULL, MV_DONE, &figure);
    while (next == MV_CARD_SEND) {
        answer_size = transmit(terminal.session.apdu, terminal.session.apdu_size);
        struct figure one = {0};
        bench_measure(step, NULL, MV_DONE, &one);
        all.instructions += one.instructions;
        all.stack = one.stack > all.stack ? one.stack : all.stack;
    }
    bench_good = bench_good && next == MV_CARD_DONE && terminal.outcome.taken == 4 && from_meter[0] != 0;
    all.stack = figure.stack > all.stack ? figure.stack : all.stack;
    printf("card_insertion %lu\n", (unsigned long)(all.instructions + figure.instructions));
    printf("card_insertion_stack %lu\n", (unsigned long)all.stack);
    printf("card_terminal %u\n", (unsigned)sizeof terminal);
    return bench_good ? 0 : 1;
}
