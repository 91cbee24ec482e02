/* In place of src/prepay/settle.c where an entry is about what comes before it: afterwards all is kept, or the meter is
 * closed. settle.c itself is not proven (README.md). */
#include "../../meter-core/src/prepay/settle.h"

#include "../../meter-core/src/meter/companion.h"
#include "../../meter-core/src/prepay/account.h"
#include "arbitrary.h"

void mv_loaded(struct mv_prepay *p)
{
    mv_account_forfeit(p);
    p->dirty = arbitrary_u32();
    p->urgent = arbitrary_u32();
    p->unsaved = arbitrary_bool();
    p->quota = arbitrary_u32();
    p->counts = true;
    p->saved_total = arbitrary_u64();
    p->saved_at_s = arbitrary_u32();
    p->ticked_at_s = arbitrary_u32();
    p->had_clock = arbitrary_bool();
    p->clock_seen = arbitrary_u32();
    p->clock_seen_s = arbitrary_u32();
    p->clock_agreed = arbitrary_bool();
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
    p->set_time = 0;
    p->supply.cut = arbitrary_u8(MV_CUT_NONE, MV_CUT_UNBALANCE);
    p->supply.limit = arbitrary_u8(MV_CUT_NONE, MV_CUT_UNBALANCE);
    return result;
}
