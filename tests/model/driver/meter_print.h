/* A meter as a line: "ok RESULT shown=... state". */
#ifndef MODEL_METER_PRINT_H
#define MODEL_METER_PRINT_H

#include "metervault/meter.h"

const char *result_name(enum mv_result result);
/* `answer` NULL: nothing was entered. */
void print_meter(enum mv_result result, const struct mv_meter_answer *answer, const struct mv_meter *meter);

#endif
