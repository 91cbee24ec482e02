#include "events.h"

#include <string.h>

#include "../nv/nv.h"
#include "clock.h"
#include "save.h"

enum { EVENTS_FORM = 1, EVENT_SIZE = 7, EVENTS_SIZE = 4 + MV_EVENTS * EVENT_SIZE };

static void encode(const void *state, struct mv_nv_sink *to)
{
    const struct mv_events *events = &((const struct mv_prepay *)state)->events;
    mv_nv_put_u32(to, events->count);
    for (unsigned i = 0; i < MV_EVENTS; i++) {
        mv_nv_put_u32(to, events->ring[i].when);
        mv_nv_put_u8(to, events->ring[i].code);
        mv_nv_put_u16(to, events->ring[i].detail);
    }
}

static bool decode(void *state, struct mv_nv_source *from)
{
    struct mv_events *events = &((struct mv_prepay *)state)->events;
    bool fits = true;
    events->count = mv_nv_get_u32(from);
    for (unsigned i = 0; i < MV_EVENTS; i++) {
        events->ring[i].when = mv_nv_get_u32(from);
        events->ring[i].code = mv_nv_get_u8(from);
        events->ring[i].detail = mv_nv_get_u16(from);
        fits = fits && events->ring[i].code <= MV_EVENT_STORAGE_HEALED;
    }
    return fits;
}

const struct mv_nv_object mv_object_events = {
    .id = MV_OBJECT_EVENTS, .form = EVENTS_FORM, .size = EVENTS_SIZE, .encode = encode, .decode = decode};

/* What an inspector asks for, and what nobody may drive out by causing others. */
static bool lasts(uint8_t code)
{
    enum {
        LASTING = 1U << MV_EVENT_TAMPER | 1U << MV_EVENT_BYPASS | 1U << MV_EVENT_RESET | 1U << MV_EVENT_RETIRED |
                  1U << MV_EVENT_CLEARED | 1U << MV_EVENT_CLOCK_SET
    };
    return ((unsigned)LASTING >> code & 1U) != 0;
}

/* The place that a new event of this code empties: the oldest of its own when it has its share, else the oldest that
 * does not last; an empty one is older than all. */
static unsigned place_for(const struct mv_events *events, uint8_t code)
{
    unsigned share = lasts(code) ? MV_EVENT_SHARE_LASTING : MV_EVENT_SHARE;
    unsigned own = 0;
    unsigned passing = 0;
    unsigned of_code = 0;
    for (unsigned i = 0; i < MV_EVENTS; i++) {
        if (events->ring[i].code == code) {
            own = i;
            of_code++;
        }
        if (!lasts(events->ring[i].code))
            passing = i;
    }
    return of_code >= share ? own : passing;
}

void mv_event_log(struct mv_prepay *p, enum mv_event_code code, uint16_t detail)
{
    struct mv_events *events = &p->events;
    struct mv_event event = {.code = (uint8_t)code, .detail = detail};
    unsigned place = place_for(events, event.code);
    (void)mv_clock_now(p, &event.when);
    memmove(&events->ring[1], &events->ring[0], place * sizeof events->ring[0]);
    events->ring[0] = event;
    events->count++;
    mv_touch(p, MV_OBJECT_EVENTS, false);
}

void mv_events_clear(struct mv_prepay *p)
{
    memset(p->events.ring, 0, sizeof p->events.ring);
    mv_event_log(p, MV_EVENT_CLEARED, 0);
}
