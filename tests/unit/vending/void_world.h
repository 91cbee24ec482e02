/* Purchases by record that are taken back, in the world of the office: short words for signing them, and a meter that
 * is played by its rule alone: it takes what it lacks of what a record covers. */
#ifndef VOID_WORLD_H
#define VOID_WORLD_H

#include "office_world.h"
#include "records_world.h"

enum { VOID_EPOCH = 7, VOID_OPENED = 500 /* Wh, by number 1 */, VOID_MOST = 400 };

/* What was signed: its number, and what it covers, its own purchase first. */
struct void_signed {
    uint32_t sequence, count;
    int64_t brings[1 + MV_UNREAD_MAX];
};
struct void_play {
    char pan[19];
    uint32_t returns;
    struct vend_records records;
    struct vend_record_facts facts; /* of what was signed last */
    struct vend_return out;
    struct void_signed issued[VOID_MOST];
    size_t issued_count;
    struct void_meter {
        uint32_t sequence;
        int64_t total;
        bool credited[VOID_MOST];
    } meter;
};
extern struct void_play void_play;

/* An office, and a meter with an open account by purchase number 1. */
int void_setup(void **state);
/* Notes the facts. */
vend_record_body_fn void_body;
/* Of what was just signed. */
void void_remember(void);
/* By "seller". */
mv_status void_buy(struct world *world, const char *id, int64_t wh);
mv_status void_as(struct world *world, const char *who, const char *id, uint32_t sequence);
/* By "chief". */
mv_status void_one(struct world *world, const char *id, uint32_t sequence);
/* To the meter. */
void void_deliver(const struct void_signed *one);
struct records_shown void_shown(const uint8_t *nonce);
/* Asks the meter and hands in its answer. */
void void_ask(struct world *world, const char *id);

#endif
