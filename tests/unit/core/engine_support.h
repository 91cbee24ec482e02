/* A whole payment meter on a flash in RAM, with a clock, a load switch and lamps of the test's. */
#ifndef MV_TEST_ENGINE_SUPPORT_H
#define MV_TEST_ENGINE_SUPPORT_H

#include "meter_support.h"
#include "metervault/prepay.h"

enum { ENGINE_2026 = 1767225600 /* 2026-01-01 00:00 UTC, a Thursday */ };
#define ENGINE_KWH INT64_C(1000)
/* What engine_limit sets: W, kWh, seconds, tries. */
enum {
    ENGINE_LIMIT_W = 3000,
    ENGINE_CREDIT_KWH = 1000,
    ENGINE_DELAY = 10,
    ENGINE_WAIT = 20,
    ENGINE_TRIES = 2,
    ENGINE_LOCKOUT = 100,
    ENGINE_UNBALANCE_DELAY = 5
};

struct engine {
    struct flash flash;
    struct mv_meter_port meter_port;
    struct mv_prepay_port port;
    struct mv_meter_identity identity;
    struct mv_parameters parameters; /* provisioned with */
    struct mv_prepay p;
    struct mv_meter_answer answer; /* to the last token */
    uint32_t unix_s;               /* at second 0 of the flash's clock */
    uint32_t next_tid;
    bool no_clock;
    /* the switch */
    bool closed;
    bool stuck, refuses; /* it stays as it is; it does not take commands */
    bool no_feedback;
    unsigned told; /* how often */
    uint8_t lamps;
};

/* cmocka's set-up: *state is a struct engine: blank and not opened; provisioned with electricity in units, no alarms
 * (both below anything that is owed), power wait 60 s, no key press wanted. */
int engine_blank(void **state);
int engine_ready(void **state);
#define ENGINE(test) cmocka_unit_test_setup(test, engine_ready)

/* Power-up with the memory as it is. */
MV_CORE_MUST_USE enum mv_result engine_open(struct engine *e);
void engine_reopen(struct engine *e);
/* Seconds pass, with a tick at each. */
void engine_wait(struct engine *e, uint32_t seconds);
/* The clock goes on by so much without a tick, and is believed. */
void engine_jump(struct engine *e, uint32_t seconds);
/* kWh that are used at once; then a tick. */
void engine_use(struct engine *e, uint32_t kwh);
/* A load in W on the first phase, sampled each of these seconds while the switch is closed. */
void engine_load(struct engine *e, uint32_t watts, uint32_t seconds);
/* A fresh token of so many kWh is entered. */
enum mv_result engine_buy(struct engine *e, uint32_t kwh);
enum mv_result engine_manage(struct engine *e, uint8_t subclass, uint16_t field);
/* The class 1 token of one test. */
enum mv_result engine_test(struct engine *e, unsigned test);
/* Keys from a text: digits, < and E. The last result. */
enum mv_result engine_keys(struct engine *e, const char *keys);
/* Changes parameters in RAM and journal. */
void engine_set(struct engine *e, const struct mv_parameters *parameters);
/* A limit of power with its times and tries is set, and credit bought. */
void engine_limit(struct engine *e);
/* Fails unless the event that lies so many back, 0 the newest, is this one. */
void check_event(const struct engine *e, unsigned index, enum mv_event_code code, uint16_t detail);
unsigned count_events(const struct engine *e, enum mv_event_code code);
/* Fails unless supply is cut for this and the switch says so. */
void check_cut(const struct engine *e, enum mv_cut cut);

#endif
