/* Calls as somebody, for the matrix of rights: each finds out whether it is let in, without changing anything that
 * another one needs. */
#ifndef MV_TEST_RIGHTS_CALLS_H
#define MV_TEST_RIGHTS_CALLS_H

#include "world.h"

/* About tariffs and the office; INTERNAL_ERROR for other calls. */
mv_status call_card_as(struct world *world, const char *who, enum vend_call call);
/* About debts, money of accounts, and what becomes of sales. */
mv_status call_life_as(struct world *world, const char *who, enum vend_call call);
mv_status call_vendor_as(struct world *world, const char *who, enum vend_call call);
mv_status call_tariff_as(struct world *world, const char *who, enum vend_call call);

#endif
