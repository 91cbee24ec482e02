#include "vending/clock.h"

#include <time.h>

static const int64_t SECOND_US = 1000000;

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

static struct vend_time system_time(void *self)
{
    (void)self;
    return (struct vend_time){.real_us = read_us(CLOCK_REALTIME), .boot_us = read_us(CLOCK_BOOTTIME)};
}

mv_status vend_clock_init(struct vend_clock *clock, vend_clock_fn *read, void *self,
                          const struct store_ledger_state *state)
{
    *clock = (struct vend_clock){.read = read == NULL ? system_time : read, .self = self};
    int failed = pthread_mutex_init(&clock->lock, NULL);
    if (failed != 0)
        return mv_fail_code(MV_INTERNAL_ERROR, "lock", (unsigned)failed);
    clock->base = clock->read(clock->self);
    clock->ledger_s = state->last_time_unix_s;
    clock->unconfirmed = state->clock_unconfirmed;
    if (clock->ledger_s != 0 && clock->base.real_us / SECOND_US - clock->ledger_s > VEND_CLOCK_REST_S)
        clock->unconfirmed = true;
    return mv_ok();
}

void vend_clock_destroy(struct vend_clock *clock)
{
    (void)pthread_mutex_destroy(&clock->lock);
}

static bool stepped(struct vend_clock *clock, struct vend_time now)
{
    if (now.real_us / SECOND_US < clock->ledger_s - VEND_CLOCK_STEP_S)
        return true;
    int64_t step = (now.real_us - clock->base.real_us) - (now.boot_us - clock->base.boot_us);
    if (step > VEND_CLOCK_STEP_S * SECOND_US || step < -VEND_CLOCK_STEP_S * SECOND_US)
        return true;
    /* forget slow corrections, or a year of small ones would add up to a step */
    if (now.boot_us - clock->base.boot_us > VEND_CLOCK_WINDOW_S * SECOND_US)
        clock->base = now;
    return false;
}

mv_status vend_clock_now(struct vend_clock *clock, struct vend_now *now)
{
    pthread_mutex_lock(&clock->lock);
    struct vend_time sample = clock->read(clock->self);
    if (!clock->unconfirmed && stepped(clock, sample))
        clock->unconfirmed = true;
    int64_t real_s = sample.real_us / SECOND_US;
    now->real_us = sample.real_us;
    now->issue_s = real_s > clock->ledger_s ? real_s : clock->ledger_s;
    bool trusted = !clock->unconfirmed;
    pthread_mutex_unlock(&clock->lock);
    return trusted ? mv_ok() : mv_fail(MV_CLOCK_STEPPED, NULL);
}

void vend_clock_seen(struct vend_clock *clock, int64_t ledger_s)
{
    pthread_mutex_lock(&clock->lock);
    if (ledger_s > clock->ledger_s)
        clock->ledger_s = ledger_s;
    pthread_mutex_unlock(&clock->lock);
}

bool vend_clock_unconfirmed(struct vend_clock *clock)
{
    pthread_mutex_lock(&clock->lock);
    bool unconfirmed = clock->unconfirmed;
    pthread_mutex_unlock(&clock->lock);
    return unconfirmed;
}

void vend_clock_confirm(struct vend_clock *clock, int64_t ledger_s)
{
    pthread_mutex_lock(&clock->lock);
    clock->base = clock->read(clock->self);
    clock->ledger_s = ledger_s;
    clock->unconfirmed = false;
    pthread_mutex_unlock(&clock->lock);
}
