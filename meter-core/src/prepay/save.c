#include "save.h"

#include "../meter/companion.h"
#include "account.h"
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

static enum mv_result commit(struct mv_prepay *p)
{
    bool tokens = (p->dirty & MV_NV_BIT(MV_OBJECT_TOKENS)) != 0;
    if (p->dirty == 0)
        return MV_DONE;
    uint32_t mask = p->dirty & ~MV_NV_BIT(MV_OBJECT_TOKENS);
    enum mv_result result =
        p->meter.renew ? mv_store_renew(&p->meter, mask) : mv_store_commit_with(&p->meter, mask, tokens);
    if (result == MV_DONE)
        mv_saved(p);
    return result;
}

enum mv_result mv_save_now(struct mv_prepay *p)
{
    if (p->account.reserved != 0)
        mv_touch(p, MV_OBJECT_ACCOUNT, false);
    p->account.reserved = 0;
    return commit(p);
}

/* Something is used that the journal does not cover. */
static bool is_exhausted(const struct mv_prepay *p, uint32_t passed)
{
    bool uses = (p->dirty & MV_NV_BIT(MV_OBJECT_REGISTERS)) != 0;
    uint32_t covered = p->account.reserved != 0 ? p->quota : 0;
    return uses && p->registers.total - p->saved_total >= covered && (!p->unsaved || passed >= MV_SAVE_LEAST_S);
}

/* Small after a start, then as much as is saved at once, more where that lasts less than the endurance allows. */
static void grow(struct mv_prepay *p, uint32_t passed)
{
    if (p->account.reserved == 0)
        return;
    if (p->quota < MV_SAVE_EVERY_UNITS || (passed < MV_SAVE_LEAST_S && p->quota < MV_QUOTA_MAX))
        p->quota *= 2;
    else if (p->quota > MV_SAVE_EVERY_UNITS && passed >= 2 * MV_SAVE_LEAST_S)
        p->quota /= 2;
}

/* Anew where something was used; nothing where there is no supply. */
static void reserve(struct mv_prepay *p)
{
    int64_t price = mv_account_price(p, p->quota);
    bool off = p->supply.cut != MV_CUT_NONE;
    if ((p->dirty & MV_NV_BIT(MV_OBJECT_REGISTERS)) == 0 && !(off && p->account.reserved != 0))
        return;
    if (price == 0)
        price = 1; /* or it would be saved every second */
    p->account.reserved = off ? 0 : price;
    mv_touch(p, MV_OBJECT_ACCOUNT, false);
}

enum mv_result mv_save(struct mv_prepay *p)
{
    uint32_t passed = mv_seconds(p) - p->saved_at_s;
    bool exhausted = is_exhausted(p, passed);
    if (exhausted)
        grow(p, passed);
    if (p->urgent == 0 && !exhausted && passed < MV_SAVE_EVERY_S)
        return MV_DONE;
    reserve(p);
    return commit(p);
}
