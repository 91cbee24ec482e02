/* Short words for tests of key changes: of the meter with serial number 1 unless an order says another. */
#ifndef KEYS_WORLD_H
#define KEYS_WORLD_H

#include "desk_world.h"

/* Asks for nothing. */
extern const struct vend_key_target keys_nothing;

struct vend_order keys_order(const char *id, const struct vend_key_target *target);
/* By "engineer". */
mv_status keys_change(struct world *world, const char *id, const struct vend_key_target *target,
                      struct vend_issued *issued);
/* 100 Wh, and a test token, by "seller". */
mv_status keys_sell(struct world *world, const char *id, struct vend_issued *issued);
mv_status keys_try_meter(struct world *world, const char *id, struct vend_issued *issued);

/* A catalogue entry of SGC, changed as an officer does it. */
struct hsm_key_info *keys_entry(uint8_t krn, uint8_t kt);
void keys_replace(struct world *world, uint8_t krn, uint8_t by);
void keys_add(struct world *world, uint8_t krn, uint16_t base_date, uint8_t ken);

void keys_confirm(struct world *world, const char *digits);
void keys_reading(struct world *world, uint32_t krn, uint32_t ti);
/* From SGC to OTHER_SGC, for a meter or "" for all: proposed by "engineer", approved by "officer2". */
void keys_approve(struct world *world, const char *meter_pan);
void keys_approve_as(struct world *world, const char *meter_pan, const char *officer);
void keys_grant_other(struct world *world, bool granted);

#endif
