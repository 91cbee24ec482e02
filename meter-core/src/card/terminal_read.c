/* Finds this meter's bundle on the card and hands its records in. */
#include <string.h>

#include "../record/wire.h"
#include "terminal.h"

enum {
    ENTRIES_AT_ONCE = (MV_TERMINAL_CHUNK - MV_CARD_COUNT_BYTES) / MV_CARD_ENTRY_BYTES,
    INDEX_BYTES = MV_CARD_COUNT_BYTES + ENTRIES_AT_ONCE * MV_CARD_ENTRY_BYTES,
};

/* ---- the index ---- */

/* From two bytes before the next entry: in front of the first one that is their count. Behind the last one there is
 * always as much, for a bundle's files are that large. */
enum mv_card_next mv_terminal_ask_index(struct mv_card_terminal *t)
{
    return mv_terminal_read(t, MV_CARD_FILE_TO_METER, (uint32_t)t->entry * MV_CARD_ENTRY_BYTES, INDEX_BYTES);
}

static enum mv_card_next found(struct mv_card_terminal *t, const struct mv_card_entry *entry)
{
    if (entry->length == 0)
        return mv_terminal_end(t, MV_SLOT_EMPTY);
    t->bundle = entry->offset;
    t->bundle_left = entry->length;
    return mv_terminal_go(t, MV_PHASE_SLOT);
}

enum mv_card_next mv_terminal_take_index(struct mv_card_terminal *t)
{
    const uint8_t *bytes = t->session.data;
    if (t->entry == 0)
        t->entries = (uint16_t)mv_wire_get(bytes, MV_CARD_COUNT_BYTES);
    if (t->entries == 0)
        return mv_terminal_end(t, MV_SLOT_EMPTY);
    if (t->entries > (mv_terminal_is_user(t) ? 1 : MV_CARD_ENTRIES_MAX))
        return mv_terminal_end(t, MV_RECORD_FILE);
    bytes += MV_CARD_COUNT_BYTES;
    for (unsigned i = 0; i < ENTRIES_AT_ONCE && t->entry < t->entries; i++, t->entry++) {
        struct mv_card_entry entry;
        if (mv_card_entry_read(bytes + (size_t)i * MV_CARD_ENTRY_BYTES, &entry) != MV_DONE)
            return mv_terminal_end(t, MV_RECORD_FILE);
        if (memcmp(entry.pan, t->p->meter.state.identity.pan, sizeof entry.pan) == 0)
            return found(t, &entry);
    }
    return t->entry < t->entries ? mv_terminal_go(t, MV_PHASE_INDEX) : mv_terminal_end(t, MV_RECORD_METER);
}

/* ---- the slot of its return ---- */

enum mv_card_next mv_terminal_ask_slot(struct mv_card_terminal *t)
{
    return mv_terminal_read(t, MV_CARD_FILE_FROM_METER, (uint32_t)t->entry * MV_CARD_FROM_SLOT_BYTES, 1);
}

enum mv_card_next mv_terminal_take_slot(struct mv_card_terminal *t)
{
    t->used = t->session.data[0] != 0;
    return mv_terminal_go(t, MV_PHASE_BUNDLE);
}

/* ---- the bundle: as much at once as a command moves and `record` still holds ---- */

enum mv_card_next mv_terminal_ask_bundle(struct mv_card_terminal *t)
{
    uint16_t size = (uint16_t)(sizeof t->record - t->filled);
    if (size > MV_TERMINAL_CHUNK)
        size = MV_TERMINAL_CHUNK;
    if (size > t->bundle_left)
        size = t->bundle_left;
    return mv_terminal_read(t, MV_CARD_FILE_TO_METER, t->bundle, size);
}

/* Hands in what is whole in `record`: DONE, or what the insertion is over with. */
static enum mv_result hand_in_whole(struct mv_card_terminal *t)
{
    while (t->filled > 0 && t->filled > t->record[0]) {
        uint16_t size = (uint16_t)(1 + t->record[0]);
        enum mv_result result = t->record[0] == 0 ? MV_RECORD_FILE : mv_terminal_hand_in(t);
        if (result != MV_DONE)
            return result;
        t->filled = (uint16_t)(t->filled - size);
        memmove(t->record, t->record + size, t->filled);
    }
    return MV_DONE;
}

enum mv_card_next mv_terminal_take_bundle(struct mv_card_terminal *t)
{
    memcpy(t->record + t->filled, t->session.data, t->session.size);
    t->filled = (uint16_t)(t->filled + t->session.size);
    t->bundle = (uint16_t)(t->bundle + t->session.size);
    t->bundle_left = (uint16_t)(t->bundle_left - t->session.size);
    enum mv_result result = hand_in_whole(t);
    if (result == MV_DONE && t->bundle_left > 0)
        return mv_terminal_go(t, MV_PHASE_BUNDLE);
    if (result == MV_DONE)
        result = t->filled > 0 ? MV_RECORD_FILE : mv_terminal_sum_up(t);
    return result == MV_DONE ? mv_terminal_answer(t) : mv_terminal_end(t, result);
}
