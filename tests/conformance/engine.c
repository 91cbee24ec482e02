#include "engine.h"

#include <stdlib.h>
#include <string.h>

bool engine_start(struct engine *engine, struct facts *facts, const struct hsmd_meter *meter,
                  const struct mv_decoder_key *key, uint32_t tid_fill)
{
    struct mv_meter_identity identity = {.key = *key,
                                         .key_type = meter->kt,
                                         .key_revision = meter->krn,
                                         .tariff_index = meter->ti,
                                         .key_expiry = meter->ken,
                                         .supply_group = (uint32_t)strtoul(meter->sgc, NULL, 10),
                                         .measures = 0xFF};
    memcpy(identity.pan, meter->pan, sizeof identity.pan);
    flash_init(&engine->flash);
    struct mv_meter_port port = flash_port(&engine->flash);
    if (mv_meter_open(&engine->meter, &port, &mv_sta_public) == MV_NOT_PROVISIONED &&
        mv_meter_provision(&engine->meter, &identity, tid_fill) == MV_DONE)
        return true;
    facts_trouble(facts, "no meter can be like this");
    return false;
}

bool engine_enter(struct engine *engine, struct facts *facts, const char *digits, enum mv_result expected)
{
    enum mv_result result = mv_meter_enter(&engine->meter, digits, &engine->answer);
    if (result == expected)
        return true;
    facts_trouble(facts, "the meter answers %d to %s, not %d", (int)result, digits, (int)expected);
    return false;
}
