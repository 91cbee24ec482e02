/* Instructions and stack of entering a credit token when the whole payment meter rides along: as entry.c, the worst of
 * a series, in which the memory moves to its next sector with all objects several times. And the stack of native
 * records of every kind, and of returns. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../../../meter-core/port/board.h"
#include "../../../meter-core/port/nor/nv_nor.h"
#include "metervault/aes.h"
#include "metervault/prepay_record.h"
#include "metervault/record_sets.h"

#ifndef MV_BENCH_HALVES
#define MV_BENCH_HALVES 2
#endif

enum {
    SECTORS = 2,
    SECTOR_SIZE = 3904,
    SERIES = 60,
    AGE = 500,
    PAINT = 0xA5,
    FIRST_TID = 0x10000,
    NOW = 1767225600,
    RECORDS = 10
};

#ifdef __arm__
#define MOVE "mov"
#else
#define MOVE "mv"
#endif

extern char __stack[], __stack_size[]; /* of the linker script */
static uint8_t cells[SECTORS * SECTOR_SIZE] __attribute__((aligned(MV_NOR_WORD)));
static struct mv_prepay meter;
static union { /* never two at once: a microbit has 16 KiB */
    struct mv_meter_answer answer;
    uint8_t set[MV_SET_MAX], returned[MV_RECORD_MAX];
} room;
static uint32_t now, tid = FIRST_TID;
static bool good = true;

/* ---- the board ---- */

static bool program(const uint8_t *at, const uint8_t word[MV_NOR_WORD])
{
    for (unsigned i = 0; i < MV_NOR_WORD; i++)
        cells[(at - cells) + (ptrdiff_t)i] &= word[i];
    return true;
}

static bool erase(const uint8_t *at)
{
    memset(cells + (at - cells), 0xFF, SECTOR_SIZE);
    return true;
}

static uint32_t seconds(void *context)
{
    (void)context;
    return now;
}

static bool clock_read(void *context, uint32_t *unix_s)
{
    (void)context;
    *unix_s = NOW + now;
    return true;
}

static bool clock_set(void *context, uint32_t unix_s)
{
    (void)context;
    (void)unix_s;
    return false;
}

static bool switch_set(void *context, bool closed)
{
    (void)context;
    (void)closed;
    return true;
}

static enum mv_switch_state switch_read(void *context)
{
    (void)context;
    return MV_SWITCH_UNKNOWN;
}

static void indicate(void *context, uint8_t lamps)
{
    (void)context;
    (void)lamps;
}

/* ---- measuring ---- */

struct figure {
    uint32_t instructions, stack;
};

static uint8_t *stack_pointer(void)
{
    uint8_t *at = NULL;
    __asm__ volatile(MOVE " %0, sp" : "=r"(at));
    return at;
}

/* What lies below the stack pointer is painted, and looked at afterwards. */
static __attribute__((noinline)) void measure(enum mv_result (*call)(const void *what), const void *what,
                                              enum mv_result wanted, struct figure *figure)
{
    volatile uint8_t *low = (volatile uint8_t *)(__stack - (uintptr_t)__stack_size);
    volatile uint8_t *here = stack_pointer();
    for (volatile uint8_t *at = low; at < here; at++)
        *at = PAINT;
    uint32_t start = mv_board_ticks();
    enum mv_result result = call(what);
    uint32_t taken = mv_board_ticks() - start;
    while (low < here && *low == PAINT)
        low++;
    good = good && result == wanted;
    uint32_t instructions = (uint32_t)((uint64_t)taken * MV_BENCH_HALVES / 2);
    if (instructions > figure->instructions)
        figure->instructions = instructions;
    if ((uint32_t)(here - low) > figure->stack)
        figure->stack = (uint32_t)(here - low);
}

static enum mv_result enter(const void *digits)
{
    return mv_prepay_enter(&meter, digits, &room.answer);
}

static struct figure credits(unsigned count)
{
    struct figure figure = {0};
    for (unsigned i = 0; i < count; i++) {
        struct mv_sts_credit credit = {.tid = ++tid, .amount = 10};
        struct mv_sts_block block = {0};
        char digits[21];
        good = good && mv_sts_credit_pack(&credit, &block) == MV_DONE;
        uint64_t cipher = mv_sts_encrypt(&meter.meter.state.identity.key, &mv_sta_public, mv_sts_block_pack(&block));
        mv_sts_digits_from_block(block.token_class, cipher, digits);
        mv_prepay_pulses(&meter, 0, 1);
        measure(enter, digits, MV_ACCEPT, &figure);
        now++;
    }
    return figure;
}

/* ---- records ---- */

static struct mv_record_keys keys = {.mac_version = 1, .enc_version = 1};
static struct mv_record_writer record;
static struct mv_record_answer record_answer;
static uint32_t sequences[MV_RECORD_KINDS];

static enum mv_result hand_in(const void *what)
{
    (void)what;
    return mv_prepay_record(&meter, record.bytes, record.size, &record_answer);
}

static enum mv_result take_return(const void *what)
{
    uint32_t size = 0;
    (void)what;
    return mv_prepay_return(&meter, room.returned, &size);
}

static void begin(uint8_t kind)
{
    struct mv_record_head head = {
        .kind = kind, .key_version = keys.mac_version, .epoch = 1, .sequence = ++sequences[kind]};
    memcpy(head.pan, meter.meter.state.identity.pan, sizeof head.pan);
    mv_record_begin(&record, &head);
}

static void hand(struct figure *figure)
{
    good = good && mv_record_end(&record) == MV_DONE;
    mv_record_seal(&record, keys.mac_in);
    measure(hand_in, NULL, MV_ACCEPT, figure);
    now++;
}

static void buy(uint8_t kind, struct figure *figure)
{
    begin(MV_KIND_PURCHASE);
    mv_record_put_number(&record, MV_TAG_PURCHASE_KIND, kind, 1);
    mv_record_put_number(&record, MV_TAG_REGISTER, 0, 1);
    mv_record_put_number(&record, MV_TAG_AMOUNT, 1000, 8);
    mv_record_put_number(&record, MV_TAG_CLIENT, 1, 6);
    mv_record_put_number(&record, MV_TAG_ARREARS_ADDED, 5, 8);
    hand(figure);
}

static void set(uint8_t what, const uint8_t *bytes, uint32_t size, struct figure *figure)
{
    begin(MV_KIND_PARAMETERS);
    mv_record_put_number(&record, MV_TAG_SET_ID, sequences[MV_KIND_PARAMETERS], 4);
    mv_record_put_number(&record, MV_TAG_SET_WHAT, what, 1);
    mv_record_put_number(&record, MV_TAG_SET_PART, 1, 1);
    mv_record_put_number(&record, MV_TAG_SET_PARTS, 1, 1);
    mv_record_put(&record, MV_TAG_SET_BYTES, bytes, (uint8_t)size);
    hand(figure);
}

static void sets(struct figure *figure)
{
    uint32_t size = 0;
    good = good && mv_calendar_write(&meter.calendar, room.set, &size) == MV_DONE;
    set(MV_SET_CALENDAR, room.set, size, figure);
    good = good && mv_tariff_write(&meter.tariff, room.set, &size) == MV_DONE;
    set(MV_SET_TARIFF, room.set, size, figure);
    begin(MV_KIND_PARAMETERS);
    mv_record_put_number(&record, MV_TAG_OVERDRAFT, 7, 8);
    hand(figure);
}

/* Zeros under the wrapping key of zeros: RFC 3394, six rounds over six halves of a block. */
static void wrap(uint8_t wrapped[MV_RECORD_KEYS_WRAPPED])
{
    static const uint8_t zeros[16];
    struct mv_aes128 aes;
    uint8_t block[16];
    memset(wrapped, 0, MV_RECORD_KEYS_WRAPPED);
    memset(wrapped, 0xA6, 8);
    mv_aes128_init(&aes, zeros);
    for (uint8_t t = 0; t < 6 * 6; t++) {
        uint8_t *half = wrapped + 8 + 8 * (size_t)(t % 6);
        memcpy(block, wrapped, 8);
        memcpy(block + 8, half, 8);
        mv_aes128_encrypt(&aes, block, block);
        memcpy(wrapped, block, 8);
        memcpy(half, block + 8, 8);
        wrapped[7] ^= (uint8_t)(t + 1);
    }
}

static void update_keys(struct figure *figure)
{
    uint8_t wrapped[MV_RECORD_KEYS_WRAPPED];
    wrap(wrapped);
    begin(MV_KIND_KEY_UPDATE);
    mv_record_put_number(&record, MV_TAG_MAC_VERSION, 1, 1);
    mv_record_put_number(&record, MV_TAG_ENC_VERSION, 1, 1);
    mv_record_put(&record, MV_TAG_KEYS, wrapped, sizeof wrapped);
    hand(figure);
}

static void reset(struct figure *figure)
{
    uint8_t wrapped[MV_RECORD_KEYS_WRAPPED];
    wrap(wrapped);
    begin(MV_KIND_CONTROL);
    mv_record_put_number(&record, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(&record, MV_TAG_NEW_EPOCH, 2, 2);
    mv_record_put_number(&record, MV_TAG_MAC_VERSION, 1, 1);
    mv_record_put_number(&record, MV_TAG_ENC_VERSION, 1, 1);
    mv_record_put(&record, MV_TAG_KEYS, wrapped, sizeof wrapped);
    hand(figure);
}

/* All kinds in turn, so that the memory moves on with different ones. */
static void records(struct figure *taken, struct figure *given)
{
    for (unsigned i = 0; i < RECORDS; i++) {
        buy(i == 0 ? MV_PURCHASE_OPEN : MV_PURCHASE_NORMAL, taken);
        sets(taken);
        begin(MV_KIND_READ);
        mv_record_put_number(&record, MV_TAG_NONCE, i, 8);
        mv_record_put_number(&record, MV_TAG_WANT, i % (MV_WANT_FROZEN + 1), 1);
        hand(taken);
        measure(take_return, NULL, MV_DONE, given);
        update_keys(taken);
    }
    reset(taken);
}

static void make_meter(void)
{
    static const struct mv_nor nor = {
        .base = cells, .sectors = SECTORS, .sector_size = SECTOR_SIZE, .program = program, .erase = erase};
    const struct mv_meter_identity identity = {
        .pan = {'6', '0', '0', '7', '2', '7', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '9'},
        .key = {.ea = MV_EA_STA, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F}},
        .key_type = 2,
        .key_revision = 1,
        .key_expiry = 255,
        .measures = 1};
    const struct mv_prepay_port board = {.clock_read = clock_read,
                                         .clock_set = clock_set,
                                         .switch_set = switch_set,
                                         .switch_read = switch_read,
                                         .indicate = indicate};
    struct mv_meter_port port = mv_nor_port(&nor, seconds);
    memset(cells, 0xFF, sizeof cells);
    good = good && mv_prepay_open(&meter, &port, &board, &mv_sta_public) == MV_NOT_PROVISIONED;
    good = good && mv_prepay_provision(&meter, &identity, 0, NULL, &keys, 1) == MV_DONE;
}

int main(void)
{
    mv_board_start();
    struct figure taken = {0};
    struct figure given = {0};
    make_meter();
    update_keys(&taken); /* moves: the first credit still has its place, and closing the switch moves again */
    struct figure fresh = credits(SERIES);
    (void)credits(AGE);
    struct figure aged = credits(SERIES);
    records(&taken, &given);
    printf("prepay_credit_fresh %lu\n", (unsigned long)fresh.instructions);
    printf("prepay_credit_aged %lu\n", (unsigned long)aged.instructions);
    printf("prepay_credit_stack %lu\n", (unsigned long)(fresh.stack > aged.stack ? fresh.stack : aged.stack));
    printf("prepay_record %lu\n", (unsigned long)taken.instructions);
    printf("prepay_record_stack %lu\n", (unsigned long)taken.stack);
    printf("prepay_return_stack %lu\n", (unsigned long)given.stack);
    return good ? 0 : 1;
}
