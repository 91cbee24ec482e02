/* What the simulated meter tells of itself, as lines `name value` or as one JSON object a line. */
#ifndef MV_SIM_REPORT_H
#define MV_SIM_REPORT_H

#include "board.h"

void report_screen(const struct mv_prepay *p, bool json);
void report_registers(const struct mv_prepay *p, bool json);
void report_supply(const struct mv_prepay *p, const struct board *board, bool json);
void report_events(const struct mv_prepay *p, bool json);
/* Parameters, account and counters that tests look at. */
void report_state(const struct mv_prepay *p, bool json);

#endif
