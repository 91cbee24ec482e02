/* What was taken from credit: use, fixed charges, arrears. */
#ifndef MV_CORE_ACCOUNT_H
#define MV_CORE_ACCOUNT_H

#include "clock.h"

struct mv_nv_object;

/* Of the credit register, in its unit; saturating. May be negative. */
int64_t mv_account_remaining(const struct mv_prepay *p);
/* Whether credit is in currency, so that a tariff counts. */
bool mv_account_in_currency(const struct mv_prepay *p);
/* Of the credit register. */
enum mv_service mv_account_service(const struct mv_prepay *p);

/* Takes `units` (Wh, litres, seconds), or what they cost at the present rate; to be called before the registers count
 * them, for steps are the month's. */
void mv_account_use(struct mv_prepay *p, uint64_t units);
/* After a start: what was reserved in the journal is taken, for nobody knows what was used of it. */
void mv_account_forfeit(struct mv_prepay *p);
/* What that would take now. */
int64_t mv_account_price(const struct mv_prepay *p, uint64_t units);

/* Days that a meter without power, or without a clock, is charged for afterwards; older ones are let go, so that a
 * clock that was set wrong does no more harm than that. */
enum { MV_DAYS_CHARGED = 400 };
/* To be called with the present day before days are taken: the first day ever is only noted. */
void mv_account_days_begin(struct mv_prepay *p, const struct mv_local *today);
/* The day after account.day begins: its fixed charge and arrears are taken. */
void mv_account_next_day(struct mv_prepay *p);

/* A purchase of `amount` was added to the credit register, by any carrier, and is not yet committed: counts it, takes
 * arrears from what it leaves above zero, ends an emergency credit that it pays back. Nothing for an amount of 0. */
void mv_account_credited(struct mv_prepay *p, int64_t amount);
/* Credit of a register was set to 0 (or of all: MV_REGISTER_ALL): so is what was taken. Arrears stay. */
void mv_account_cleared(struct mv_prepay *p, unsigned which);

extern const struct mv_nv_object mv_object_account;

#endif
