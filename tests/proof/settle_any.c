/* In place of src/prepay/settle.c where an entry is about what comes before it: afterwards all is kept, or the meter is
 * closed. settle.c itself, from any state, is entry_settle.c. */
#include "../../meter-core/src/prepay/settle.h"

#include "../../meter-core/src/meter/companion.h"
#include "arbitrary.h"

uint32_t mv_seconds(const struct mv_prepay *p)
{
    return p->meter.port.seconds(p->meter.port.context);
}

void mv_loaded(struct mv_prepay *p)
{
    p->dirty = p->urgent = 0;
}

enum mv_result mv_begin(struct mv_prepay *p)
{
    return mv_load_if_needed(&p->meter);
}

enum mv_result mv_settle(struct mv_prepay *p, enum mv_result result)
{
    if (arbitrary_bool()) {
        mv_meter_close(&p->meter);
        return MV_STORAGE_ERROR;
    }
    p->supply.cut = arbitrary_u8(MV_CUT_NONE, MV_CUT_UNBALANCE);
    p->supply.limit = arbitrary_u8(MV_CUT_NONE, MV_CUT_UNBALANCE);
    return result;
}
