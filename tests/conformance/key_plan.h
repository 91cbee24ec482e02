/* Which vending keys the vectors need, and in which throw-away token each goes: one token holds one key per supply
 * group, revision and type, so vectors that disagree about a scope go to different tokens. */
#ifndef CONFORMANCE_KEY_PLAN_H
#define CONFORMANCE_KEY_PLAN_H

#include "base/status.h"
#include "hsm/hsm.h"
#include "meter_input.h"

enum { PLAN_KEYS_PER_TOKEN = 40 };

struct planned_key {
    struct hsm_vending_scope scope;
    uint8_t value[METER_INPUT_KEY];
    size_t size;
    size_t token;
    mv_status imported; /* filled when its token is made */
};

struct key_plan {
    struct planned_key *keys;
    size_t count, room;
    size_t tokens;
};

/* The index of the key that serves this meter, planned if it is new; VECTOR_NO_KEY when memory runs out. */
size_t key_plan_add(struct key_plan *plan, const struct meter_input *input);
/* Both keys of a key change, in one token. False when memory runs out or no token can hold both. */
bool key_plan_add_pair(struct key_plan *plan, const struct meter_input *from, const struct meter_input *to,
                       size_t *from_key, size_t *to_key);
void key_plan_free(struct key_plan *plan);

#endif
