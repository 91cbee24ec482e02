/* Class 0: credit, in units or in currency, each service and each kind in a register of its own. */
#include "rules.h"

/* UNCERTAIN: that a meter still under its manufacturer's key (DITK) takes no credit, and that it says so by
 * KeyTypeError. */
static enum mv_result check_key_type(uint8_t key_type)
{
    if (key_type == MV_KT_DDTK)
        return MV_DDTK_ERROR;
    return key_type == MV_KT_DITK ? MV_KEY_TYPE_ERROR : MV_DONE;
}

/* Wh, litres, litres, seconds in one unit of the token's amount. */
static int64_t unit_of(unsigned service)
{
    return service == MV_SERVICE_TIME ? 6 : 100;
}

/* A debit is not what a keypad is for: RANGE_ERROR. OVERFLOW_ERROR for what no register can hold. */
static enum mv_result amount_of(const struct mv_sts_credit *credit, int64_t *amount)
{
    if (credit->subclass < MV_SERVICES) {
        *amount = (int64_t)mv_sts_amount_decode(credit->amount) * unit_of(credit->subclass);
        return MV_DONE;
    }
    struct mv_u128 magnitude = mv_sts_currency_magnitude(credit->currency);
    if (credit->currency.negative)
        return MV_RANGE_ERROR;
    if (magnitude.high != 0 || magnitude.low > INT64_MAX)
        return MV_OVERFLOW_ERROR;
    *amount = (int64_t)magnitude.low;
    return MV_DONE;
}

enum mv_result mv_meter_may_credit(const struct mv_meter *meter, enum mv_credit_register target, int64_t amount)
{
    const struct mv_meter_companion *companion = meter->companion;
    if (!mv_meter_has(&meter->state.identity, target))
        return MV_FUNCTION_ERROR;
    if (amount < 0)
        return MV_RANGE_ERROR;
    if (meter->state.credit[target] > INT64_MAX - amount)
        return MV_OVERFLOW_ERROR;
    if (companion == NULL || companion->may_credit == NULL)
        return MV_DONE;
    return companion->may_credit(companion->context, target, amount);
}

enum mv_result mv_meter_add_credit(struct mv_meter *meter, enum mv_credit_register target, int64_t amount)
{
    const struct mv_meter_companion *companion = meter->companion;
    enum mv_result result = mv_meter_may_credit(meter, target, amount);
    if (result != MV_DONE)
        return result;
    meter->state.credit[target] += amount;
    if (companion != NULL && companion->credited != NULL)
        meter->companion_mask |= companion->credited(companion->context, target, amount);
    return MV_DONE;
}

static enum mv_result credit_once(struct mv_meter *meter, const struct mv_sts_credit *credit,
                                  struct mv_meter_answer *answer)
{
    int64_t credited = 0;
    enum mv_credit_register target = (enum mv_credit_register)credit->subclass;
    if (!mv_meter_has(&meter->state.identity, target))
        return MV_FUNCTION_ERROR;
    enum mv_result result = amount_of(credit, &credited);
    if (result == MV_DONE)
        result = mv_meter_add_credit(meter, target, credited);
    if (result != MV_DONE)
        return result;
    result = mv_accept_tid(meter, credit->tid);
    if (result == MV_ACCEPT)
        *answer = (struct mv_meter_answer){.kind = MV_ANSWER_CREDIT,
                                           .credit_register = target,
                                           .credited = credited,
                                           .balance = meter->state.credit[target]};
    return result;
}

enum mv_result mv_enter_credit(struct mv_meter *meter, const struct mv_sts_block *block, struct mv_meter_answer *answer)
{
    struct mv_sts_credit credit;
    enum mv_result result = check_key_type(meter->state.identity.key_type);
    if (result == MV_DONE)
        result = mv_sts_credit_unpack(block, &credit);
    if (result == MV_DONE)
        result = mv_check_tid(&meter->state, credit.tid);
    return result == MV_DONE ? credit_once(meter, &credit, answer) : result;
}
