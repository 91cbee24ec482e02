#include "save.h"

#include "../meter/companion.h"
#include "settle.h"

void mv_touch(struct mv_prepay *p, enum mv_object object, bool urgent)
{
    p->dirty |= MV_NV_BIT(object);
    if (urgent)
        p->urgent |= MV_NV_BIT(object);
}

void mv_saved(struct mv_prepay *p)
{
    p->dirty = p->urgent = 0;
    p->saved_total = p->registers.total;
    p->saved_at_s = mv_seconds(p);
    p->unsaved = false;
}

enum mv_result mv_save_now(struct mv_prepay *p)
{
    bool tokens = (p->dirty & MV_NV_BIT(MV_OBJECT_TOKENS)) != 0;
    if (p->dirty == 0)
        return MV_DONE;
    enum mv_result result = mv_store_commit_with(&p->meter, p->dirty & ~MV_NV_BIT(MV_OBJECT_TOKENS), tokens);
    if (result == MV_DONE)
        mv_saved(p);
    return result;
}

/* Much use or much time, but never more often than the memory's endurance allows. */
static bool is_due(const struct mv_prepay *p)
{
    uint32_t passed = mv_seconds(p) - p->saved_at_s;
    bool used = p->registers.total - p->saved_total >= MV_SAVE_EVERY_UNITS;
    return passed >= MV_SAVE_EVERY_S || (used && passed >= MV_SAVE_LEAST_S);
}

enum mv_result mv_save(struct mv_prepay *p)
{
    return p->urgent != 0 || is_due(p) ? mv_save_now(p) : MV_DONE;
}
