/* What is on a user card: noted before it is written, confirmed when the card has it. */
#include <string.h>

#include "vending/card_parts.h"

struct content {
    const uint8_t *hash;
    uint32_t purchase;
};

static mv_status note(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const struct content *content = step->arg;
    struct store_card_content row = {.card = step->card.id,
                                     .purchase = content->purchase,
                                     .principal = step->identity.id,
                                     .noted_unix_s = step->now_s};
    (void)vend;
    memcpy(row.hash, content->hash, sizeof row.hash);
    vend_copy(row.request_id, sizeof row.request_id, step->act->request_id);
    MV_TRY(store_card_content_note(store, &row));
    vend_note_detail(&change->record, "writing purchase=%u content=", content->purchase);
    for (unsigned i = 0; i < sizeof row.hash; i++)
        vend_note_append(&change->record, "%02x", row.hash[i]);
    return mv_ok();
}

mv_status vend_card_note(struct vend *vend, const struct vend_card_act *act, const uint8_t hash[STORE_CARD_HASH],
                         uint32_t purchase)
{
    struct content content = {.hash = hash, .purchase = purchase};
    struct vend_card_step step = {.act = act, .work = note, .arg = &content};
    return vend_card_do(vend, &step, NULL);
}

/* A content that was confirmed once and is not the last one is an old one: somebody kept a copy of the card. */
static mv_status has(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const struct content *content = step->arg;
    struct store_card_content found;
    struct store_card_content last = {.id = 0};
    (void)vend;
    mv_status status = store_card_content_last(store, step->card.id, &last);
    if (!status.ok && status.reason != MV_RECORD_UNKNOWN)
        return status;
    status = store_card_content_find(store, step->card.id, content->hash, &found);
    if (!status.ok)
        return status.reason == MV_RECORD_UNKNOWN ? mv_fail(MV_CARD_NOT_GENUINE, "content") : status;
    if (found.id < last.id)
        return mv_fail(MV_CARD_NOT_GENUINE, "old content");
    change->changed = !found.confirmed;
    if (found.confirmed)
        return mv_ok();
    vend_note_detail(&change->record, "written purchase=%u", found.purchase);
    const struct store_card_event event = {.kind = STORE_CARD_WRITTEN, .purchase = found.purchase};
    if (found.purchase != 0)
        MV_TRY(vend_card_event(store, step, &event));
    return store_card_content_confirm(store, found.id, step->now_s);
}

mv_status vend_card_has(struct vend *vend, const struct vend_card_act *act, const uint8_t hash[STORE_CARD_HASH])
{
    struct content content = {.hash = hash};
    struct vend_card_step step = {.act = act, .work = has, .arg = &content, .denied_too = act->call == VEND_CARD_BLOCK};
    return vend_card_do(vend, &step, NULL);
}
