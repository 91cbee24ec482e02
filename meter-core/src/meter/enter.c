/* Entering a token: the checks that all tokens share, in their order. */
#include "../crypto/wipe.h"
#include "rules.h"
#include "store.h"
#include "tids.h"

/* UNCERTAIN: the order among these checks, and that credit and management tokens share one memory of TIDs. */
enum mv_result mv_check_tid(const struct mv_meter_state *state, uint32_t tid)
{
    if (mv_sts_key_expired(tid, state->identity.key_expiry))
        return MV_KEY_EXPIRED_ERROR;
    return mv_tids_check(state->tids, tid);
}

enum mv_result mv_accept_tid(struct mv_meter *meter, uint32_t tid)
{
    mv_tids_insert(meter->state.tids, tid);
    mv_wipe(&meter->state.sections, sizeof meter->state.sections);
    meter->state.wrong = 0;
    enum mv_result result = mv_store_commit(meter);
    return result == MV_DONE ? MV_ACCEPT : result;
}

static enum mv_result enter_block(struct mv_meter *meter, const struct mv_sts_block *block,
                                  struct mv_meter_answer *answer)
{
    if (block->token_class == MV_CLASS_CREDIT)
        return mv_enter_credit(meter, block, answer);
    if (mv_sts_is_key_section(block))
        return mv_enter_key_section(meter, block, answer);
    return mv_enter_management(meter, block, answer);
}

static enum mv_result enter_encrypted(struct mv_meter *meter, uint8_t token_class, uint64_t cipher,
                                      struct mv_meter_answer *answer)
{
    struct mv_sts_block block;
    if (mv_meter_lockout_left(meter) > 0)
        return MV_LOCKOUT_ACTIVE;
    uint64_t clear = mv_sts_decrypt(&meter->state.identity.key, meter->tables, cipher);
    enum mv_result result = mv_sts_block_unpack(token_class, clear, &block) == MV_DONE
                                ? enter_block(meter, &block, answer)
                                : mv_count_wrong(meter);
    mv_wipe(&clear, sizeof clear);
    mv_wipe(&block, sizeof block);
    return result;
}

static enum mv_result enter_clear(const struct mv_meter *meter, uint64_t clear, struct mv_meter_answer *answer)
{
    struct mv_sts_block block;
    enum mv_result result = mv_sts_block_unpack(MV_CLASS_DISPLAY, clear, &block);
    return result == MV_DONE ? mv_enter_display(meter, &block, answer) : result;
}

/* Class 1 comes before all that writes: it works while the memory does not. */
enum mv_result mv_meter_enter(struct mv_meter *meter, const char *digits, struct mv_meter_answer *answer)
{
    uint8_t token_class = 0;
    uint64_t bits = 0;
    memset(answer, 0, sizeof *answer);
    enum mv_result result = mv_load_if_needed(meter);
    if (result == MV_DONE)
        result = mv_sts_digits_to_block(digits, &token_class, &bits);
    if (result != MV_DONE)
        return result;
    if (token_class == MV_CLASS_RESERVED)
        return MV_FUNCTION_ERROR;
    if (token_class == MV_CLASS_DISPLAY)
        return enter_clear(meter, bits, answer);
    result = mv_meter_tick(meter);
    if (result != MV_DONE)
        return result;
    return enter_encrypted(meter, token_class, bits, answer);
}
