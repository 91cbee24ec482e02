/* Tokens keyed into a meter, in any order, with time passing and restarts: an accepted one counts once and exactly, any
 * other leaves no trace but a count of wrong entries, the key changes only by a whole set, and a restart changes
 * nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "../support/flash_model.h"

enum { STEP = 8, MAX_STEPS = 64, TID_FILL = 0x0100, WAIT = 97 };
enum { FLIP_A_BIT = 1, SPOIL_A_DIGIT = 2, RESTART = 4, PASS_TIME = 8 }; /* in a step's last byte */

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
    .measures = 0x17,
};

/* First byte: class and subclass; then the content's low 40 bits, of which the TID is usually the high 24; the high
 * nibble of the last byte is the content's. */
static void token_of(const struct mv_decoder_key *key, const uint8_t step[STEP], char digits[21])
{
    struct mv_sts_block block = {.token_class = step[0] & 3, .subclass = step[0] >> 4, .content = step[7] >> 4};
    for (unsigned i = 1; i <= 5; i++)
        block.content = block.content << 8 | step[i];
    uint64_t bits = mv_sts_block_pack(&block) ^ (step[7] & FLIP_A_BIT ? UINT64_C(1) << step[6] % 64 : 0);
    if (block.token_class != 1)
        bits = mv_sts_encrypt(key, &mv_sta_public, bits);
    mv_sts_digits_from_block(block.token_class, bits, digits);
    if (step[7] & SPOIL_A_DIGIT)
        digits[step[6] % 20] = (char)step[5];
}

static bool same_settings(const struct mv_meter_settings *a, const struct mv_meter_settings *b)
{
    return a->maximum_power_w == b->maximum_power_w && a->phase_unbalance_w == b->phase_unbalance_w &&
           a->tariff_rate == b->tariff_rate && a->water_factor == b->water_factor && a->tampered == b->tampered &&
           memcmp(a->extended, b->extended, sizeof a->extended) == 0 &&
           memcmp(a->flags, b->flags, sizeof a->flags) == 0;
}

static bool same_identity(const struct mv_meter_identity *a, const struct mv_meter_identity *b)
{
    return memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0 && a->key_type == b->key_type &&
           a->key_revision == b->key_revision && a->tariff_index == b->tariff_index && a->key_expiry == b->key_expiry &&
           a->supply_group == b->supply_group;
}

/* But for sections of a key change and the count of wrong entries. */
static bool same(const struct mv_meter_state *a, const struct mv_meter_state *b)
{
    return memcmp(a->credit, b->credit, sizeof a->credit) == 0 && memcmp(a->tids, b->tids, sizeof a->tids) == 0 &&
           same_identity(&a->identity, &b->identity) && same_settings(&a->settings, &b->settings);
}

static bool same_sections(const struct mv_sts_key_sections *a, const struct mv_sts_key_sections *b)
{
    return a->present == b->present && memcmp(a->content, b->content, sizeof a->content) == 0;
}

static void check_credit(const struct mv_meter_state *before, const struct mv_meter_state *after,
                         const struct mv_meter_answer *answer)
{
    require(answer->balance == before->credit[answer->credit_register] + answer->credited);
    require(answer->credited >= 0 && answer->balance == after->credit[answer->credit_register]);
}

static void check_key(const struct mv_meter_identity *now)
{
    require(now->key_type <= 2 && now->key_revision >= 1 && now->key_revision <= 9 && now->tariff_index <= 99);
    require(now->supply_group <= MV_SGC_MAX || now->supply_group == MV_SGC_UNKNOWN);
}

/* A token with a TID does not count twice. */
static void check_again(struct mv_meter *meter, const char *digits)
{
    struct mv_meter_answer again;
    enum mv_result second = mv_meter_enter(meter, digits, &again);
    require(second == MV_USED_ERROR || second == MV_OLD_ERROR);
}

static void check_answer(struct mv_meter *meter, const struct mv_meter_state *before, enum mv_result result,
                         const struct mv_meter_answer *answer, const char *digits)
{
    const struct mv_meter_state *after = &meter->state;
    switch (answer->kind) {
    case MV_ANSWER_CREDIT:
        require(result == MV_ACCEPT && after->wrong == 0 && after->sections.present == 0);
        check_credit(before, after, answer);
        check_again(meter, digits);
        return;
    case MV_ANSWER_MANAGEMENT:
        require(result == MV_ACCEPT && after->wrong == 0 && after->sections.present == 0);
        require(same_identity(&before->identity, &after->identity));
        check_again(meter, digits);
        return;
    case MV_ANSWER_KEY_SECTION:
        require(same(before, after) && (after->sections.present >> (answer->section - 1) & 1) == 1);
        return;
    case MV_ANSWER_KEY_CHANGED:
        require(result == MV_ACCEPT && after->sections.present == 0 && after->wrong == before->wrong);
        check_key(&after->identity);
        return;
    case MV_ANSWER_DISPLAY:
        require(result == MV_ACCEPT && same(before, after) && after->wrong == before->wrong);
        require(answer->display.count <= MV_DISPLAY_ITEMS);
        return;
    default:
        require(result != MV_ACCEPT && same(before, after));
        require(after->wrong == before->wrong || (result == MV_CRC_ERROR && after->wrong == before->wrong + 1));
    }
}

static void enter(struct mv_meter *meter, const char *digits)
{
    struct mv_meter_answer answer;
    require(mv_meter_tick(meter) == MV_DONE);
    struct mv_meter_state before = meter->state;
    bool locked = mv_meter_lockout_left(meter) > 0;
    enum mv_result result = mv_meter_enter(meter, digits, &answer);
    require(meter->loaded && result != MV_STORAGE_ERROR);
    require(!locked || answer.kind == MV_ANSWER_NONE || answer.kind == MV_ANSWER_DISPLAY);
    require(result != MV_LOCKOUT_ACTIVE || locked);
    check_answer(meter, &before, result, &answer, digits);
}

static void restart(struct mv_meter *meter, const struct mv_meter_port *port)
{
    struct mv_meter_state before = meter->state;
    mv_meter_close(meter);
    require(mv_meter_open(meter, port, &mv_sta_public) == MV_DONE);
    require(same(&before, &meter->state) && same_sections(&before.sections, &meter->state.sections));
    require(before.wrong == meter->state.wrong);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct flash flash;
    struct mv_meter meter;
    char digits[21];
    flash_init(&flash);
    struct mv_meter_port port = flash_port(&flash);
    require(mv_meter_open(&meter, &port, &mv_sta_public) == MV_NOT_PROVISIONED);
    require(mv_meter_provision(&meter, &identity, TID_FILL) == MV_DONE);
    for (size_t i = 0; i < MAX_STEPS && size - i * STEP >= STEP && i * STEP < size; i++) {
        const uint8_t *step = data + i * STEP;
        token_of(&meter.state.identity.key, step, digits);
        enter(&meter, digits);
        if (step[7] & PASS_TIME)
            flash.now += WAIT;
        if (step[7] & RESTART)
            restart(&meter, &port);
    }
    restart(&meter, &port);
    require(!flash.misused);
    return 0;
}
