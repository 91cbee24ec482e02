/* A small utility for the tests: a real ledger in a temporary folder, the fake key process, a clock that the test
 * moves, organisations root > region > shop and root > other, principals and a meter in each. */
#ifndef WORLD_H
#define WORLD_H

#include "../../support/status.h"
#include "fake_keys.h"
#include "vending/vending.h"

#define SGC       "123456"
#define OTHER_SGC "654321"

/* 2025-01-15T10:00:30Z, and its minute since 1993 */
static const int64_t NOW_S = 1736935230;
static const uint64_t NOW_MINUTE = (1736935230 - 725846400) / 60;
static const uint64_t BASE_2014_MINUTE = (1388534400 - 725846400) / 60;

struct world {
    struct vend *vend;
    char folder[64];
    char ledger[128];
    uint8_t card_pboc_class;                 /* likewise; 0: no cards of profile 2 */
    uint32_t card_ceiling, card_key_ceiling; /* from the next start on; 0: without end */
};

/* Set by the test, read by the domain. */
void world_set_clock(int64_t real_s, int64_t boot_s);
void world_step(int64_t real_s, int64_t boot_s); /* relative */
int64_t world_now_s(void);                       /* the key process goes by the same clock */

int world_setup(void **state); /* cmocka fixture: an open world */
int world_teardown(void **state);
void world_open(struct world *world);
void world_restart(struct world *world); /* stop and start on the same ledger */

struct vend_caller world_caller(const char *principal);
/* 18 digits with right check digits. */
const char *world_pan(unsigned serial, char pan[19]);
/* Registers it with the SGC's key `krn`, as "admin". */
mv_status world_meter(struct world *world, unsigned serial, const char *organisation, enum vend_utility utility,
                      const struct vend_meter_key *key);
/* KRN 1, KT 2, base date 2014, KEN 255, EA 7, DKGA 4, TI 1. */
struct vend_meter_key world_key(void);

/* Electricity by keypad; waits for the answer. */
mv_status world_sell(struct world *world, const char *principal, const char *request_id, const char *pan, int64_t wh,
                     struct vend_issued *sale);
/* Any order; waits for the answer. */
mv_status world_order(struct world *world, const char *principal, const struct vend_order *order,
                      struct vend_issued *issued);
/* The order's own token: the last one. */
const struct vend_token *world_own(const struct vend_issued *issued);
/* The raw 24-bit TID in the digits. */
uint32_t world_token_tid(const char *digits, uint32_t *units);

/* The ledger's own view. */
size_t world_audit_count(struct world *world, const char *action, const char *outcome);
size_t world_audit_total(struct world *world);
/* Some record's detail begins with this. */
bool world_audit_has(struct world *world, const char *detail);
/* Checks the whole chain. */
void world_audit_verify(struct world *world);
/* Everything in the ledger, as SQL text; free it. */
char *world_dump(struct world *world);

#define assert_refused(expected, status) assert_reason((status), (expected))

#endif
