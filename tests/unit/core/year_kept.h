/* All that a payment meter keeps, but for its log and what is told of refusals. */
#ifndef MV_TEST_YEAR_KEPT_H
#define MV_TEST_YEAR_KEPT_H

#include "metervault/prepay.h"

struct kept {
    struct mv_meter_state meter;
    struct mv_parameters parameters;
    struct mv_tariff tariff, next_tariff;
    struct mv_calendar calendar;
    struct mv_registers registers;
    struct mv_account account;
    struct mv_freezes freezes;
    struct mv_record_state records;
    struct mv_parts parts;
    uint8_t cut, limit, tries;
    bool commanded_open, bypass, warned, warning, awaits_key, retired;
};

/* Of a meter that was just opened: what lies between members is then the same for the same state. */
void kept_of(const struct mv_prepay *p, struct kept *kept);
bool kept_same(const struct kept *a, const struct kept *b);
/* The first member that differs, for who wonders. */
const char *kept_difference(const struct kept *a, const struct kept *b);

#endif
