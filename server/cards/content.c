/* What a user card brings to its meter, and what the meter wrote on it. */
#include <string.h>

#include "base/digest.h"
#include "cards/session.h"

void cards_content_begin(struct cards_content *content)
{
    memset(content, 0, sizeof *content);
    content->size = CARDS_BUNDLE;
}

void cards_content_add(struct cards_content *content, const uint8_t *record, uint8_t size)
{
    if (size + 1U > sizeof content->bytes - content->size) {
        content->full = true;
        return;
    }
    content->bytes[content->size] = size;
    memcpy(content->bytes + content->size + 1, record, size);
    content->size += size + 1U;
}

mv_status cards_content_end(struct cards_content *content, const char pan[STORE_PAN])
{
    struct mv_card_entry entry = {.offset = CARDS_BUNDLE, .length = (uint16_t)(content->size - CARDS_BUNDLE)};
    if (content->full)
        return mv_fail(MV_CARD_FULL, NULL);
    memcpy(entry.pan, pan, sizeof entry.pan);
    content->bytes[1] = 1;
    if (mv_card_entry_write(&entry, content->bytes + MV_CARD_COUNT_BYTES) != MV_DONE)
        return mv_fail(MV_INTERNAL_ERROR, "entry");
    return mv_ok();
}

const uint8_t *cards_content_next(const struct cards_content *content, uint32_t *at, uint8_t *size)
{
    uint32_t here = *at == 0 ? CARDS_BUNDLE : *at;
    if (here >= content->size || content->bytes[here] > content->size - here - 1)
        return NULL;
    *size = content->bytes[here];
    *at = here + 1 + *size;
    return content->bytes + here + 1;
}

/* An empty one is the same whatever lies behind its count. */
mv_status cards_content_hash(const struct cards_content *content, uint8_t hash[STORE_CARD_HASH])
{
    bool empty = content->bytes[0] == 0 && content->bytes[1] == 0;
    return mv_sha256(content->bytes, empty ? MV_CARD_COUNT_BYTES : content->size, hash);
}

static mv_status read_bytes(struct cards_session *session, struct cards_content *content)
{
    struct mv_card_entry entry;
    cards_content_begin(content);
    MV_TRY(cards_read(session, MV_CARD_FILE_TO_METER, 0, content->bytes, CARDS_BUNDLE));
    if (content->bytes[0] == 0 && content->bytes[1] == 0)
        return mv_ok();
    bool good = content->bytes[0] == 0 && content->bytes[1] == 1 &&
                mv_card_entry_read(content->bytes + MV_CARD_COUNT_BYTES, &entry) == MV_DONE &&
                entry.offset == CARDS_BUNDLE && entry.length <= sizeof content->bytes - CARDS_BUNDLE;
    if (!good)
        return mv_fail(MV_CARD_NOT_GENUINE, "content");
    content->size = CARDS_BUNDLE + (uint32_t)entry.length;
    return cards_read(session, MV_CARD_FILE_TO_METER, CARDS_BUNDLE, content->bytes + CARDS_BUNDLE, entry.length);
}

mv_status cards_content_read(struct cards_session *session, struct cards_content *content)
{
    uint8_t hash[STORE_CARD_HASH];
    MV_TRY(read_bytes(session, content));
    MV_TRY(cards_content_hash(content, hash));
    return vend_card_has(session->vend, &session->act, hash);
}

mv_status cards_content_write(struct cards_session *session, const struct cards_content *content, uint32_t purchase)
{
    static const uint8_t empty[1] = {0};
    uint8_t hash[STORE_CARD_HASH];
    MV_TRY(cards_say(session, 0, 0, "writing"));
    MV_TRY(cards_content_hash(content, hash));
    MV_TRY(vend_card_note(session->vend, &session->act, hash, purchase));
    MV_TRY(cards_write(session, MV_CARD_FILE_TO_METER, 0, content->bytes, content->size));
    MV_TRY(cards_write(session, MV_CARD_FILE_FROM_METER, 0, empty, sizeof empty));
    MV_TRY(cards_commit(session));
    return vend_card_has(session->vend, &session->act, hash);
}

/* The meter has answered since by another carrier, or got new keys: what counts is in the ledger already. */
static bool is_old(mv_status status)
{
    return !status.ok && (status.reason == MV_RETURN_NOT_NEWER || status.reason == MV_RECORD_KEYS_DIFFER);
}

/* No word of this meter: anybody who had the card in the hand may have written it. */
static bool is_false(mv_status status)
{
    switch (status.ok ? MV_REASON_UNSPECIFIED : (enum mv_reason)status.reason) {
    case MV_RECORD_NOT_VALID:
    case MV_CARD_OTHER_METER:
    case MV_METER_UNKNOWN:
    case MV_RECORDS_NOT_PROVISIONED:
    case MV_ORGANISATION_DENIED:
    case MV_SUPPLY_GROUP_DENIED:
        return true;
    default:
        return false;
    }
}

mv_status cards_take_return(struct cards_session *session, bool *unread)
{
    struct cards_result *result = session->result;
    uint8_t slot[MV_CARD_FROM_SLOT_BYTES];
    MV_TRY(cards_read(session, MV_CARD_FILE_FROM_METER, 0, slot, sizeof slot));
    *unread = true;
    if (slot[0] == 0)
        return mv_ok();
    mv_status status = vend_accept_return(session->vend, &session->caller, slot + 1, slot[0], &result->returned);
    if (status.ok && strcmp(result->returned.pan, session->card.pan) != 0)
        status = mv_fail(MV_CARD_OTHER_METER, "return");
    if (is_old(status))
        return mv_ok();
    if (is_false(status)) {
        result->return_refused = (enum mv_reason)status.reason;
        return mv_ok();
    }
    *unread = false;
    result->has_return = status.ok;
    return status;
}
