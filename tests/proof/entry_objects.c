/* Every object of the journal: decoded from any bytes, wherever reading fails, and encoded again. */
#include "../../meter-core/src/meter/state_object.h"
#include "../../meter-core/src/nv/entry.h"
#include "../../meter-core/src/nv/sink.h"
#include "../../meter-core/src/prepay/account.h"
#include "../../meter-core/src/prepay/calendar.h"
#include "../../meter-core/src/prepay/card_keys.h"
#include "../../meter-core/src/prepay/events.h"
#include "../../meter-core/src/prepay/freeze.h"
#include "../../meter-core/src/prepay/measure.h"
#include "../../meter-core/src/prepay/parameters.h"
#include "../../meter-core/src/prepay/record_state.h"
#include "../../meter-core/src/prepay/supply.h"
#include "../../meter-core/src/prepay/tariff.h"
#include "arbitrary.h"

/* Callers hand in what is there, all of it written. */
/*@ requires data_there: size == 0 || \initialized((uint8_t *)data + (0 .. size - 1)); */
void mv_nv_put_bytes(struct mv_nv_sink *to, const void *data, size_t size);

static void prove(const struct mv_nv_object *object, void *state)
{
    struct mv_meter_port port = arbitrary_board();
    struct mv_nv_source source = {.port = &port, .left = object->size, .mask = arbitrary_u8(0, 255), .good = true};
    struct mv_nv_sink sink = mv_nv_sink_at(&port, 0, 0);
    source.rotten = arbitrary_u32();
    (void)object->decode(state, &source);
    sink.left = object->size;
    object->encode(state, &sink);
}

void prove_objects(void)
{
    static struct mv_prepay p;
    prove(&mv_state_object, &p.meter.state);
    prove(&mv_object_account, &p);
    prove(&mv_object_registers, &p);
    prove(&mv_object_freezes, &p);
    prove(&mv_object_parameters, &p);
    prove(&mv_object_tariff, &p);
    prove(&mv_object_next_tariff, &p);
    prove(&mv_object_calendar, &p);
    prove(&mv_object_supply, &p);
    prove(&mv_object_events, &p);
    prove(&mv_object_records, &p);
    prove(&mv_object_parts, &p);
    prove(&mv_object_card_keys, &p);
}
