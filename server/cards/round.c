/* Rounds: a tool card carries records to up to 100 meters of its area, and their returns back. Its files have no
 * backup, so the number of entries goes to 0 first and is written last. */
#include <stdlib.h>
#include <string.h>

#include "cards/session.h"
#include "vending/audit_note.h"
#include "vending/form.h"

struct round {
    uint8_t bytes[MV_CARD_TOOL_TO_BYTES];
    uint32_t size;
    size_t count;
};

static mv_status make_room(struct cards_result *result)
{
    result->round = calloc(MV_CARD_ENTRIES_MAX, sizeof *result->round);
    return result->round == NULL ? mv_fail(MV_OUT_OF_MEMORY, "round") : mv_ok();
}

static mv_status count_entries(struct cards_session *session, size_t *count)
{
    uint8_t bytes[MV_CARD_COUNT_BYTES];
    MV_TRY(cards_read(session, MV_CARD_FILE_TO_METER, 0, bytes, sizeof bytes));
    *count = (size_t)(bytes[0] << 8 | bytes[1]);
    return *count <= MV_CARD_ENTRIES_MAX ? mv_ok() : mv_fail(MV_CARD_NOT_GENUINE, "count");
}

static uint32_t slot_of(size_t entry)
{
    return (uint32_t)entry * MV_CARD_FROM_SLOT_BYTES;
}

/* ---- loading ---- */

static mv_status check_collected(struct cards_session *session)
{
    size_t count;
    MV_TRY(count_entries(session, &count));
    for (size_t i = 0; i < count && !session->order->abandon; i++) {
        uint8_t length;
        MV_TRY(cards_read(session, MV_CARD_FILE_FROM_METER, slot_of(i), &length, 1));
        if (length != 0)
            return mv_fail(MV_ROUND_UNREAD, NULL);
    }
    return mv_ok();
}

static mv_status add_record(struct round *round, const struct vend_signed_record *record)
{
    if (record->size + 1U > sizeof round->bytes - round->size)
        return mv_fail(MV_CARD_FULL, NULL);
    round->bytes[round->size] = record->size;
    memcpy(round->bytes + round->size + 1, record->bytes, record->size);
    round->size += record->size + 1U;
    return mv_ok();
}

/* Of the card's area, with the key that the card is under. */
static mv_status check_meter(struct cards_session *session, const char *pan)
{
    const struct store_card *row = &session->card.row;
    uint8_t domain[STORE_DOMAIN];
    struct store_card_meter keys;
    MV_TRY(vend_card_meter(session->vend, &session->act, pan, domain, &keys));
    if (memcmp(domain, row->domain, sizeof domain) != 0)
        return mv_fail(MV_CARD_OTHER_METER, "domain");
    return keys.area_version == row->keys.area ? mv_ok() : mv_fail(MV_CARD_KEYS_DIFFER, "area");
}

static mv_status add_meter(struct cards_session *session, struct round *round, const char *pan)
{
    struct cards_entry *out = &session->result->round[round->count];
    struct mv_card_entry entry = {.offset = (uint16_t)round->size};
    struct vend_records records;
    MV_TRY(check_meter(session, pan));
    for (size_t i = 0; i < session->order->content_count; i++) {
        MV_TRY(cards_sign(session, i, pan, true, &records));
        for (size_t part = 0; part < records.count; part++)
            MV_TRY(add_record(round, &records.parts[part]));
        if (i == 0)
            out->loaded = records;
    }
    memcpy(entry.pan, pan, sizeof entry.pan);
    entry.length = (uint16_t)(round->size - entry.offset);
    uint8_t *at = round->bytes + MV_CARD_COUNT_BYTES + round->count * MV_CARD_ENTRY_BYTES;
    if (mv_card_entry_write(&entry, at) != MV_DONE)
        return mv_fail(MV_INTERNAL_ERROR, "entry");
    vend_copy(out->pan, sizeof out->pan, pan);
    out->is_loaded = true;
    session->result->round_count = ++round->count;
    return mv_ok();
}

static mv_status compose(struct cards_session *session, struct round *round)
{
    const struct cards_order *order = session->order;
    round->size = MV_CARD_COUNT_BYTES + (uint32_t)order->pan_count * MV_CARD_ENTRY_BYTES;
    for (size_t i = 0; i < order->pan_count; i++) {
        for (size_t before = 0; before < i; before++)
            if (strcmp(order->pans[before], order->pans[i]) == 0)
                return mv_fail(MV_INVALID_FIELD, "meter_pans");
        MV_TRY(cards_say(session, (unsigned)i, (unsigned)order->pan_count, "signing"));
        MV_TRY(add_meter(session, round, order->pans[i]));
    }
    return mv_ok();
}

static mv_status write_round(struct cards_session *session, const struct round *round)
{
    static const uint8_t empty[MV_CARD_COUNT_BYTES] = {0};
    const uint8_t count[MV_CARD_COUNT_BYTES] = {0, (uint8_t)round->count};
    MV_TRY(cards_write(session, MV_CARD_FILE_TO_METER, 0, empty, sizeof empty));
    for (size_t i = 0; i < round->count; i++)
        MV_TRY(cards_write(session, MV_CARD_FILE_FROM_METER, slot_of(i), empty, 1));
    MV_TRY(cards_say(session, 0, 0, "writing"));
    MV_TRY(cards_write(session, MV_CARD_FILE_TO_METER, MV_CARD_COUNT_BYTES, round->bytes + MV_CARD_COUNT_BYTES,
                       round->size - MV_CARD_COUNT_BYTES));
    return cards_write(session, MV_CARD_FILE_TO_METER, 0, count, sizeof count);
}

static mv_status check_order(const struct cards_session *session)
{
    const struct cards_order *order = session->order;
    if (order->kind != (enum mv_card_kind)session->card.row.kind)
        return mv_fail(MV_CARD_KIND_WRONG, NULL);
    if (order->pan_count < 1 || order->pan_count > MV_CARD_ENTRIES_MAX)
        return mv_fail(MV_INVALID_FIELD, "meter_pans");
    return mv_ok();
}

static mv_status load(struct cards_session *session, struct round *round)
{
    MV_TRY(make_room(session->result));
    MV_TRY(cards_enter(session, MV_CARD_SLOT_OFFICE));
    MV_TRY(check_collected(session));
    MV_TRY(compose(session, round));
    MV_TRY(write_round(session, round));
    return vend_card_round(session->vend, &session->act, (uint8_t)round->count, &session->card);
}

mv_status cards_load(struct cards_session *session)
{
    MV_TRY(cards_meet(session));
    MV_TRY(cards_expect_tool(session));
    MV_TRY(check_order(session));
    struct round *round = calloc(1, sizeof *round);
    mv_status status = round == NULL ? mv_fail(MV_OUT_OF_MEMORY, "round") : load(session, round);
    free(round);
    return status;
}

/* ---- collecting ---- */

/* One that is older than what came another way is as good as taken; one that is refused stays on the card. */
static mv_status take_one(struct cards_session *session, size_t index, struct cards_entry *out)
{
    static const uint8_t empty[1] = {0};
    uint8_t slot[MV_CARD_FROM_SLOT_BYTES];
    MV_TRY(cards_read(session, MV_CARD_FILE_FROM_METER, slot_of(index), slot, sizeof slot));
    if (slot[0] == 0)
        return mv_ok();
    mv_status status = vend_accept_return(session->vend, &session->caller, slot + 1, slot[0], &out->returned);
    if (status.ok && strcmp(out->returned.pan, out->pan) != 0)
        status = mv_fail(MV_CARD_OTHER_METER, NULL);
    out->is_returned = status.ok;
    if (!status.ok && !vend_noted(status))
        return status;
    if (!status.ok && status.reason != MV_RETURN_NOT_NEWER) {
        out->refused = (enum mv_reason)status.reason;
        return mv_ok();
    }
    return cards_write(session, MV_CARD_FILE_FROM_METER, slot_of(index), empty, sizeof empty);
}

static mv_status collect(struct cards_session *session)
{
    struct cards_result *result = session->result;
    uint8_t entries[MV_CARD_ENTRIES_MAX * MV_CARD_ENTRY_BYTES];
    size_t count;
    MV_TRY(count_entries(session, &count));
    MV_TRY(cards_read(session, MV_CARD_FILE_TO_METER, MV_CARD_COUNT_BYTES, entries,
                      (uint32_t)count * MV_CARD_ENTRY_BYTES));
    for (size_t i = 0; i < count; i++) {
        struct mv_card_entry entry;
        struct cards_entry *out = &result->round[i];
        if (mv_card_entry_read(entries + i * MV_CARD_ENTRY_BYTES, &entry) != MV_DONE)
            return mv_fail(MV_CARD_NOT_GENUINE, "entry");
        memcpy(out->pan, entry.pan, sizeof entry.pan);
        result->round_count = i + 1;
        MV_TRY(cards_say(session, (unsigned)i, (unsigned)count, out->pan));
        MV_TRY(take_one(session, i, out));
    }
    return mv_ok();
}

mv_status cards_collect(struct cards_session *session)
{
    MV_TRY(cards_meet(session));
    MV_TRY(cards_expect_tool(session));
    MV_TRY(make_room(session->result));
    MV_TRY(cards_enter(session, MV_CARD_SLOT_OFFICE));
    return collect(session);
}
