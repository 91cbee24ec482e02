/* Registers and quantities in words; results have theirs in metervault/codes.h. */
#ifndef MV_SIM_WORDS_H
#define MV_SIM_WORDS_H

#include "metervault/meter.h"

const char *words_register(enum mv_credit_register which); /* electricity, electricity-currency */
const char *words_unit(enum mv_credit_register which);     /* kWh, currency */
const char *words_key_type(uint8_t key_type);              /* DUTK (unique) */
/* Of what a class 1 or 2 token is about, as JSON has it: maximum_power */
const char *words_show(enum mv_display_what what);
const char *words_manage(uint8_t subclass);

enum { WORDS_QUANTITY = 32 };
/* A register's value in the unit of words_unit, exact: 25600 Wh are 25.6. */
void words_quantity(enum mv_credit_register which, int64_t value, char text[WORDS_QUANTITY]);
/* Six digits, or "unknown". */
void words_supply_group(uint32_t supply_group, char text[WORDS_QUANTITY]);
/* Watts, or "none". */
void words_limit(uint32_t watts, char text[WORDS_QUANTITY]);
/* The value of an item that a class 1 token asked for. */
void words_item(const struct mv_display_item *item, char text[WORDS_QUANTITY]);
/* The sections that are there, as "1 3", or "none". */
void words_sections(uint8_t present, char text[WORDS_QUANTITY]);

#endif
