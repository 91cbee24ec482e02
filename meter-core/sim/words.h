/* Results and quantities in words. */
#ifndef MV_SIM_WORDS_H
#define MV_SIM_WORDS_H

#include "metervault/meter.h"

const char *words_name(enum mv_result result);    /* USED_ERROR */
const char *words_explain(enum mv_result result); /* this token was entered before */

const char *words_service(enum mv_service service); /* electricity */
const char *words_unit(enum mv_service service);    /* kWh */

enum { WORDS_QUANTITY = 32 };
/* A register's value (Wh, litres, seconds) in the unit of words_unit, exact: 25600 Wh are 25.6. */
void words_quantity(enum mv_service service, int64_t value, char text[WORDS_QUANTITY]);

#endif
