/* Parameter records with single values: all of them are taken, or none. */
#include <stddef.h>
#include <string.h>

#include "../meter/rules.h"
#include "account.h"
#include "events.h"
#include "parameters.h"
#include "record_rules.h"
#include "save.h"

/* Where a value stands in struct mv_parameters; its length in the record is that of the member. */
struct member {
    uint8_t tag, size;
    uint16_t offset;
};
#define MEMBER(tag, name)                                                                                              \
    {                                                                                                                  \
        tag, sizeof(((struct mv_parameters *)0)->name), offsetof(struct mv_parameters, name)                           \
    }
static const struct member members[] = {
    MEMBER(MV_TAG_CREDIT_REGISTER, credit_register),
    MEMBER(MV_TAG_ALARM_1, alarm_1),
    MEMBER(MV_TAG_ALARM_2, alarm_2),
    MEMBER(MV_TAG_WARNING_CUT, warning_cut_s),
    MEMBER(MV_TAG_OVERDRAFT, overdraft),
    MEMBER(MV_TAG_EMERGENCY, emergency),
    MEMBER(MV_TAG_HOARD_LIMIT, hoard_limit),
    MEMBER(MV_TAG_POWER_LIMIT, power_limit_w),
    MEMBER(MV_TAG_POWER_DELAY, power_delay_s),
    MEMBER(MV_TAG_POWER_WAIT, power_wait_s),
    MEMBER(MV_TAG_POWER_TRIES, power_tries),
    MEMBER(MV_TAG_POWER_LOCKOUT, power_lockout_s),
    MEMBER(MV_TAG_UNBALANCE_DELAY, unbalance_delay_s),
    MEMBER(MV_TAG_CT_RATIO, ct_ratio),
    MEMBER(MV_TAG_PT_RATIO, pt_ratio),
    MEMBER(MV_TAG_PULSES_PER_UNIT, pulses_per_unit),
    MEMBER(MV_TAG_UTC_OFFSET, utc_offset_min),
    MEMBER(MV_TAG_FREEZE_DAY, freeze_day),
    MEMBER(MV_TAG_FREEZE_HOUR, freeze_hour),
    MEMBER(MV_TAG_ARREARS_PERCENT, arrears_percent),
    MEMBER(MV_TAG_ARREARS_PER_PURCHASE, arrears_per_purchase),
    MEMBER(MV_TAG_ARREARS_PER_DAY, arrears_per_day),
};

static void set_member(struct mv_parameters *parameters, const struct member *member, const struct mv_tlv *tlv)
{
    uint8_t *at = (uint8_t *)parameters + member->offset;
    uint64_t value = mv_tlv_number(tlv);
    uint32_t value32 = (uint32_t)value;
    uint16_t value16 = (uint16_t)value;
    if (member->size == sizeof value)
        memcpy(at, &value, sizeof value);
    else if (member->size == sizeof value32)
        memcpy(at, &value32, sizeof value32);
    else if (member->size == sizeof value16)
        memcpy(at, &value16, sizeof value16);
    else
        *at = (uint8_t)value;
}

static enum mv_result read_parameters(const struct mv_record_in *in, struct mv_parameters *parameters)
{
    struct mv_tlv tlv;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (mv_in_find(in, members[i].tag, &tlv))
            set_member(parameters, &members[i], &tlv);
    }
    if (!mv_in_find(in, MV_TAG_KEY_PRESS_TO_CLOSE, &tlv))
        return MV_DONE;
    parameters->key_press_to_close = tlv.value[0] == 1;
    return tlv.value[0] <= 1 ? MV_DONE : MV_RECORD_VALUE;
}

/* Those two that tokens set as well. */
static void take_settings(struct mv_prepay *p, const struct mv_record_in *in)
{
    struct mv_meter_settings *settings = &p->meter.state.settings;
    struct mv_tlv tlv;
    if (mv_in_find(in, MV_TAG_UNBALANCE_LIMIT, &tlv)) {
        settings->phase_unbalance_w = (uint32_t)mv_tlv_number(&tlv);
        mv_touch(p, MV_OBJECT_TOKENS, true);
    }
    if (mv_in_find(in, MV_TAG_WATER_FACTOR, &tlv)) {
        settings->water_factor = (uint16_t)mv_tlv_number(&tlv);
        mv_touch(p, MV_OBJECT_TOKENS, true);
    }
}

/* Debt and credit of one register mean something else in another. */
static bool may_live_on(const struct mv_prepay *p, uint8_t credit_register)
{
    if (credit_register == p->parameters.credit_register)
        return true;
    return credit_register % MV_SERVICES == mv_account_service(p) && p->account.arrears == 0 &&
           !p->account.emergency_on && mv_account_remaining(p) == 0;
}

enum mv_result mv_take_values(struct mv_prepay *p, const struct mv_record_in *in)
{
    const struct mv_meter_identity *identity = &p->meter.state.identity;
    struct mv_parameters parameters = p->parameters;
    if (read_parameters(in, &parameters) != MV_DONE || mv_parameters_check(&parameters, identity) != MV_DONE)
        return MV_RECORD_VALUE;
    if ((mv_in_has(in, MV_TAG_WATER_FACTOR) && !mv_has_water(identity)) || !may_live_on(p, parameters.credit_register))
        return MV_RECORD_VALUE;
    mv_parameters_set(p, &parameters);
    take_settings(p, in);
    mv_event_log(p, MV_EVENT_PARAMETERS, 0);
    return MV_ACCEPT;
}
