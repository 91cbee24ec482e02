/* More people for the tests of the desk, and what issuing key changes leaves in the ledger, written there directly. */
#ifndef DESK_WORLD_H
#define DESK_WORLD_H

#include "fake_desk.h"
#include "vending/desk.h"
#include "world.h"

/* The world with "engineer" and "engineer2" of the shop, "technician" of the other organisation, "chief" (supervisor)
 * of the region, and a second officer "officer2", whose certificates, like officer1's, are enrolled. */
int desk_setup(void **state);

/* Inside a write transaction of its own. */
struct store *desk_begin(struct world *world);
void desk_commit(struct store *store);

struct store_meter desk_meter(struct world *world, const char *pan);
/* world_key() as the ledger keeps it, with another revision and tariff index. */
struct store_key desk_key(uint8_t krn, uint8_t ti);
/* A pending key change of the meter from its key on file, of two tokens whose digits are `first` and the next. */
int64_t desk_change(struct world *world, const char *pan, const struct store_key *to, const char *first);
/* Approved, as the ledger wants it of a change to another group; 0 for the others. */
int64_t desk_approve(struct world *world, const char *from_sgc, const char *to_sgc);
/* An order of "seller" at the till "desk" under the key, with a set or 0; `digits` empty for a key change order. */
struct store_sale desk_order(struct world *world, const char *pan, enum store_order order, const struct store_key *key,
                             int64_t key_change, const char *digits);
void desk_end(struct world *world, int64_t key_change, enum store_outcome outcome);

/* 20 digits of a clear block of credit or management, which the fake key process opens. */
void desk_credit(uint8_t subclass, uint32_t tid, uint16_t amount, char digits[21]);
void desk_management(uint8_t subclass, uint32_t tid, uint16_t field, char digits[21]);
/* The same digits but for the one at `at`. */
void desk_mistype(const char *digits, size_t at, char wrong[21]);

#endif
