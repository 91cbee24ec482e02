/* The end of an account. It rests on a read request of its own: signed by the closing, after every purchase, and
 * answered by a return that shows them all as taken. What is looked at and what is changed are one transaction. */
#include <stdio.h>
#include <string.h>

#include "vending/card_parts.h"

static void name(const struct vend_card_act *act, uint16_t epoch, uint32_t sequence, char id[STORE_REQUEST_ID + 1])
{
    (void)snprintf(id, STORE_REQUEST_ID + 1, "%.40s.%u.%u", act->request_id, epoch, sequence);
}

mv_status vend_card_question(struct store *store, const struct vend_card_question *of, struct store_record *read,
                             char id[STORE_REQUEST_ID + 1], bool *asked)
{
    uint32_t judged;
    uint32_t purchases;
    uint32_t last;
    *asked = false;
    MV_TRY(store_record_last(store, of->meter, of->epoch, MV_KIND_READ, &last));
    mv_status found = store_record_last_read(store, of->meter, of->epoch, read);
    if (!found.ok && found.reason != MV_RECORD_UNKNOWN)
        return found;
    if (found.ok) {
        name(of->act, of->epoch, read->sequence, id);
        MV_TRY(store_record_before(store, read, MV_KIND_PURCHASE, &judged));
        MV_TRY(store_record_last(store, of->meter, of->epoch, MV_KIND_PURCHASE, &purchases));
        *asked = read->principal == of->principal && strcmp(read->request_id, id) == 0 && judged >= purchases;
    }
    if (!*asked)
        name(of->act, of->epoch, last + 1, id);
    return mv_ok();
}

/* The newest return of the meter answers it, and shows all that was sold. */
static mv_status check_proof(struct store *store, const struct vend_card_step *step, uint16_t epoch)
{
    const struct vend_card_question of = {
        .act = step->act, .meter = step->card.meter, .epoch = epoch, .principal = step->identity.id};
    struct store_record read;
    struct store_return answer;
    struct mv_tlv taken;
    uint32_t last;
    char id[STORE_REQUEST_ID + 1];
    bool asked;
    MV_TRY(vend_card_question(store, &of, &read, id, &asked));
    if (!asked)
        return mv_fail(MV_PREVIOUS_UNREAD, "not asked by this closing");
    mv_status found = store_return_last(store, of.meter, epoch, &answer);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? mv_fail(MV_PREVIOUS_UNREAD, "not answered") : found;
    if (answer.answers != read.id)
        return mv_fail(MV_PREVIOUS_UNREAD, "not answered");
    MV_TRY(store_record_last(store, of.meter, epoch, MV_KIND_PURCHASE, &last));
    bool all = mv_tlv_find(answer.bytes + MV_RECORD_HEAD, answer.bytes[MV_RECORD_HEAD - 1], MV_TAG_PURCHASE_SEQUENCE,
                           &taken) &&
               mv_tlv_number(&taken) >= last;
    return all ? mv_ok() : mv_fail(MV_PREVIOUS_UNREAD, NULL);
}

static mv_status close_account(struct vend *vend, struct store *store, struct vend_change *change,
                               struct vend_card_step *step)
{
    struct store_record_meter keys;
    (void)vend;
    if (step->card.meter == 0)
        return mv_fail(MV_CARD_KIND_WRONG, NULL);
    MV_TRY(store_record_meter_get(store, step->card.meter, &keys));
    MV_TRY(check_proof(store, step, keys.keys.epoch));
    keys.account_open = false;
    MV_TRY(store_record_meter_update(store, &keys));
    step->card.state = STORE_CARD_UNDER_WAY;
    vend_note_detail(&change->record, "account closed");
    const struct store_card_event event = {.kind = STORE_CARD_CLOSED};
    MV_TRY(vend_card_event(store, step, &event));
    return store_card_update(store, &step->card);
}

mv_status vend_card_close(struct vend *vend, const struct vend_card_act *act, struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = close_account};
    return vend_card_do(vend, &step, card);
}
