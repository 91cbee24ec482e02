#include "bench_meter.h"

#include <stddef.h>
#include <string.h>

#include "../../../meter-core/port/board.h"
#include "../../../meter-core/port/nor/nv_nor.h"

#ifndef MV_BENCH_HALVES
#define MV_BENCH_HALVES 2
#endif

#ifndef MV_BENCH_SECTOR
#define MV_BENCH_SECTOR 3968
#endif

enum { SECTORS = 2, SECTOR_SIZE = MV_BENCH_SECTOR, PAINT = 0xA5, NOW = 1767225600 };

#ifdef __arm__
#define MOVE "mov"
#else
#define MOVE "mv"
#endif

extern char __stack[], __stack_size[]; /* of the linker script */
static uint8_t cells[SECTORS * SECTOR_SIZE] __attribute__((aligned(MV_NOR_WORD)));
struct mv_prepay bench_meter;
uint32_t bench_now;
bool bench_good = true;
struct mv_record_keys bench_keys = {.mac_version = 1, .enc_version = 1};
struct mv_record_writer bench_record;
uint32_t bench_sequences[MV_RECORD_KINDS];

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
    return bench_now;
}

static bool clock_read(void *context, uint32_t *unix_s)
{
    (void)context;
    *unix_s = NOW + bench_now;
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

static uint8_t *stack_pointer(void)
{
    uint8_t *at = NULL;
    __asm__ volatile(MOVE " %0, sp" : "=r"(at));
    return at;
}

/* What lies below the stack pointer is painted, and looked at afterwards. */
__attribute__((noinline)) void bench_measure(enum mv_result (*call)(const void *what), const void *what,
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
    bench_good = bench_good && result == wanted;
    uint32_t instructions = (uint32_t)((uint64_t)taken * MV_BENCH_HALVES / 2);
    if (instructions > figure->instructions)
        figure->instructions = instructions;
    if ((uint32_t)(here - low) > figure->stack)
        figure->stack = (uint32_t)(here - low);
}

/* ---- records ---- */

void bench_begin(uint8_t kind)
{
    struct mv_record_head head = {
        .kind = kind, .key_version = bench_keys.mac_version, .epoch = 1, .sequence = ++bench_sequences[kind]};
    memcpy(head.pan, bench_meter.meter.state.identity.pan, sizeof head.pan);
    mv_record_begin(&bench_record, &head);
}

void bench_seal(void)
{
    bench_good = bench_good && mv_record_end(&bench_record) == MV_DONE;
    mv_record_seal(&bench_record, bench_keys.mac_in);
}

void bench_purchase(uint8_t kind, uint64_t card)
{
    bench_begin(MV_KIND_PURCHASE);
    mv_record_put_number(&bench_record, MV_TAG_PURCHASE_KIND, kind, 1);
    mv_record_put_number(&bench_record, MV_TAG_REGISTER, 0, 1);
    mv_record_put_number(&bench_record, MV_TAG_AMOUNT, 1000, 8);
    mv_record_put_number(&bench_record, MV_TAG_CLIENT, 1, 6);
    if (card != 0)
        mv_record_put_number(&bench_record, MV_TAG_CARD, card, 8);
    mv_record_put_number(&bench_record, MV_TAG_ARREARS_ADDED, 5, 8);
}

void bench_set(uint8_t what, const uint8_t *bytes, uint32_t size)
{
    bench_begin(MV_KIND_PARAMETERS);
    mv_record_put_number(&bench_record, MV_TAG_SET_ID, bench_sequences[MV_KIND_PARAMETERS], 4);
    mv_record_put_number(&bench_record, MV_TAG_SET_WHAT, what, 1);
    mv_record_put_number(&bench_record, MV_TAG_SET_PART, 1, 1);
    mv_record_put_number(&bench_record, MV_TAG_SET_PARTS, 1, 1);
    mv_record_put(&bench_record, MV_TAG_SET_BYTES, bytes, (uint8_t)size);
}

/* ---- the meter ---- */

void bench_make_meter(void)
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
    bench_good = bench_good && mv_prepay_open(&bench_meter, &port, &board, &mv_sta_public) == MV_NOT_PROVISIONED;
    bench_good = bench_good && mv_prepay_provision(&bench_meter, &identity, 0, NULL, &bench_keys, 1) == MV_DONE;
}
