#include "parameters.h"

#include "save.h"

enum { DAY_MAX = 28, HOUR_MAX = 23, PERCENT_MAX = 100, PULSES = 1000 };
/* Of an electricity meter, Wh. */
enum { ALARM_1 = 20000, ALARM_2 = 5000 };
/* Seconds, and tries. */
enum { POWER_DELAY = 30, POWER_WAIT = 60, POWER_TRIES = 5, POWER_LOCKOUT = 1800, UNBALANCE_DELAY = 60 };

void mv_parameters_default(struct mv_parameters *parameters)
{
    *parameters = (struct mv_parameters){.credit_register = MV_REGISTER_ELECTRICITY,
                                         .alarm_1 = ALARM_1,
                                         .alarm_2 = ALARM_2,
                                         .power_limit_w = MV_LIMIT_NONE,
                                         .power_delay_s = POWER_DELAY,
                                         .power_wait_s = POWER_WAIT,
                                         .power_tries = POWER_TRIES,
                                         .power_lockout_s = POWER_LOCKOUT,
                                         .unbalance_delay_s = UNBALANCE_DELAY,
                                         .ct_ratio = 1,
                                         .pt_ratio = 1,
                                         .pulses_per_unit = PULSES,
                                         .freeze_day = 1};
}

static bool amount_in_range(int64_t amount)
{
    return amount >= 0 && amount <= MV_AMOUNT_MAX;
}

static bool amounts_fit(const struct mv_parameters *p)
{
    return p->alarm_2 >= -MV_AMOUNT_MAX && p->alarm_2 < p->alarm_1 && p->alarm_1 <= MV_AMOUNT_MAX &&
           amount_in_range(p->overdraft) && amount_in_range(p->emergency) && amount_in_range(p->hoard_limit) &&
           (p->hoard_limit == 0 || p->hoard_limit > p->alarm_1);
}

static bool arrears_fit(const struct mv_parameters *p)
{
    return p->arrears_percent <= PERCENT_MAX && amount_in_range(p->arrears_per_purchase) &&
           amount_in_range(p->arrears_per_day);
}

/* A limit of nothing, no try, or no wait would make the switch rattle or never close. */
static bool limits_fit(const struct mv_parameters *p)
{
    return p->power_limit_w > 0 && p->power_tries > 0 && p->power_wait_s > 0;
}

static bool measuring_fits(const struct mv_parameters *p)
{
    uint32_t ratio = (uint32_t)p->ct_ratio * p->pt_ratio;
    if (p->pulses_per_unit == 0 || ratio == 0 || ratio > MV_RATIO_MAX)
        return false;
    return ratio == 1 || p->credit_register % MV_SERVICES == MV_SERVICE_ELECTRICITY;
}

static bool times_fit(const struct mv_parameters *p)
{
    return p->utc_offset_min >= MV_OFFSET_MIN && p->utc_offset_min <= MV_OFFSET_MAX && p->freeze_day >= 1 &&
           p->freeze_day <= DAY_MAX && p->freeze_hour <= HOUR_MAX;
}

bool mv_parameters_in_range(const struct mv_parameters *parameters)
{
    return parameters->credit_register < MV_REGISTERS && amounts_fit(parameters) && arrears_fit(parameters) &&
           limits_fit(parameters) && measuring_fits(parameters) && times_fit(parameters);
}

enum mv_result mv_parameters_check(const struct mv_parameters *parameters, const struct mv_meter_identity *identity)
{
    if (!mv_parameters_in_range(parameters))
        return MV_RANGE_ERROR;
    return mv_meter_has(identity, parameters->credit_register) ? MV_DONE : MV_FUNCTION_ERROR;
}

/* Rests are fractions of a unit: the same fraction of the new one, rounded down. */
void mv_parameters_set(struct mv_prepay *p, const struct mv_parameters *parameters)
{
    uint32_t before = p->parameters.pulses_per_unit;
    for (unsigned phase = 0; phase < MV_PHASES && before != parameters->pulses_per_unit; phase++) {
        uint32_t *rest = &p->registers.pulse_rest[phase];
        *rest = before == 0 ? 0 : (uint32_t)((uint64_t)*rest * parameters->pulses_per_unit / before);
        mv_touch(p, MV_OBJECT_REGISTERS, true);
    }
    if (p->parameters.credit_register != parameters->credit_register) {
        p->account.price_rest = 0;
        p->account.reserved = 0;
        mv_touch(p, MV_OBJECT_ACCOUNT, true);
    }
    p->parameters = *parameters;
    mv_touch(p, MV_OBJECT_PARAMETERS, true);
}
