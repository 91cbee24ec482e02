/* The decision whether there is supply: a pure function, tested over all its inputs. */
#include "supply.h"

/* Within friendly hours credit that ends does not cut, but gives no supply to those who have none either: whoever was
 * cut by credit, a command or for good, or waits for the key, goes on without. */
static bool keeps_supply(enum mv_cut before, const struct mv_supply_facts *facts)
{
    return facts->friendly && !facts->awaits_key && before != MV_CUT_RETIRED && before != MV_CUT_COMMAND &&
           before != MV_CUT_CREDIT && before != MV_CUT_KEY;
}

/* What control of supply says: everything that the bypass passes over. */
static enum mv_cut controlled(enum mv_cut before, const struct mv_supply_facts *facts)
{
    if (facts->commanded_open)
        return MV_CUT_COMMAND;
    if (facts->out && !keeps_supply(before, facts))
        return MV_CUT_CREDIT;
    if (facts->awaits_key)
        return MV_CUT_KEY;
    return facts->warning ? MV_CUT_WARNING : MV_CUT_NONE;
}

enum mv_cut mv_supply_decide(enum mv_cut before, const struct mv_supply_facts *facts)
{
    if (facts->retired)
        return MV_CUT_RETIRED;
    enum mv_cut cut = facts->bypass ? MV_CUT_NONE : controlled(before, facts);
    if (cut != MV_CUT_NONE)
        return cut;
    return facts->limit != MV_CUT_NONE ? facts->limit : facts->test ? MV_CUT_TEST : MV_CUT_NONE;
}
