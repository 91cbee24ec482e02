/* What a meter should have, counted apart from it and in another way: whole sums, nothing rounded on the way. */
#ifndef MV_TEST_YEAR_LEDGER_H
#define MV_TEST_YEAR_LEDGER_H

#include "metervault/prepay.h"

enum { LEDGER_OFFSET_MIN = 60 }; /* local time */

struct ledger {
    int64_t credit[MV_REGISTERS];
    /* of electricity in currency, since it was cleared */
    uint64_t cost; /* price x Wh */
    int64_t fixed, arrears_taken;
    int64_t forfeited; /* reserved when the mains went unannounced */
    int64_t arrears;
    int64_t arrears_added;      /* ever; less what clearing forgave */
    int64_t arrears_moved;      /* ever taken */
    uint64_t energy[MV_PHASES]; /* W x ms since registers were cleared */
    uint64_t ever;              /* Wh, whatever was cleared */
    uint64_t month_base;        /* the total at which the month began */
    uint32_t day;               /* local, that was paid; 0: none */
    uint8_t rate;
    uint8_t percent;
    int64_t per_day, per_purchase;
    struct mv_tariff tariff, next;
    bool weekend_calendar;
};

uint64_t ledger_total(const struct ledger *l);
int64_t ledger_taken(const struct ledger *l);
int64_t ledger_remaining(const struct ledger *l);
void ledger_use(struct ledger *l, const uint32_t watts[MV_PHASES], uint32_t ms);
/* Midnights, months and tariffs up to that moment; and the rate that holds then. */
void ledger_time(struct ledger *l, uint32_t unix_s);
void ledger_credit(struct ledger *l, unsigned credit_register, int64_t amount);
void ledger_debt(struct ledger *l, int64_t amount);
void ledger_clear_credit(struct ledger *l, unsigned credit_register);
void ledger_clear_registers(struct ledger *l);
/* Whether that is a time without cuts for lack of credit. */
bool ledger_friendly(const struct ledger *l, uint32_t unix_s);
/* After a start: what the meter took of what was reserved; fails when that is a gain, or too much. */
void ledger_forfeit(struct ledger *l, const struct mv_prepay *p);
/* Fails unless the meter has all that. */
void ledger_check(const struct ledger *l, const struct mv_prepay *p);

#endif
