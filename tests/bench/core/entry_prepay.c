/* Instructions and stack of entering a credit token when the whole payment meter rides along: as entry.c, the worst of
 * a series, in which the memory moves to its next sector with all objects several times. */
#include <stdio.h>
#include <string.h>

#include "../../../meter-core/port/board.h"
#include "../../../meter-core/port/nor/nv_nor.h"
#include "metervault/prepay.h"

#ifndef MV_BENCH_HALVES
#define MV_BENCH_HALVES 2
#endif

enum { SECTORS = 2, SECTOR_SIZE = 4096, SERIES = 60, AGE = 500, PAINT = 0xA5, FIRST_TID = 0x10000, NOW = 1767225600 };

#ifdef __arm__
#define MOVE "mov"
#else
#define MOVE "mv"
#endif

extern char __stack[], __stack_size[]; /* of the linker script */
static uint8_t cells[SECTORS * SECTOR_SIZE] __attribute__((aligned(MV_NOR_WORD)));
static struct mv_prepay meter;
static struct mv_meter_answer answer;
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
static __attribute__((noinline)) void enter(const char *digits, struct figure *figure)
{
    volatile uint8_t *low = (volatile uint8_t *)(__stack - (uintptr_t)__stack_size);
    volatile uint8_t *here = stack_pointer();
    for (volatile uint8_t *at = low; at < here; at++)
        *at = PAINT;
    uint32_t start = mv_board_ticks();
    enum mv_result result = mv_prepay_enter(&meter, digits, &answer);
    uint32_t taken = mv_board_ticks() - start;
    while (low < here && *low == PAINT)
        low++;
    good = good && result == MV_ACCEPT;
    uint32_t instructions = (uint32_t)((uint64_t)taken * MV_BENCH_HALVES / 2);
    if (instructions > figure->instructions)
        figure->instructions = instructions;
    if ((uint32_t)(here - low) > figure->stack)
        figure->stack = (uint32_t)(here - low);
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
        enter(digits, &figure);
        now++;
    }
    return figure;
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
    good = good && mv_prepay_provision(&meter, &identity, 0, NULL, NULL, 0) == MV_DONE;
}

int main(void)
{
    mv_board_start();
    make_meter();
    struct figure fresh = credits(SERIES);
    (void)credits(AGE);
    struct figure aged = credits(SERIES);
    printf("prepay_credit_fresh %lu\n", (unsigned long)fresh.instructions);
    printf("prepay_credit_aged %lu\n", (unsigned long)aged.instructions);
    printf("prepay_credit_stack %lu\n", (unsigned long)(fresh.stack > aged.stack ? fresh.stack : aged.stack));
    return good ? 0 : 1;
}
