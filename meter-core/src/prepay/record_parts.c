/* Sets that come in parts: put together aside, taken whole. */
#include <string.h>

#include "events.h"
#include "record_rules.h"
#include "save.h"

_Static_assert((int)MV_PART_BYTES == (int)MV_SET_BYTES_MAX, "a part holds what a record brings");

struct part {
    uint32_t set_id;
    uint8_t what, number, total; /* number from 1 */
    struct mv_tlv bytes;
};

static enum mv_result take_set(struct mv_prepay *p, const struct part *part, const uint8_t *bytes, uint32_t size,
                               struct mv_record_answer *answer)
{
    enum mv_result result = part->what == MV_SET_TARIFF ? mv_take_tariff(p, part->set_id, bytes, size)
                                                        : mv_take_calendar(p, part->set_id, bytes, size);
    if (result != MV_ACCEPT)
        return result;
    mv_parts_drop(p);
    mv_event_log(p, MV_EVENT_PARAMETERS, part->what);
    answer->set_whole = true;
    return MV_ACCEPT;
}

void mv_parts_drop(struct mv_prepay *p)
{
    if (p->parts.set_id == 0)
        return;
    memset(&p->parts, 0, sizeof p->parts);
    mv_touch(p, MV_OBJECT_PARTS, true);
}

/* ---- putting together ---- */

/* All but the last part are full, so the pieces lie behind one another. */
static enum mv_result read_part(const struct mv_record_in *in, struct part *part)
{
    part->set_id = (uint32_t)mv_in_number(in, MV_TAG_SET_ID);
    part->what = (uint8_t)mv_in_number(in, MV_TAG_SET_WHAT);
    part->number = (uint8_t)mv_in_number(in, MV_TAG_SET_PART);
    part->total = (uint8_t)mv_in_number(in, MV_TAG_SET_PARTS);
    (void)mv_in_find(in, MV_TAG_SET_BYTES, &part->bytes); /* the caller counted the tags */
    if (part->set_id == 0 || (part->what != MV_SET_TARIFF && part->what != MV_SET_CALENDAR))
        return MV_RECORD_VALUE;
    if (part->total > MV_PARTS_MAX || part->number < 1 || part->number > part->total)
        return MV_RECORD_VALUE;
    bool full = part->number == part->total || part->bytes.length == MV_SET_BYTES_MAX;
    return full ? MV_DONE : MV_RECORD_VALUE;
}

static void put_aside(struct mv_prepay *p, const struct part *part)
{
    struct mv_parts *parts = &p->parts;
    unsigned index = part->number - 1U;
    if (parts->set_id != part->set_id)
        *parts = (struct mv_parts){.set_id = part->set_id, .what = part->what, .total = part->total};
    memset(parts->bytes[index], 0, sizeof parts->bytes[index]);
    memcpy(parts->bytes[index], part->bytes.value, part->bytes.length);
    parts->length[index] = part->bytes.length;
    parts->present |= (uint8_t)(1U << index);
}

/* The part that made the set whole was not there before: without it the rest is as it was. */
static void take_back(struct mv_parts *parts, unsigned index)
{
    memset(parts->bytes[index], 0, sizeof parts->bytes[index]);
    parts->length[index] = 0;
    parts->present &= (uint8_t) ~(1U << index);
}

enum mv_result mv_take_part(struct mv_prepay *p, const struct mv_record_in *in, struct mv_record_answer *answer)
{
    struct mv_parts *parts = &p->parts;
    struct part part = {.set_id = 0};
    enum mv_result result = read_part(in, &part);
    if (result != MV_DONE)
        return result;
    if (parts->set_id == part.set_id && (parts->what != part.what || parts->total != part.total))
        return MV_RECORD_PARTS;
    if (part.total == 1)
        return take_set(p, &part, part.bytes.value, part.bytes.length, answer);
    put_aside(p, &part);
    mv_touch(p, MV_OBJECT_PARTS, true);
    if (parts->present != (1U << parts->total) - 1U)
        return MV_ACCEPT;
    uint32_t size = MV_PART_BYTES * (parts->total - 1U) + parts->length[parts->total - 1U];
    result = take_set(p, &part, parts->bytes[0], size, answer);
    if (result != MV_ACCEPT)
        take_back(parts, part.number - 1U);
    return result;
}
