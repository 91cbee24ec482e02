/* A payment meter lives through a year: tokens of every class, key changes, records of every kind, load, alarms, loss
 * of power. Everything follows from one seed. What the meter should have is counted apart from it (year_ledger.h). */
#ifndef MV_TEST_YEAR_H
#define MV_TEST_YEAR_H

#include "record_support.h"
#include "year_ledger.h"

enum { YEAR_DAYS = 365, YEAR_MONTH_DAYS = 31, YEAR_DAY_MIN = 1440, YEAR_MINUTE_S = 60 };

/* The public functions that write. */
enum year_call {
    YEAR_TICK,
    YEAR_TOKEN,
    YEAR_RECORD,
    YEAR_RETURN,
    YEAR_ENTER_KEY,
    YEAR_TAMPER,
    YEAR_BYPASS_ON,
    YEAR_BYPASS_OFF,
    YEAR_MAINS_GOES,
    YEAR_POWER_UP,
    YEAR_CALLS
};
extern const char *const year_call_names[YEAR_CALLS];

/* What happened how often; the test looks that nothing is missing. */
enum year_count {
    YEAR_CREDITS,
    YEAR_OTHER_CREDITS, /* to a register that supply does not live on */
    YEAR_MANAGEMENT,
    YEAR_CLEARINGS,
    YEAR_TESTS,
    YEAR_KEY_CHANGES,
    YEAR_HALF_SETS,
    YEAR_REFUSED_TOKENS,
    YEAR_PURCHASES,
    YEAR_MERGED,
    YEAR_REPLACEMENTS,
    YEAR_PARAMETERS,
    YEAR_TARIFFS,
    YEAR_CALENDARS,
    YEAR_COMMANDS,
    YEAR_TIMES,
    YEAR_RESETS,
    YEAR_READS,
    YEAR_KEY_UPDATES,
    YEAR_REFUSED_RECORDS,
    YEAR_WARNED_CUTS,
    YEAR_UNWARNED_CUTS,
    YEAR_CUT_CALLS, /* the power went while the call wrote */
    YEAR_CUT_HELD,  /* and what it said held */
    YEAR_EMERGENCIES,
    YEAR_SUPPLY_CUTS,
    YEAR_ROT,
    YEAR_COUNTS
};
extern const char *const year_count_names[YEAR_COUNTS];

/* What the call that comes means; read by its effect. */
struct year_plan {
    int64_t amount, debt;
    int64_t merged, merged_debt; /* of the purchase before it that comes along */
    uint8_t target;              /* enum mv_credit_register */
    uint8_t clear;               /* enum mv_clear, or-ed */
    struct mv_parameters parameters;
    struct mv_tariff tariff;
    bool weekend;
    struct mv_record_keys keys;
    uint16_t epoch;
    uint32_t time;
    struct mv_meter_identity identity;
};

struct year {
    struct record_fixture f; /* the meter and the server's side of records */
    struct ledger now, kept; /* what it should have; what of that was saved */
    uint64_t random;
    /* the call that comes */
    char token[21];
    struct mv_meter_answer answer;
    enum mv_result result;
    struct year_plan plan;
    /* the server's side of tokens */
    uint32_t tid;
    uint32_t sequence[MV_RECORD_KINDS]; /* used last */
    uint32_t set_id;
    uint8_t key_seed, card;
    bool account_open;
    uint32_t outage_min; /* still without mains */
    uint32_t clock_lost_min;
    bool strike;         /* the power goes during the next call that writes */
    uint32_t minute;     /* since the first */
    uint32_t generation; /* of the journal, after the last call */
    uint32_t kept_s;     /* the board's, at which `kept` was saved */
    unsigned counts[YEAR_COUNTS];
    uint64_t bytes[YEAR_CALLS]; /* written, without what erasing takes */
    unsigned writing[YEAR_CALLS];
    /* Called after each call that wrote, with what was before it; may be NULL. Leaves `f` as it was. */
    void (*watch)(struct year *y, enum year_call call, const struct record_fixture *before);
};

/* A meter of the first day. */
void year_begin(struct year *y, uint64_t seed, uint32_t sectors, uint32_t sector_size);
/* What happens in the next minute. */
void year_minute(struct year *y);

/* ---- for the parts of the script ---- */
/* Below `below`. */
uint32_t year_random(struct year *y, uint32_t below);
/* Asked each minute: so often in a hundred days. */
bool year_happens(struct year *y, uint32_t in_hundred_days);
/* Calls `call` on the meter as it is: what year_do of the watcher repeats. */
enum mv_result year_do(struct year *y, enum year_call call);
/* Does it once in the meter's life, with what may strike; checks what must hold after it. True: what it says holds, and
 * `effect` (or NULL) was entered in the ledger. */
bool year_does(struct year *y, enum year_call call, void (*effect)(struct year *y));
/* Power off and on. */
void year_restart(struct year *y);
bool year_accepted(enum mv_result result);
/* Things that somebody does with tokens, and with records. */
void year_tokens(struct year *y);
void year_records(struct year *y);
/* The first records of a life: account, prices, parameters. */
void year_commission(struct year *y);

#endif
