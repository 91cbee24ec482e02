/* What a payment meter shows: a line of text for a display of 16 characters, and the same as numbers for a board that
 * draws its own. Every screen has a number: it comes up when that number and ENTER are keyed in. */
#ifndef METERVAULT_SCREEN_H
#define METERVAULT_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

enum { MV_SCREEN_TEXT = 16 };

/* The table with words is in meter-core/docs/codes.md. */
enum mv_screen_code {
    MV_SCREEN_ENTRY = 0, /* what is being keyed in; the result of an entry */
    MV_SCREEN_REMAINING = 1,
    MV_SCREEN_TOTAL = 2,
    MV_SCREEN_MONTH = 3,
    MV_SCREEN_DATE = 4,
    MV_SCREEN_TIME = 5,
    MV_SCREEN_CUT = 6,    /* enum mv_cut */
    MV_SCREEN_TAKEN = 7,  /* of the credit register supply lives on */
    MV_SCREEN_BOUGHT = 8, /* the same register */
    MV_SCREEN_ARREARS = 9,
    MV_SCREEN_POWER = 10,   /* of all phases */
    MV_SCREEN_POWER_1 = 11, /* .. 13: of a phase */
    MV_SCREEN_PHASE_1 = 14, /* .. 16: import of a phase */
    MV_SCREEN_LIMIT = 17,   /* of power */
    MV_SCREEN_WAIT = 18,    /* seconds until the wait after a limit is over */
    MV_SCREEN_RATE = 19,    /* that holds now, from 1 */
    MV_SCREEN_RATE_1 = 20,  /* .. 27: use by rate */
    MV_SCREEN_PRICE_1 = 30, /* .. 37: price by rate */
    MV_SCREEN_MONTH_1 = 41, /* .. 52: use of a month that ended, newest first */
    MV_SCREEN_ALARM_1 = 60,
    MV_SCREEN_ALARM_2 = 61,
    MV_SCREEN_OVERDRAFT = 62,
    MV_SCREEN_EMERGENCY = 63,
    MV_SCREEN_HOARD = 64,
    MV_SCREEN_EVENTS = 70,  /* how many there were */
    MV_SCREEN_EVENT_1 = 71, /* .. 78: newest first; value: enum mv_event_code */
    MV_SCREEN_PAN_1 = 80,   /* first 9 digits of the meter's number */
    MV_SCREEN_PAN_2 = 81,   /* last 9 */
    MV_SCREEN_GROUP = 82,   /* supply group */
    MV_SCREEN_REVISION = 83,
    MV_SCREEN_TARIFF = 84, /* index */
    MV_SCREEN_EXPIRY = 85,
    MV_SCREEN_EPOCH = 86, /* of the installation */
    MV_SCREEN_SOFTWARE = 87,
    MV_SCREEN_LOCKOUT = 88, /* seconds until tokens are taken again */
    MV_SCREEN_CODES = 100   /* all codes are below */
};

struct mv_screen {
    uint8_t code;                  /* enum mv_screen_code */
    uint8_t lamps;                 /* as struct mv_prepay_port.indicate gets them */
    uint8_t decimals;              /* of `value`: 3 for kWh from Wh */
    bool empty;                    /* no value: the meter does not have it, or not yet */
    char text[MV_SCREEN_TEXT + 1]; /* letters, digits, space, and - . : < +; terminated */
    int64_t value;
};

#endif
