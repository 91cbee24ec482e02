/* Instructions and stack of entering a credit token when the whole payment meter rides along: as entry.c, the worst of
 * a series, in which the memory moves to its next sector with all objects several times. And the stack of native
 * records of every kind, and of returns. */
#include <stdio.h>
#include <string.h>

#include "../../../meter-core/port/board.h"
#include "bench_meter.h"
#include "metervault/aes.h"
#include "metervault/record_sets.h"

enum { SERIES = 60, AGE = 500, FIRST_TID = 0x10000, RECORDS = 10 };

static union { /* never two at once: a microbit has 16 KiB */
    struct mv_meter_answer answer;
    uint8_t set[MV_SET_MAX], returned[MV_RECORD_MAX];
} room;
static uint32_t tid = FIRST_TID;

static enum mv_result enter(const void *digits)
{
    return mv_prepay_enter(&bench_meter, digits, &room.answer);
}

static struct figure credits(unsigned count)
{
    struct figure figure = {0};
    for (unsigned i = 0; i < count; i++) {
        struct mv_sts_credit credit = {.tid = ++tid, .amount = 10};
        struct mv_sts_block block = {0};
        char digits[21];
        bench_good = bench_good && mv_sts_credit_pack(&credit, &block) == MV_DONE;
        uint64_t cipher =
            mv_sts_encrypt(&bench_meter.meter.state.identity.key, &mv_sta_public, mv_sts_block_pack(&block));
        mv_sts_digits_from_block(block.token_class, cipher, digits);
        mv_prepay_pulses(&bench_meter, 0, 1);
        bench_measure(enter, digits, MV_ACCEPT, &figure);
        bench_now++;
    }
    return figure;
}

/* ---- records ---- */

static struct mv_record_answer record_answer;

static enum mv_result hand_in(const void *what)
{
    (void)what;
    return mv_prepay_record(&bench_meter, bench_record.bytes, bench_record.size, &record_answer);
}

static enum mv_result take_return(const void *what)
{
    uint32_t size = 0;
    (void)what;
    return mv_prepay_return(&bench_meter, room.returned, &size);
}

static void hand(struct figure *figure)
{
    bench_seal();
    bench_measure(hand_in, NULL, MV_ACCEPT, figure);
    bench_now++;
}

static void buy(uint8_t kind, struct figure *figure)
{
    bench_purchase(kind, 0);
    hand(figure);
}

static void set(uint8_t what, const uint8_t *bytes, uint32_t size, struct figure *figure)
{
    bench_set(what, bytes, size);
    hand(figure);
}

static void sets(struct figure *figure)
{
    uint32_t size = 0;
    bench_good = bench_good && mv_calendar_write(&bench_meter.calendar, room.set, &size) == MV_DONE;
    set(MV_SET_CALENDAR, room.set, size, figure);
    bench_good = bench_good && mv_tariff_write(&bench_meter.tariff, room.set, &size) == MV_DONE;
    set(MV_SET_TARIFF, room.set, size, figure);
    bench_begin(MV_KIND_PARAMETERS);
    mv_record_put_number(&bench_record, MV_TAG_OVERDRAFT, 7, 8);
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
    bench_begin(MV_KIND_KEY_UPDATE);
    mv_record_put_number(&bench_record, MV_TAG_MAC_VERSION, 1, 1);
    mv_record_put_number(&bench_record, MV_TAG_ENC_VERSION, 1, 1);
    mv_record_put(&bench_record, MV_TAG_KEYS, wrapped, sizeof wrapped);
    hand(figure);
}

static void reset(struct figure *figure)
{
    uint8_t wrapped[MV_RECORD_KEYS_WRAPPED];
    wrap(wrapped);
    bench_begin(MV_KIND_CONTROL);
    mv_record_put_number(&bench_record, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(&bench_record, MV_TAG_NEW_EPOCH, 2, 2);
    mv_record_put_number(&bench_record, MV_TAG_MAC_VERSION, 1, 1);
    mv_record_put_number(&bench_record, MV_TAG_ENC_VERSION, 1, 1);
    mv_record_put(&bench_record, MV_TAG_KEYS, wrapped, sizeof wrapped);
    hand(figure);
}

/* All kinds in turn, so that the memory moves on with different ones. */
static void records(struct figure *taken, struct figure *given)
{
    for (unsigned i = 0; i < RECORDS; i++) {
        buy(i == 0 ? MV_PURCHASE_OPEN : MV_PURCHASE_NORMAL, taken);
        sets(taken);
        bench_begin(MV_KIND_READ);
        mv_record_put_number(&bench_record, MV_TAG_NONCE, i, 8);
        mv_record_put_number(&bench_record, MV_TAG_WANT, i % (MV_WANT_FROZEN + 1), 1);
        hand(taken);
        bench_measure(take_return, NULL, MV_DONE, given);
        update_keys(taken);
    }
    reset(taken);
}

int main(void)
{
    mv_board_start();
    struct figure taken = {0};
    struct figure given = {0};
    bench_make_meter();
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
    return bench_good ? 0 : 1;
}
