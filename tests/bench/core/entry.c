/* Instructions and stack of entering a token, counted on the target: in a new meter and in one that took thousands,
 * each the worst of a series, so that the entries on which the memory moves to its next sector are among them. And a
 * naive EA07, which looks its tables up by secret nibbles, for comparison. One line per figure: NAME VALUE. */
#include <stdio.h>
#include <string.h>

#include "../../../meter-core/port/board.h"
#include "../../../meter-core/port/nor/nor_ram.h"
#include "metervault/prepay.h"

/* Instructions per tick of the board's counter, times two, when qemu counts one as a nanosecond. */
#ifndef MV_BENCH_HALVES
#define MV_BENCH_HALVES 2
#endif

enum { SERIES = 60, AGE = 500, PAINT = 0xA5, LOCKOUT_S = 1300, FIRST_TID = 0x10000 };

#ifdef __arm__
#define MOVE "mov"
#else
#define MOVE "mv"
#endif

struct figure {
    uint32_t instructions, stack;
};

extern char __stack[], __stack_size[]; /* of the linker script */
static struct mv_meter meter;
static struct mv_meter_answer answer;
static uint32_t now, tid = FIRST_TID;
static bool good = true;

static uint32_t seconds(void *context)
{
    (void)context;
    return now;
}

static uint32_t instructions(uint32_t ticks)
{
    return (uint32_t)((uint64_t)ticks * MV_BENCH_HALVES / 2);
}

static uint8_t *stack_pointer(void)
{
    uint8_t *at = NULL;
    __asm__ volatile(MOVE " %0, sp" : "=r"(at));
    return at;
}

static void worst(struct figure *figure, struct figure other)
{
    if (other.instructions > figure->instructions)
        figure->instructions = other.instructions;
    if (other.stack > figure->stack)
        figure->stack = other.stack;
}

static enum mv_result restart(const char *digits)
{
    struct mv_meter_port port = mv_nor_port(&mv_nor_ram, seconds);
    (void)digits;
    return mv_meter_open(&meter, &port, &mv_sta_public);
}

static enum mv_result enter_digits(const char *digits)
{
    return mv_meter_enter(&meter, digits, &answer);
}

/* What lies below the stack pointer is painted, and looked at afterwards. */
static __attribute__((noinline)) struct figure run(enum mv_result (*step)(const char *digits), const char *digits,
                                                   enum mv_result expected)
{
    volatile uint8_t *low = (volatile uint8_t *)(__stack - (uintptr_t)__stack_size);
    volatile uint8_t *here = stack_pointer();
    for (volatile uint8_t *at = low; at < here; at++)
        *at = PAINT;
    uint32_t start = mv_board_ticks();
    enum mv_result result = step(digits);
    uint32_t taken = mv_board_ticks() - start;
    while (low < here && *low == PAINT)
        low++;
    if (result != expected) {
        printf("unexpected result %d, not %d\n", (int)result, (int)expected);
        good = false;
    }
    return (struct figure){.instructions = instructions(taken), .stack = (uint32_t)(here - low)};
}

static struct figure enter(const char *digits, enum mv_result expected)
{
    return run(enter_digits, digits, expected);
}

static void print_token(const struct mv_sts_block *block, char digits[21])
{
    uint64_t cipher = mv_sts_encrypt(&meter.state.identity.key, &mv_sta_public, mv_sts_block_pack(block));
    mv_sts_digits_from_block(block->token_class, cipher, digits);
}

static void credit_token(char digits[21])
{
    struct mv_sts_credit credit = {.tid = ++tid, .amount = 10};
    struct mv_sts_block block = {0};
    good = good && mv_sts_credit_pack(&credit, &block) == MV_DONE;
    print_token(&block, digits);
}

static void make_meter(uint8_t ea)
{
    struct mv_meter_identity identity = {
        .pan = {'6', '0', '0', '7', '2', '7', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '9'},
        .key = {.ea = ea, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F, 1, 2, 3, 4, 5, 6, 7, 8}},
        .key_type = 2,
        .key_revision = 1,
        .key_expiry = 255,
        .measures = 0xFF};
    struct mv_meter_port port = mv_nor_port(&mv_nor_ram, seconds);
    for (unsigned sector = 0; sector < MV_NOR_RAM_SECTORS; sector++)
        good = good && port.nv_erase(port.context, sector);
    good = good && mv_meter_open(&meter, &port, &mv_sta_public) == MV_NOT_PROVISIONED;
    good = good && mv_meter_provision(&meter, &identity, 0) == MV_DONE;
}

struct entry_figures {
    struct figure credit, again, wrong, section, key_change, restart;
};

static void enter_credit(struct entry_figures *figures)
{
    char digits[21];
    credit_token(digits);
    worst(&figures->credit, enter(digits, MV_ACCEPT));
    worst(&figures->again, enter(digits, MV_USED_ERROR));
    digits[19] = digits[19] == '0' ? '1' : '0';
    worst(&figures->wrong, enter(digits, MV_CRC_ERROR));
    now += LOCKOUT_S;
}

static void enter_key_change(struct entry_figures *figures)
{
    static const enum mv_result results[MV_KEY_SECTIONS] = {MV_KCT_1ST, MV_KCT_2ND, MV_KCT_3RD, MV_KCT_4TH};
    struct mv_sts_key_change change = {
        .key = meter.state.identity.key, .krn = 2, .kt = 2, .ti = 1, .ken = 255, .sgc = 123456, .with_sgc = true};
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    char digits[MV_KEY_SECTIONS][21];
    unsigned count = 0;
    change.key.bytes[0] ^= 1;
    good = good && mv_sts_key_change_pack(&change, blocks, &count) == MV_DONE;
    for (unsigned i = 0; i < count; i++)
        print_token(&blocks[i], digits[i]);
    for (unsigned i = 0; i + 1 < count; i++)
        worst(&figures->section, enter(digits[i], results[i]));
    worst(&figures->key_change, enter(digits[count - 1], MV_ACCEPT));
}

static struct entry_figures series(void)
{
    struct entry_figures figures = {0};
    for (unsigned i = 0; i < SERIES; i++) {
        enter_credit(&figures);
        enter_key_change(&figures);
        worst(&figures.restart, run(restart, NULL, MV_DONE));
    }
    return figures;
}

static void show(const char *algorithm, const char *what, struct figure fresh, struct figure aged)
{
    printf("%s_%s_fresh %lu\n", algorithm, what, (unsigned long)fresh.instructions);
    printf("%s_%s_aged %lu\n", algorithm, what, (unsigned long)aged.instructions);
    printf("%s_%s_stack %lu\n", algorithm, what, (unsigned long)(fresh.stack > aged.stack ? fresh.stack : aged.stack));
}

static void life(uint8_t ea, const char *algorithm)
{
    char digits[21];
    make_meter(ea);
    struct entry_figures fresh = series();
    for (unsigned i = 0; i < AGE; i++) {
        credit_token(digits);
        (void)enter(digits, MV_ACCEPT);
    }
    struct entry_figures aged = series();
    show(algorithm, "credit", fresh.credit, aged.credit);
    show(algorithm, "used", fresh.again, aged.again);
    show(algorithm, "wrong", fresh.wrong, aged.wrong);
    show(algorithm, "section", fresh.section, aged.section);
    show(algorithm, "key_change", fresh.key_change, aged.key_change);
    show(algorithm, "restart", fresh.restart, aged.restart);
}

/* ---- the peer ---- */

static uint64_t naive_sta_decrypt(uint64_t key, const struct mv_sta_tables *tables, uint64_t block)
{
    uint64_t aligned = ~key >> 12 | ~key << 52;
    for (unsigned round = 16; round-- > 0;) {
        uint64_t round_key = round == 0 ? aligned : aligned << round | aligned >> (64 - round);
        uint64_t moved = 0;
        uint64_t out = 0;
        for (unsigned j = 0; j < 64; j++)
            moved |= (block >> tables->p[j] & 1U) << j;
        for (unsigned n = 0; n < 16; n++) {
            const uint8_t *table = (round_key >> (4 * n + 3) & 1U) != 0 ? tables->s2 : tables->s1;
            unsigned value = 0;
            while (table[value] != (moved >> (4 * n) & 15U))
                value++;
            out |= (uint64_t)value << (4 * n);
        }
        block = out;
    }
    return block;
}

static void ciphers(void)
{
    const uint64_t cipher = UINT64_C(0xC45ED1619406DF95);
    struct mv_decoder_key key = {.ea = MV_EA_STA, .bytes = {0x0A, 0xBC, 0x12, 0xDE, 0xF3, 0x45, 0x67, 0x89}};
    uint32_t start = mv_board_ticks();
    uint64_t ours = mv_sts_decrypt(&key, &mv_sta_sample, cipher);
    uint32_t middle = mv_board_ticks();
    uint64_t naive = naive_sta_decrypt(UINT64_C(0x0ABC12DEF3456789), &mv_sta_sample, cipher);
    uint32_t end = mv_board_ticks();
    key.ea = MV_EA_MISTY1;
    uint64_t other = mv_sts_decrypt(&key, &mv_sta_sample, cipher);
    uint32_t last = mv_board_ticks();
    good = good && ours == naive && other != ours;
    printf("cipher_ea07 %lu\n", (unsigned long)instructions(middle - start));
    printf("cipher_ea07_naive %lu\n", (unsigned long)instructions(end - middle));
    printf("cipher_ea11 %lu\n", (unsigned long)instructions(last - end));
}

int main(void)
{
    mv_board_start();
    ciphers();
    life(MV_EA_STA, "ea07");
    life(MV_EA_MISTY1, "ea11");
    printf("state_meter %u\n", (unsigned)sizeof meter);
    printf("state_prepay %u\n", (unsigned)sizeof(struct mv_prepay));
    printf("state_answer %u\n", (unsigned)sizeof answer);
    return good ? 0 : 1;
}
