#include "pulse_power.h"

#include "exact.h"
#include "limit.h"
#include "measure.h"

enum { S_PER_H = 3600 };

/* W, rounded down, up to UINT32_MAX. */
static uint32_t mean(const struct mv_prepay *p, uint32_t pulses, uint32_t seconds)
{
    uint32_t rest = 0;
    uint32_t none = 0;
    uint64_t wh = mv_divide((uint64_t)pulses * mv_measure_scale(p), p->parameters.pulses_per_unit, &rest);
    if (wh > UINT32_MAX)
        return UINT32_MAX;
    uint64_t w_s = wh * S_PER_H + mv_divide((uint64_t)rest * S_PER_H, p->parameters.pulses_per_unit, &none);
    uint64_t w = mv_divide(w_s, seconds, &none);
    return w > UINT32_MAX ? UINT32_MAX : (uint32_t)w;
}

static uint32_t window_s(const struct mv_prepay *p)
{
    uint32_t delay = p->parameters.power_delay_s;
    return delay > MV_PULSE_WINDOW_LEAST_S ? delay : MV_PULSE_WINDOW_LEAST_S;
}

static void begin_window(struct mv_load *load, uint32_t now)
{
    load->window_since_s = now + 1;
    for (unsigned i = 0; i < MV_PHASES; i++)
        load->pulses[i] = 0;
}

/* The sum of the phases, each without its last pulse. */
static uint64_t end_window(struct mv_prepay *p, uint32_t seconds)
{
    uint64_t sure = 0;
    for (unsigned i = 0; i < MV_PHASES; i++) {
        uint32_t pulses = p->load.pulses[i];
        p->load.power_w[i] = mean(p, pulses, seconds);
        if (pulses > 0)
            sure += mean(p, pulses - 1, seconds);
    }
    return sure;
}

/* What comes before the first look is of nobody knows which time, and only begins the first window. */
bool mv_pulse_power_exceeds(struct mv_prepay *p, uint32_t now)
{
    struct mv_load *load = &p->load;
    if (load->window_since_s == 0) {
        begin_window(load, now);
        return false;
    }
    uint32_t seconds = now + 1 - load->window_since_s;
    if (seconds < window_s(p))
        return false;
    uint64_t sure = end_window(p, seconds);
    begin_window(load, now);
    return mv_limit_power(p) != MV_LIMIT_NONE && sure > mv_limit_power(p);
}
