/* Entering a token: the checks in their order, then the credit. */
#include "metervault/meter.h"

#include "../crypto/wipe.h"
#include "store.h"
#include "tids.h"

enum { CLASS_CREDIT = 0, CLASS_DISPLAY = 1, CLASS_RESERVED = 3 };
enum { KT_DITK = 0, KT_DDTK = 1 };

static enum mv_result authenticate(const struct mv_meter *meter, const char *digits, struct mv_sts_block *block)
{
    uint8_t token_class = 0;
    uint64_t bits = 0;
    enum mv_result result = mv_sts_digits_to_block(digits, &token_class, &bits);
    if (result != MV_DONE)
        return result;
    if (token_class == CLASS_RESERVED)
        return MV_FUNCTION_ERROR;
    if (token_class != CLASS_DISPLAY)
        bits = mv_sts_decrypt(&meter->state.identity.key, meter->tables, bits);
    return mv_sts_block_unpack(token_class, bits, block);
}

/* UNCERTAIN: that a meter still under its manufacturer's key (DITK) takes no credit, and that it says so by
 * KeyTypeError. */
static enum mv_result check_key_type(uint8_t key_type)
{
    if (key_type == KT_DDTK)
        return MV_DDTK_ERROR;
    return key_type == KT_DITK ? MV_KEY_TYPE_ERROR : MV_DONE;
}

/* UNCERTAIN: the order among these checks. */
static enum mv_result validate(const struct mv_meter_state *state, uint32_t tid)
{
    enum mv_result result = check_key_type(state->identity.key_type);
    if (result != MV_DONE)
        return result;
    if (mv_sts_key_expired(tid, state->identity.key_expiry))
        return MV_KEY_EXPIRED_ERROR;
    return mv_tids_check(state->tids, tid);
}

/* Wh, litres, litres, seconds in one unit of the token's amount. */
static int64_t unit_of(enum mv_service service)
{
    return service == MV_SERVICE_TIME ? 6 : 100;
}

static enum mv_result credit_once(struct mv_meter *meter, const struct mv_sts_credit *credit,
                                  struct mv_meter_answer *answer)
{
    enum mv_service service = (enum mv_service)credit->subclass;
    if (((unsigned)meter->state.identity.measures >> service & 1U) == 0)
        return MV_FUNCTION_ERROR;
    int64_t credited = (int64_t)mv_sts_amount_decode(credit->amount) * unit_of(service);
    if (meter->state.credit[service] > INT64_MAX - credited)
        return MV_OVERFLOW_ERROR;

    struct mv_meter_state next = meter->state;
    next.credit[service] += credited;
    mv_tids_insert(next.tids, credit->tid);
    int64_t balance = next.credit[service];
    enum mv_result result = mv_store_commit(meter, &next);
    mv_wipe(&next, sizeof next);
    if (result != MV_DONE)
        return result;
    *answer = (struct mv_meter_answer){.service = service, .credited = credited, .balance = balance};
    return MV_ACCEPT;
}

static enum mv_result enter_credit(struct mv_meter *meter, const struct mv_sts_block *block,
                                   struct mv_meter_answer *answer)
{
    struct mv_sts_credit credit;
    enum mv_result result = mv_sts_credit_unpack(block, &credit);
    if (result == MV_DONE)
        result = validate(&meter->state, credit.tid);
    if (result != MV_DONE)
        return result;
    if (credit.subclass >= MV_SERVICES)
        return MV_FUNCTION_ERROR; /* currency: this meter counts in units only */
    return credit_once(meter, &credit, answer);
}

enum mv_result mv_meter_enter(struct mv_meter *meter, const char *digits, struct mv_meter_answer *answer)
{
    struct mv_sts_block block;
    memset(answer, 0, sizeof *answer);
    enum mv_result result = meter->loaded ? MV_DONE : mv_store_load(meter);
    if (result == MV_DONE)
        result = authenticate(meter, digits, &block);
    if (result != MV_DONE)
        return result;
    if (block.token_class == CLASS_CREDIT)
        return enter_credit(meter, &block, answer);
    return MV_FUNCTION_ERROR;
}
