/* A meter that holds a key of a vector, to enter the token into. */
#ifndef CONFORMANCE_ENGINE_H
#define CONFORMANCE_ENGINE_H

#include "../support/flash_model.h"
#include "facts.h"
#include "hsmd/client.h"

struct engine {
    struct flash flash;
    struct mv_meter meter;
    struct mv_meter_answer answer; /* to the last entry */
};

/* One that measures everything. False, with a trouble, when the meter is none. */
bool engine_start(struct engine *engine, struct facts *facts, const struct hsmd_meter *meter,
                  const struct mv_decoder_key *key, uint32_t tid_fill);
/* A trouble when the meter answers anything else. */
bool engine_enter(struct engine *engine, struct facts *facts, const char *digits, enum mv_result expected);

#endif
