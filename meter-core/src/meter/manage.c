/* Class 2 but for key changes: settings, clearing credit, clearing tamper. */
#include <string.h>

#include "rules.h"

/* UNCERTAIN: that a register which this meter does not have is a FunctionError; one that no meter has is a RangeError.
 */
static enum mv_result clear_credit(struct mv_meter *meter, uint16_t which)
{
    const struct mv_meter_companion *companion = meter->companion;
    struct mv_meter_state *state = &meter->state;
    if (which == MV_REGISTER_ALL)
        memset(state->credit, 0, sizeof state->credit);
    else if (mv_meter_has(&state->identity, which))
        state->credit[which] = 0;
    else
        return MV_FUNCTION_ERROR;
    if (companion != NULL && companion->cleared != NULL)
        meter->companion_mask |= companion->cleared(companion->context, which);
    return MV_DONE;
}

static enum mv_result set_water_factor(struct mv_meter_state *state, uint16_t factor)
{
    if (!mv_has_water(&state->identity))
        return MV_FUNCTION_ERROR;
    state->settings.water_factor = factor;
    return MV_DONE;
}

static void set_extended(struct mv_meter_settings *settings, uint16_t field)
{
    struct mv_sts_extended extended = mv_sts_extended_read(field);
    if (extended.index != MV_EXTENDED_FLAG) {
        settings->extended[extended.index] = extended.value;
        return;
    }
    uint8_t *byte = &settings->flags[extended.flag / 8];
    uint8_t bit = (uint8_t)(1U << extended.flag % 8);
    *byte = (uint8_t)(extended.value != 0 ? *byte | bit : *byte & ~bit);
}

/* A refusal changes nothing. */
static enum mv_result obey(struct mv_meter *meter, const struct mv_sts_manage *token)
{
    struct mv_meter_state *state = &meter->state;
    struct mv_meter_settings *settings = &state->settings;
    switch (token->subclass) {
    case MV_MANAGE_MAXIMUM_POWER:
        settings->maximum_power_w = mv_sts_amount_decode(token->field);
        return MV_DONE;
    case MV_MANAGE_CLEAR_CREDIT:
        return clear_credit(meter, token->field);
    case MV_MANAGE_TARIFF_RATE:
        settings->tariff_rate = token->field;
        return MV_DONE;
    case MV_MANAGE_CLEAR_TAMPER:
        settings->tampered = false;
        return MV_DONE;
    case MV_MANAGE_PHASE_UNBALANCE:
        settings->phase_unbalance_w = mv_sts_amount_decode(token->field);
        return MV_DONE;
    case MV_MANAGE_WATER_FACTOR:
        return set_water_factor(state, token->field);
    default: /* MV_MANAGE_EXTENDED: mv_sts_manage_unpack knows no other */
        set_extended(settings, token->field);
        return MV_DONE;
    }
}

static enum mv_result obey_once(struct mv_meter *meter, const struct mv_sts_manage *token,
                                struct mv_meter_answer *answer)
{
    enum mv_result result = obey(meter, token);
    if (result == MV_DONE)
        result = mv_accept_tid(meter, token->tid);
    if (result == MV_ACCEPT)
        *answer = (struct mv_meter_answer){.kind = MV_ANSWER_MANAGEMENT, .management = *token};
    return result;
}

enum mv_result mv_enter_management(struct mv_meter *meter, const struct mv_sts_block *block,
                                   struct mv_meter_answer *answer)
{
    struct mv_sts_manage token;
    enum mv_result form = mv_sts_manage_unpack(block, &token);
    if (form == MV_FUNCTION_ERROR)
        return form;
    enum mv_result result = mv_check_tid(&meter->state, token.tid);
    if (result != MV_DONE)
        return result;
    return form == MV_DONE ? obey_once(meter, &token, answer) : form;
}
