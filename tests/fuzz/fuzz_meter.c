/* Tokens keyed into a meter, in any order: an accepted one counts once and exactly, any other leaves no trace, and a
 * restart changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "flash.h"

enum { STEP = 8, MAX_STEPS = 64, TID_FILL = 0x0100 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static const struct mv_meter_identity identity = {
    .pan = {'6', '0', '0', '7', '2', '7', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '9'},
    .key = {.ea = MV_EA_STA, .bytes = {1, 2, 3, 4, 5, 6, 7, 8}},
    .key_type = 2,
    .key_revision = 1,
    .key_expiry = 200,
    .measures = 7,
};

/* First byte: class and subclass; then TID (3), amount (2), how the meter gets it. */
static void token_of(const uint8_t step[STEP], char digits[21])
{
    struct mv_sts_block block = {.token_class = step[0] & 3, .subclass = step[0] >> 4};
    uint64_t tid = (uint64_t)step[1] << 16 | (uint64_t)step[2] << 8 | step[3];
    block.content = tid << 16 | (uint64_t)step[4] << 8 | step[5] | (uint64_t)(step[6] & 15) << 40;
    uint64_t bits = mv_sts_block_pack(&block) ^ (step[7] & 1 ? UINT64_C(1) << (step[7] >> 2) : 0);
    if (block.token_class != 1)
        bits = mv_sts_encrypt(&identity.key, &mv_sta_public, bits);
    mv_sts_digits_from_block(block.token_class, bits, digits);
    if (step[7] & 2)
        digits[step[6] % 20] = (char)step[5];
}

static bool same(const struct mv_meter_state *a, const struct mv_meter_state *b)
{
    return a->sequence == b->sequence && memcmp(a->credit, b->credit, sizeof a->credit) == 0 &&
           memcmp(a->tids, b->tids, sizeof a->tids) == 0;
}

static void enter(struct mv_meter *meter, const char *digits)
{
    struct mv_meter_answer answer;
    struct mv_meter_answer again;
    struct mv_meter_state before = meter->state;
    enum mv_result result = mv_meter_enter(meter, digits, &answer);
    require(meter->loaded && result != MV_STORAGE_ERROR);
    if (result != MV_ACCEPT) {
        require(same(&before, &meter->state));
        return;
    }
    require(answer.balance == before.credit[answer.service] + answer.credited);
    require(answer.balance == meter->state.credit[answer.service]);
    enum mv_result second = mv_meter_enter(meter, digits, &again);
    require(second == MV_USED_ERROR || second == MV_OLD_ERROR);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct flash flash;
    struct mv_meter meter;
    struct mv_meter again;
    char digits[21];
    flash_init(&flash);
    struct mv_meter_port port = flash_port(&flash);
    require(mv_meter_open(&meter, &port, &mv_sta_public) == MV_NOT_PROVISIONED);
    require(mv_meter_provision(&meter, &identity, TID_FILL) == MV_DONE);
    for (size_t i = 0; i < MAX_STEPS && size - i * STEP >= STEP && i * STEP < size; i++) {
        token_of(data + i * STEP, digits);
        enter(&meter, digits);
    }
    require(mv_meter_open(&again, &port, &mv_sta_public) == MV_DONE);
    require(same(&meter.state, &again.state));
    return 0;
}
