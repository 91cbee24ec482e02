/* A whole payment meter on top of the token engine (meter.h): what was used, what it costs, and when supply ends. It
 * keeps its state in the same journal, in one commit with the tokens. No allocation. One caller at a time.
 * How to build a firmware on it: meter-core/docs/integration.md. Rules: docs/supply.md, docs/tariff.md,
 * docs/records.md, and docs/codes.md for what the display says; most are ours, where no standard decides.
 *
 * Amounts of credit are int64 in the unit of the meter's credit register: Wh, litres, litres, seconds, or 0.00001 of
 * the currency. Remaining credit = what tokens and records brought (mv_meter_state.credit) - what was taken
 * (mv_account.taken); it may be negative down to overdraft and emergency credit. */
#ifndef METERVAULT_PREPAY_H
#define METERVAULT_PREPAY_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/meter.h"
#include "metervault/screen.h"

enum {
    MV_PHASES = 3,
    MV_RATES = 8,       /* prices of a time-of-use tariff */
    MV_STEPS = 8,       /* of a tariff that rises with the month's use */
    MV_DAY_TABLES = 8,  /* which rate holds when, over a day */
    MV_SWITCHINGS = 12, /* of rates in a day */
    MV_WINDOWS = 4,     /* of friendly hours */
    MV_HOLIDAYS = 32,
    MV_MONTHS = 12, /* frozen */
    MV_EVENTS = 32, /* kept */
};

/* ---- what the board supplies, besides struct mv_meter_port ---- */
enum mv_switch_state { MV_SWITCH_OPEN, MV_SWITCH_CLOSED, MV_SWITCH_UNKNOWN /* the board has no feedback */ };
/* Lamps and buzzer, or-ed. */
enum { MV_LAMP_CREDIT_LOW = 1, MV_LAMP_CREDIT_OUT = 2, MV_LAMP_FAULT = 4, MV_LAMP_SWITCH_OPEN = 8, MV_BUZZER = 16 };

/* Called from within the functions below, and may call none of them. `context` stays the board's. */
struct mv_prepay_port {
    void *context;
    /* Unix seconds (UTC) of a clock that runs without mains; false: it was never set or lost its supply. Read at every
     * tick. Setting it: false when it does not take the time. */
    bool (*clock_read)(void *context, uint32_t *unix_s);
    bool (*clock_set)(void *context, uint32_t unix_s);
    /* Load switch of electricity, valve of water and gas. `closed`: the customer gets supply, so a valve opens. Does
     * not wait. True: the command was given; what it did is asked 2 s later (a valve: 15). */
    bool (*switch_set)(void *context, bool closed);
    /* The contacts' feedback, not the command. MV_SWITCH_CLOSED: there is supply behind it. */
    enum mv_switch_state (*switch_read)(void *context);
    /* MV_LAMP_... and MV_BUZZER, or-ed, at the end of every call. */
    void (*indicate)(void *context, uint8_t lamps);
};

/* ---- parameters: set by records, presets and management tokens ---- */
/* All times of day and dates are local: Unix time + utc_offset_min. Amounts are in the unit of the credit register.
 * First values and ranges: the table at the end of docs/tariff.md. */
struct mv_parameters {
    uint8_t credit_register; /* enum mv_credit_register that supply lives on; one the meter has */
    int64_t alarm_1;         /* lamp at or under this remaining credit */
    int64_t alarm_2;         /* buzzer at or under this; below alarm_1 */
    uint16_t warning_cut_s;  /* short cut when alarm 2 is reached; 0: none */
    int64_t overdraft;       /* allowed below zero, always */
    int64_t
        emergency; /* allowed below zero and overdraft, after a key press at alarm 2 or under; once until paid back */
    int64_t hoard_limit;    /* remaining credit may not exceed it; 0: no limit */
    uint32_t power_limit_w; /* the lower one of this and the token's maximum power holds; MV_LIMIT_NONE */
    uint16_t power_delay_s; /* above the limit for so long before the cut; fed pulses: on average over it */
    uint16_t power_wait_s;  /* open for so long before it closes again by itself */
    uint8_t power_tries;    /* cuts within an hour before the lock-out */
    uint16_t power_lockout_s;
    uint16_t unbalance_delay_s;  /* the limit itself is mv_meter_settings.phase_unbalance_w */
    uint16_t ct_ratio, pt_ratio; /* 1..: primary = secondary x CT x PT */
    uint32_t pulses_per_unit;    /* per kWh or m3; 1.. */
    int16_t utc_offset_min;
    uint8_t freeze_day, freeze_hour; /* 1..28, 0..23: a month ends then */
    uint8_t arrears_percent;         /* of each purchase */
    int64_t arrears_per_purchase, arrears_per_day;
    bool key_press_to_close; /* after credit ended and came in, supply returns on a key press only */
};

enum mv_tariff_kind { MV_TARIFF_SINGLE = 1, MV_TARIFF_STEP = 2, MV_TARIFF_TIME_OF_USE = 3 };
/* Counts only when credit is in currency. Prices are 0.00001 of the currency per kWh, m3 or hour. */
struct mv_tariff {
    uint32_t set_id;               /* of the parts it came in; 0: none */
    uint32_t valid_from;           /* Unix seconds; the switch time */
    uint8_t kind;                  /* enum mv_tariff_kind */
    uint8_t rates, steps;          /* used */
    uint32_t price[MV_RATES];      /* SINGLE: price[0]; TIME_OF_USE: by rate */
    uint32_t step_from[MV_STEPS];  /* Wh or litres of the month from which the step holds; step_from[0] = 0 */
    uint32_t step_price[MV_STEPS]; /* STEP: the price; TIME_OF_USE with steps: added to the rate's price */
    uint32_t fixed_per_day;        /* 0.00001 of the currency */
};
struct mv_switching {
    uint16_t minute; /* of the day, rising; the first is 0 */
    uint8_t rate;    /* 0..MV_RATES - 1 */
};
struct mv_window {
    uint8_t weekdays;          /* bit 0 Monday .. bit 6 Sunday */
    uint16_t from_min, to_min; /* to < from: into the next day */
};
struct mv_holiday {
    uint8_t month, day; /* every year */
    uint8_t day_table;
    bool friendly; /* no cut for lack of credit on that day */
};
struct mv_calendar {
    uint32_t set_id;
    uint8_t weekday_table[7]; /* Monday first */
    struct mv_switching day_tables[MV_DAY_TABLES][MV_SWITCHINGS];
    uint8_t switchings[MV_DAY_TABLES];     /* used */
    struct mv_window friendly[MV_WINDOWS]; /* no cut for lack of credit within; weekdays 0: unused */
    struct mv_holiday holidays[MV_HOLIDAYS];
    uint8_t holiday_count;
};

/* ---- what is counted ---- */
struct mv_registers {
    uint64_t total; /* import, Wh or litres (primary), or seconds for a meter of time */
    uint64_t by_rate[MV_RATES];
    uint64_t by_phase[MV_PHASES];    /* electricity */
    uint64_t month;                  /* since the last freeze */
    uint32_t pulse_rest[MV_PHASES];  /* not yet a whole Wh or litre: pulses x 1000 x CT x PT modulo pulses_per_unit */
    uint32_t energy_rest[MV_PHASES]; /* not yet a whole Wh: W x ms, below 3,600,000 */
};
/* Amounts in the unit of the credit register. */
struct mv_account {
    int64_t taken[MV_REGISTERS]; /* by enum mv_credit_register; see the top */
    uint32_t price_rest;         /* not yet a whole 0.00001 of the currency: price x Wh modulo 1000 (s: 3600) */
    int64_t arrears;             /* still owed */
    int64_t fixed_today_taken;
    uint32_t day;       /* local day number (1970-01-01 is 0) that arrears and fixed charges were last taken for */
    bool emergency_on;  /* granted and not yet paid back */
    uint32_t purchases; /* that brought credit, by any carrier */
    /* Of the credit register, taken in advance in the journal: power that goes without a warning costs it. In RAM it is
     * not taken. */
    int64_t reserved;
};
struct mv_month {
    uint32_t ended;           /* Unix seconds; 0: none */
    uint64_t total, month;    /* Wh, litres or seconds: ever, and in that month */
    int64_t remaining, taken; /* of the credit register, its unit */
};
struct mv_freezes {
    struct mv_month months[MV_MONTHS]; /* newest first */
    uint32_t last;                     /* Unix seconds at which the newest one was due */
    uint16_t next_month;               /* year x 12 + month - 1 of the next one; 0: no clock yet */
};

/* ---- supply ---- */
/* Why the switch is open; the first that holds is shown. */
enum mv_cut {
    MV_CUT_NONE = 0,
    MV_CUT_RETIRED,
    MV_CUT_COMMAND,    /* a control record */
    MV_CUT_CREDIT,     /* overdraft and emergency used up */
    MV_CUT_KEY,        /* credit is back; waits for the key press */
    MV_CUT_WARNING,    /* the short one at alarm 2 */
    MV_CUT_POWER,      /* over the limit; closes again by itself */
    MV_CUT_POWER_LOCK, /* after too many tries */
    MV_CUT_UNBALANCE,
    MV_CUT_TEST, /* test token 1 */
};
struct mv_supply {
    uint8_t cut;         /* enum mv_cut */
    uint8_t limit;       /* POWER, POWER_LOCK or UNBALANCE while its wait runs, else NONE */
    bool commanded_open; /* by a control record, until one closes */
    bool bypass;         /* control is left: closed whatever credit and commands say; an event of its own */
    bool warned;         /* alarm 2 had its warning cut */
    bool warning;        /* it is running */
    bool awaits_key;
    bool retired;
    uint8_t tries; /* cuts by power or unbalance within the hour */
    /* Not kept: the feedback is not what was commanded; test token 1 is running; the buzzer was heard; and the port's
     * seconds since which things are as they are: after a restart times run anew. */
    bool switch_fault, testing, silenced;
    uint32_t limit_since_s, warning_since_s, tries_since_s;
    uint32_t test_since_s; /* + 1; 0: none since power-up */
};
enum mv_event_code {
    MV_EVENT_NONE = 0,
    MV_EVENT_POWER_UP,
    MV_EVENT_CREDIT,
    MV_EVENT_CUT /* detail: enum mv_cut */,
    MV_EVENT_CLOSED,
    MV_EVENT_TAMPER,
    MV_EVENT_TAMPER_CLEARED,
    MV_EVENT_SWITCH_FAULT,
    MV_EVENT_BYPASS,
    MV_EVENT_BYPASS_END,
    MV_EVENT_CLOCK_SET,
    MV_EVENT_CLOCK_LOST,
    MV_EVENT_PARAMETERS,
    MV_EVENT_TARIFF /* the switch time came */,
    MV_EVENT_KEY_CHANGED,
    MV_EVENT_RECORD_REFUSED /* detail: enum mv_result */,
    MV_EVENT_RESET,
    MV_EVENT_CLEARED,
    MV_EVENT_EMERGENCY,
    MV_EVENT_OVERLOAD,
    MV_EVENT_UNBALANCE,
    MV_EVENT_RETIRED,
    MV_EVENT_LOCKOUT,
    MV_EVENT_STORAGE_HEALED,
};
struct mv_event {
    uint32_t when;   /* Unix seconds; 0: the clock was not set */
    uint8_t code;    /* enum mv_event_code */
    uint16_t detail; /* by code: docs/codes.md; else 0 */
};
struct mv_events {
    struct mv_event ring[MV_EVENTS]; /* newest first; code NONE: not used */
    uint32_t count;                  /* ever */
};

/* ---- native records: what a meter remembers of them (record.h) ---- */
enum { MV_RECORD_KINDS = 6 /* index: kind 1..5 */, MV_PARTS_MAX = 4, MV_PART_BYTES = 128 };
struct mv_record_keys {
    uint8_t domain[3];
    uint8_t mac_version, enc_version; /* of the masters */
    uint8_t mac_in[16], mac_out[16];  /* diversified: direction 01 and 81 */
    uint8_t enc[16];                  /* diversified record-enc: unwraps key updates */
};
struct mv_record_state {
    struct mv_record_keys keys;
    bool provisioned; /* the meter takes records at all */
    uint16_t epoch;
    uint32_t sequence[MV_RECORD_KINDS]; /* highest accepted, by kind; 0: none in this epoch */
    uint32_t return_sequence;           /* of the last return that was written */
    uint32_t return_reserved;           /* up to here they may be given out: this is what is kept */
    uint8_t nonce[8];                   /* of the last read request */
    bool nonce_open;                    /* a return that echoes it is due */
    uint8_t want, from;                 /* of that request: enum mv_want and where it begins */
    bool account_open;
    uint8_t client[6];       /* client number, BCD, once an account is open */
    uint8_t card[8];         /* serial of its card; zeros: none */
    int64_t total_purchased; /* by records in this epoch, in the credit register's unit */
    uint16_t refusals;       /* in this epoch; stays at the most */
    uint8_t refused_kind;    /* of the last one, and its sequence and result */
    uint32_t refused_sequence;
    uint16_t refused_result; /* enum mv_result */
};
/* A set that comes in parts: staged until it is whole. */
struct mv_parts {
    uint32_t set_id; /* 0: none */
    uint8_t what;    /* enum mv_set_what */
    uint8_t total;
    uint8_t present; /* bit i: part i + 1 */
    uint8_t length[MV_PARTS_MAX];
    uint8_t bytes[MV_PARTS_MAX][MV_PART_BYTES];
};

/* ---- cards: the keys of the meter's card slot (card_terminal.h), by AN10922 from the office's masters ---- */
struct mv_card_keys {
    uint8_t meter_version; /* of the master card-meter; 0: this meter takes no cards */
    uint8_t area_version;  /* of card-area of the records' domain; 0: none, it takes users' cards only */
    uint8_t meter[16], area[16];
};

/* Objects in the journal; 0 is the token engine's. */
enum mv_object {
    MV_OBJECT_TOKENS = 0,
    MV_OBJECT_ACCOUNT,
    MV_OBJECT_REGISTERS,
    MV_OBJECT_FREEZES,
    MV_OBJECT_PARAMETERS,
    MV_OBJECT_TARIFF,
    MV_OBJECT_NEXT_TARIFF,
    MV_OBJECT_CALENDAR,
    MV_OBJECT_SUPPLY,
    MV_OBJECT_EVENTS,
    MV_OBJECT_RECORDS,
    MV_OBJECT_PARTS,
    MV_OBJECT_CARD_KEYS,
    MV_OBJECT_COUNT
};

/* What the last samples said; not kept. */
struct mv_load {
    uint32_t power_w[MV_PHASES];               /* primary */
    uint8_t rate;                              /* of the calendar, now */
    uint32_t over_since_s, unbalanced_since_s; /* the port's seconds + 1; 0: not */
    /* Of a meter that is fed pulses: power_w is their mean over the last whole window of power_delay_s, 15 s at least.
     */
    bool pulsed;
    uint32_t pulses[MV_PHASES]; /* in this window */
    uint32_t window_since_s;    /* the port's seconds + 1; 0: none yet */
};

/* What the load switch was told; not kept. */
struct mv_load_switch {
    bool told;        /* at all since power-up */
    bool closed;      /* what it was told last */
    bool given;       /* the port took that command */
    uint8_t retries;  /* since that changed, or within the hour */
    uint32_t since_s; /* the port's seconds of the last telling */
};

/* Keys, numbered as they stand on the keypad. A meter with one button has ENTER. */
enum mv_key { MV_KEY_0 = 0, MV_KEY_9 = 9, MV_KEY_BACK = 10, MV_KEY_ENTER = 11 };
enum { MV_KEYPAD_DIGITS = 20 };
/* Keypad and display; not kept. */
struct mv_keypad {
    char digits[MV_KEYPAD_DIGITS + 1]; /* keyed in so far, terminated */
    uint8_t count;
    uint8_t code;                  /* enum mv_screen_code that somebody asked for */
    bool asked;                    /* it stays for a while; else the display cycles by itself */
    uint32_t since_s;              /* the port's seconds of the last key */
    enum mv_result result;         /* of the last token, shown under the code ENTRY while no digits are there */
    struct mv_meter_answer answer; /* to it */
};

struct mv_prepay {
    struct mv_meter meter; /* tokens; entered through mv_prepay_enter */
    struct mv_meter_companion companion;
    struct mv_prepay_port port;
    struct mv_parameters parameters;
    struct mv_tariff tariff, next_tariff; /* the second waits for its switch time; set_id 0: none */
    struct mv_calendar calendar;
    struct mv_registers registers;
    struct mv_account account;
    struct mv_freezes freezes;
    struct mv_supply supply;
    struct mv_events events;
    struct mv_record_state records;
    struct mv_parts parts;
    struct mv_card_keys card_keys;
    struct mv_load load;
    struct mv_load_switch load_switch;
    struct mv_keypad keypad;
    uint32_t dirty;       /* bit n: object n changed and is not yet in the journal */
    uint32_t urgent;      /* those of `dirty` that must not wait for the next save */
    uint64_t saved_total; /* registers.total at the last save */
    uint32_t saved_at_s;  /* the port's seconds */
    uint32_t ticked_at_s; /* the same */
    bool had_clock;       /* at the last tick */
    /* What the board's clock said when it was last believed, 0: never; the port's seconds then; and whether two answers
     * agreed since the start. */
    uint32_t clock_seen, clock_seen_s;
    bool clock_agreed;
    uint32_t set_time; /* what the clock is set to once the record that said so is in the journal; 0: nothing */
    /* It was loaded once: what is used is counted here also while the memory takes nothing. */
    bool counts;
    bool unsaved;                /* the last commit failed: the fault lamp */
    uint32_t quota;              /* units that are reserved at a time */
    struct mv_registers counted; /* those of RAM while the journal's are read again */
    enum mv_result fault;        /* why the meter is not open; the display shows it */
};

/* ---- counting: by pulses or by samples, never both; what comes before the meter is open is lost ---- */
/* Quick enough for each pulse: supply is decided, and saving looked at, by the next tick. Rounding: docs/tariff.md. */
/* `count` pulses of phase 0..2 (water, gas: 0), at pulses_per_unit of the secondary side. Nothing for a phase that is
 * none and for a meter of time. */
void mv_prepay_pulses(struct mv_prepay *p, uint8_t phase, uint32_t count);
/* Mean import power of each phase on the secondary side over the last `ms`. Nothing but for electricity. */
void mv_prepay_power(struct mv_prepay *p, const uint32_t secondary_w[MV_PHASES], uint32_t ms);

/* ---- the meter ---- */
/* Every function leaves the supply decided and what must not be lost in the journal. STORAGE_ERROR closes the meter;
 * the next call loads it again. Results that are not named here are those of the function of the same name in
 * meter.h. */

/* At power-up, before all else; `p` needs no preparation and may not move afterwards. `tables` stays the caller's and
 * outlives the meter: &mv_sta_public. The ports are copied, what their contexts point to is not. The switch is told by
 * the credit that the memory holds. DONE, NOT_PROVISIONED: mv_prepay_provision is next; OTHER_FORMAT, STORAGE_ERROR:
 * nothing was changed and the switch not touched; RANGE_ERROR for a port that lacks a function. Whatever it is, every
 * other function may be called: as long as there is no meter it does nothing and says so, and the display does. */
MV_CORE_MUST_USE enum mv_result mv_prepay_open(struct mv_prepay *p, const struct mv_meter_port *meter_port,
                                               const struct mv_prepay_port *port, const struct mv_sta_tables *tables);
/* Once, at the factory, after mv_prepay_open said NOT_PROVISIONED: all of it is one commit. Copies what it is given;
 * the caller wipes the keys. `parameters` NULL: defaults, with the first register that the meter measures; `keys` NULL:
 * the meter takes no records; `epoch` of the installation that `keys` are for. DONE, and as mv_meter_provision;
 * RANGE_ERROR also for parameters that do not fit. */
MV_CORE_MUST_USE enum mv_result mv_prepay_provision(struct mv_prepay *p, const struct mv_meter_identity *identity,
                                                    uint32_t tid_fill, const struct mv_parameters *parameters,
                                                    const struct mv_record_keys *keys, uint16_t epoch);
/* Once, behind mv_prepay_provision, for a meter with a card slot; copies the keys, the caller wipes its own. DONE;
 * ALREADY_PROVISIONED: it has such keys; RANGE_ERROR for the version 0; NOT_PROVISIONED also where the meter takes no
 * records; STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_prepay_provision_cards(struct mv_prepay *p, const struct mv_card_keys *keys);
/* Forgets keys and state in RAM; the memory keeps its own. */
void mv_prepay_close(struct mv_prepay *p);

/* A token of 20 digits, terminated. MV_RECORD_HOARD when its credit would exceed the hoard limit: then it stays
 * good. */
MV_CORE_MUST_USE enum mv_result mv_prepay_enter(struct mv_prepay *p, const char *digits,
                                                struct mv_meter_answer *answer);
/* Once a second, or at least every few: time passes. DONE, NOT_PROVISIONED or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_prepay_tick(struct mv_prepay *p);
/* The mains goes: all that changed is saved at once, the switch stays. Nothing else needs to be called until the power
 * comes back; what is called meanwhile works. DONE, NOT_PROVISIONED or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_prepay_power_fails(struct mv_prepay *p);
/* Somebody opened the case or the like; kept until a token or record clears it. DONE, also when it was known already;
 * NOT_PROVISIONED or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_prepay_tamper(struct mv_prepay *p);
/* The sealed switch on the board that leaves control of supply (`on`) and takes it up again, for emergencies; kept. May
 * be called with what holds already. DONE, NOT_PROVISIONED or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_prepay_bypass(struct mv_prepay *p, bool on);

/* ---- keypad and display ---- */
/* Digits gather until ENTER: 20 are a token, up to 2 a display code. Without digits ENTER is the key press that brings
 * supply back or grants emergency credit, else it shows the next screen; BACK deletes the last digit, else shows the
 * screen before. The result of the token (mv_prepay_enter), which the display shows; else DONE, NOT_PROVISIONED,
 * STORAGE_ERROR, or RANGE_ERROR for what is no key. */
MV_CORE_MUST_USE enum mv_result mv_prepay_key(struct mv_prepay *p, enum mv_key key);
/* What the display shows now; reads only. To be drawn after each call and once a second. */
void mv_prepay_screen(const struct mv_prepay *p, struct mv_screen *screen);

#endif
