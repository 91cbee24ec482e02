/* Whole Wh, litres or seconds go to registers and account; what is less than one waits as a rest, so that nothing is
 * lost. */
#include "measure.h"

#include "account.h"
#include "exact.h"
#include "limit.h"
#include "save.h"

enum { UNITS_OF_PULSES = 1000 /* Wh per kWh, litres per m3 */, W_MS_PER_WH = 3600000 };

static uint32_t ratio(const struct mv_prepay *p)
{
    return (uint32_t)p->parameters.ct_ratio * p->parameters.pt_ratio;
}

static void add(struct mv_prepay *p, uint64_t units)
{
    struct mv_registers *registers = &p->registers;
    uint64_t *rate = &registers->by_rate[p->load.rate];
    mv_touch(p, MV_OBJECT_REGISTERS, false);
    if (units == 0)
        return;
    mv_account_use(p, units);
    registers->total = mv_add_u64(registers->total, units);
    registers->month = mv_add_u64(registers->month, units);
    *rate = mv_add_u64(*rate, units);
}

static uint64_t add_to_phase(struct mv_prepay *p, unsigned phase, uint64_t units)
{
    uint64_t *register_of = &p->registers.by_phase[phase];
    *register_of = mv_add_u64(*register_of, units);
    return units;
}

uint32_t mv_measure_scale(const struct mv_prepay *p)
{
    return UNITS_OF_PULSES * ratio(p);
}

static void tell_load(struct mv_load *load, uint8_t phase, uint32_t count)
{
    load->pulsed = true;
    load->pulses[phase] = count > UINT32_MAX - load->pulses[phase] ? UINT32_MAX : load->pulses[phase] + count;
}

/* The product of a count with CT x PT x 1000, at most 4,000,000,000, and a rest fit into 64 bits. */
void mv_prepay_pulses(struct mv_prepay *p, uint8_t phase, uint32_t count)
{
    const struct mv_parameters *parameters = &p->parameters;
    enum mv_service service = mv_account_service(p);
    unsigned phases = service == MV_SERVICE_ELECTRICITY ? MV_PHASES : 1;
    if (!p->counts || service == MV_SERVICE_TIME || phase >= phases)
        return;
    if (service == MV_SERVICE_ELECTRICITY)
        tell_load(&p->load, phase, count);
    if (count == 0)
        return;
    uint32_t *rest = &p->registers.pulse_rest[phase];
    uint64_t sum = (uint64_t)count * mv_measure_scale(p) + *rest;
    uint64_t units = mv_divide(sum, parameters->pulses_per_unit, rest);
    if (service == MV_SERVICE_ELECTRICITY)
        (void)add_to_phase(p, phase, units);
    add(p, units);
}

/* So does the product of two numbers of 32 bits with a rest. */
void mv_prepay_power(struct mv_prepay *p, const uint32_t secondary_w[MV_PHASES], uint32_t ms)
{
    uint64_t units = 0;
    if (!p->counts || mv_account_service(p) != MV_SERVICE_ELECTRICITY)
        return;
    for (unsigned phase = 0; phase < MV_PHASES; phase++) {
        uint64_t power = (uint64_t)secondary_w[phase] * ratio(p);
        uint32_t *rest = &p->registers.energy_rest[phase];
        p->load.power_w[phase] = power > UINT32_MAX ? UINT32_MAX : (uint32_t)power;
        uint64_t energy = mv_divide((uint64_t)p->load.power_w[phase] * ms + *rest, W_MS_PER_WH, rest);
        units += add_to_phase(p, phase, energy);
    }
    if (mv_limit_load(p) > 0)
        add(p, units);
}

void mv_measure_seconds(struct mv_prepay *p, uint32_t seconds)
{
    if (mv_account_service(p) == MV_SERVICE_TIME)
        add(p, seconds);
}

/* The month begins where the journal has it: a freeze that was not kept comes again. */
void mv_measure_again(struct mv_prepay *p)
{
    struct mv_registers *registers = &p->registers;
    if (p->counted.total < registers->total) /* cleared */
        return;
    uint64_t units = p->counted.total - registers->total;
    p->counted.month = registers->month + units; /* at most the total */
    mv_account_use(p, units);
    *registers = p->counted;
    mv_touch(p, MV_OBJECT_REGISTERS, false);
}
