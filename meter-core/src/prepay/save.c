#include "save.h"

#include "../meter/companion.h"
#include "account.h"
#include "exact.h"
#include "settle.h"

void mv_touch(struct mv_prepay *p, enum mv_object object, bool urgent)
{
    p->dirty |= MV_NV_BIT(object);
    if (urgent)
        p->urgent |= MV_NV_BIT(object);
}

static int64_t taken(const struct mv_prepay *p)
{
    return p->account.taken[p->parameters.credit_register];
}

void mv_saved(struct mv_prepay *p)
{
    p->dirty = p->urgent = 0;
    p->saved_total = p->registers.total;
    p->saved_at_s = mv_seconds(p);
    p->unsaved = false;
    p->covered = mv_add_i64(taken(p), p->account.reserved);
}

static enum mv_result commit(struct mv_prepay *p)
{
    bool tokens = (p->dirty & MV_NV_BIT(MV_OBJECT_TOKENS)) != 0;
    if (p->dirty == 0)
        return MV_DONE;
    enum mv_result result = mv_store_commit_with(&p->meter, p->dirty & ~MV_NV_BIT(MV_OBJECT_TOKENS), tokens);
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

/* Much use or much time, but never more often than the memory's endurance allows. */
static bool is_due(const struct mv_prepay *p, uint32_t passed)
{
    bool used = p->registers.total - p->saved_total >= MV_SAVE_EVERY_UNITS;
    return passed >= MV_SAVE_EVERY_S || (used && passed >= MV_SAVE_LEAST_S);
}

/* Something is used that the journal does not cover. */
static bool is_exhausted(const struct mv_prepay *p, uint32_t passed)
{
    bool uses = (p->dirty & MV_NV_BIT(MV_OBJECT_REGISTERS)) != 0;
    return uses && taken(p) >= p->covered && (!p->unsaved || passed >= MV_SAVE_LEAST_S);
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
    p->account.reserved = price > 0 ? price : 1; /* 1: or what costs nothing would be saved every second */
    if (off)
        p->account.reserved = 0;
    mv_touch(p, MV_OBJECT_ACCOUNT, false);
}

enum mv_result mv_save(struct mv_prepay *p)
{
    uint32_t passed = mv_seconds(p) - p->saved_at_s;
    bool exhausted = is_exhausted(p, passed);
    if (exhausted)
        grow(p, passed);
    if (p->urgent == 0 && !exhausted && !is_due(p, passed))
        return MV_DONE;
    reserve(p);
    return commit(p);
}
