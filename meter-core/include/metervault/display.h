/* What a meter shows when a class 1 token asks for it. The engine names items and values; how they look is the
 * board's. */
#ifndef METERVAULT_DISPLAY_H
#define METERVAULT_DISPLAY_H

#include <stdint.h>

enum mv_display_what {
    /* No value: the board opens its load switch. Anybody can ask for it: the switch closes only when credit allows. */
    MV_SHOW_LOAD_SWITCH = 1,
    MV_SHOW_ALL_SEGMENTS, /* no value: the board tests display and keypad */
    MV_SHOW_CREDIT,       /* a register; `index`: enum mv_credit_register */
    MV_SHOW_KRN,
    MV_SHOW_KT,
    MV_SHOW_TI,
    MV_SHOW_MAXIMUM_POWER,   /* W, or MV_SHOW_NONE */
    MV_SHOW_TAMPER,          /* 1: tampered with since the last clearing */
    MV_SHOW_SOFTWARE,        /* MV_METER_SOFTWARE */
    MV_SHOW_PHASE_UNBALANCE, /* W, or MV_SHOW_NONE */
    MV_SHOW_WATER_FACTOR,    /* raw */
    MV_SHOW_TARIFF_RATE,     /* raw */
    MV_SHOW_EA,
    MV_SHOW_TCT,
    MV_SHOW_KEN,
    MV_SHOW_DRN,      /* `index`: its count of digits, leading zeros included */
    MV_SHOW_SGC,      /* or MV_SHOW_NONE */
    MV_SHOW_EXTENDED, /* `index`: of the extended set, 0..62 */
    MV_SHOW_FLAG,     /* `index`: of the flag, 0..511 */
};

enum { MV_SHOW_NONE = -1, MV_DISPLAY_ITEMS = 32 };

struct mv_display_item {
    enum mv_display_what what;
    uint16_t index;
    int64_t value;
};
struct mv_display {
    unsigned count;
    struct mv_display_item items[MV_DISPLAY_ITEMS];
};

#endif
