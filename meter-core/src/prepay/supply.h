/* Is there supply, and if not, why. What was decided last and what holds now go into a pure function; around it stand
 * those who ask what holds, and those who make the switch follow. Rules: meter-core/docs/supply.md. */
#ifndef MV_CORE_PREPAY_SUPPLY_H
#define MV_CORE_PREPAY_SUPPLY_H

#include "metervault/prepay.h"

struct mv_nv_object;
extern const struct mv_nv_object mv_object_supply;

enum { MV_TEST_CUT_S = 5, MV_TEST_EVERY_S = 60 /* anybody can make its token, and a switch wears */ };

/* What holds now. */
struct mv_supply_facts {
    bool retired, commanded_open, bypass;
    bool out;          /* remaining credit is at or under what may be owed */
    bool friendly;     /* hours without a cut for lack of credit */
    bool awaits_key;   /* credit came back, the key press is wanted and did not come */
    bool warning;      /* the warning cut is running */
    enum mv_cut limit; /* POWER, POWER_LOCK or UNBALANCE while its wait runs, else NONE */
    bool test;         /* test token 1 is running */
};
/* `before` is the cut that was decided last: within friendly hours who has supply keeps it, who had none waits. */
enum mv_cut mv_supply_decide(enum mv_cut before, const struct mv_supply_facts *facts);

/* What holds the switch open now: also the test that supply.cut does not show. */
static inline enum mv_cut mv_supply_cut(const struct mv_prepay *p)
{
    return p->supply.cut == MV_CUT_NONE && p->supply.testing ? MV_CUT_TEST : (enum mv_cut)p->supply.cut;
}
/* What may be owed now, 0 or less: -overdraft, and -emergency when it is granted. */
int64_t mv_supply_floor(const struct mv_prepay *p);
bool mv_supply_is_out(const struct mv_prepay *p);
/* Decides, logs a change, marks it urgent. No memory is written and no switch moved. */
void mv_supply_update(struct mv_prepay *p);
/* The times of what is running start now: after a restart. */
void mv_supply_restart(struct mv_prepay *p);

/* ---- orders; the caller settles (settle.h) ---- */
void mv_supply_command(struct mv_prepay *p, bool open); /* control record */
/* Leaves or re-enters control. */
void mv_supply_bypass(struct mv_prepay *p, bool on);
void mv_supply_retire(struct mv_prepay *p); /* for good; keys are the caller's to wipe */
void mv_supply_test(struct mv_prepay *p);   /* test token 1 */
/* The key: ends a wait for it and the warning cut, grants emergency credit. True when it changed something. */
bool mv_supply_key(struct mv_prepay *p);

#endif
