/* What happens by time alone. Time counts only while the meter has power: after a restart a lockout starts anew, and
 * sections of a key change get their whole time again. */
#include "../crypto/wipe.h"
#include "rules.h"
#include "store.h"

enum { WRONG_BEFORE_LOCKOUT = 3, LOCKOUT_FIRST_S = 10, LOCKOUT_DOUBLINGS = 7 };
enum { WRONG_MAX = WRONG_BEFORE_LOCKOUT + LOCKOUT_DOUBLINGS };

/* Three wrong entries cost 10 s, and each one after them twice as much, up to 1280 s. */
static uint32_t lockout_of(uint8_t wrong)
{
    if (wrong < WRONG_BEFORE_LOCKOUT)
        return 0;
    return (uint32_t)LOCKOUT_FIRST_S << ((wrong < WRONG_MAX ? wrong : WRONG_MAX) - WRONG_BEFORE_LOCKOUT);
}

static uint32_t now(const struct mv_meter *meter)
{
    return meter->port.seconds(meter->port.context);
}

uint32_t mv_meter_lockout_left(const struct mv_meter *meter)
{
    if (!meter->loaded)
        return 0;
    uint32_t lockout = lockout_of(meter->state.wrong);
    uint32_t passed = now(meter) - meter->locked_since;
    return passed < lockout ? lockout - passed : 0;
}

/* At WRONG_MAX nothing is left to keep: guessing does not wear the memory out. */
enum mv_result mv_count_wrong(struct mv_meter *meter)
{
    enum mv_result result = MV_DONE;
    if (meter->state.wrong < WRONG_MAX) {
        meter->state.wrong++;
        result = mv_store_commit(meter);
    }
    meter->locked_since = now(meter);
    return result == MV_DONE ? MV_CRC_ERROR : result;
}

enum mv_result mv_meter_tick(struct mv_meter *meter)
{
    enum mv_result result = mv_load_if_needed(meter);
    if (result != MV_DONE || meter->state.sections.present == 0 ||
        now(meter) - meter->sections_since < MV_SECTION_TIMEOUT_S)
        return result;
    mv_wipe(&meter->state.sections, sizeof meter->state.sections);
    return mv_store_commit(meter);
}

enum mv_result mv_meter_tamper(struct mv_meter *meter)
{
    enum mv_result result = mv_load_if_needed(meter);
    if (result != MV_DONE || meter->state.settings.tampered)
        return result;
    meter->state.settings.tampered = true;
    return mv_store_commit(meter);
}
