/* How a step of a card session is made: who, which card, and what the ledger says then. */
#include <string.h>

#include "vending/card_parts.h"

enum { SAID_TERMINAL = STORE_TERMINAL, SAID_REQUEST = STORE_REQUEST_ID };

void vend_uid_text(const uint8_t uid[STORE_UID], char text[VEND_UID_TEXT])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < STORE_UID; i++) {
        text[2 * i] = digits[uid[i] >> 4];
        text[2 * i + 1] = digits[uid[i] & 15];
    }
    text[VEND_UID_TEXT - 1] = '\0';
}

mv_status vend_card_fill(struct vend *vend, struct store *store, const struct store_card *row, struct vend_card *out)
{
    struct store_meter meter;
    memset(out, 0, sizeof *out);
    out->row = *row;
    vend_organisation_name(&vend->directory, row->organisation, out->organisation);
    if (row->meter == 0)
        return mv_ok();
    MV_TRY(store_meter_by_id(store, row->meter, &meter));
    vend_copy(out->pan, sizeof out->pan, meter.pan);
    return mv_ok();
}

mv_status vend_card_find_meter(struct vend *vend, struct store *store, const struct vend_identity *identity,
                               enum vend_call call, const char *pan, struct store_meter *meter)
{
    MV_TRY(vend_form_pan(pan));
    MV_TRY(store_meter_by_pan(store, pan, meter));
    mv_status status = vend_may_touch(&vend->directory, identity, call, meter->organisation, meter->sgc);
    return !status.ok && status.reason == MV_ORGANISATION_DENIED ? mv_fail(MV_METER_UNKNOWN, NULL) : status;
}

mv_status vend_card_touch(struct vend *vend, struct store *store, const struct vend_identity *identity,
                          enum vend_call call, const struct store_card *card)
{
    struct store_meter meter = {.sgc = ""};
    if (card->meter != 0)
        MV_TRY(store_meter_by_id(store, card->meter, &meter));
    if (card->meter == 0)
        return vend_principal_covers(&vend->directory, identity->id, card->organisation)
                   ? mv_ok()
                   : mv_fail(MV_ORGANISATION_DENIED, NULL);
    return vend_may_touch(&vend->directory, identity, call, card->organisation, meter.sgc);
}

mv_status vend_card_event(struct store *store, const struct vend_card_step *step, const struct store_card_event *event)
{
    struct store_card_event row = *event;
    if (step->card.meter == 0)
        return mv_ok();
    row.meter = step->card.meter;
    if (row.card == 0)
        row.card = step->card.id;
    if (row.reason == NULL)
        row.reason = "";
    row.principal = step->identity.id;
    row.at_unix_s = step->now_s;
    return store_card_event_insert(store, &row);
}

static mv_status find_card(struct vend *vend, struct store *store, struct vend_card_step *step)
{
    mv_status found = store_card_by_uid(store, step->act->uid, &step->card);
    step->known = found.ok;
    if (!found.ok && found.reason == MV_CARD_UNKNOWN && step->new_too) {
        step->card = (struct store_card){.organisation = step->identity.organisation};
        memcpy(step->card.uid, step->act->uid, STORE_UID);
        return mv_ok();
    }
    MV_TRY(found);
    MV_TRY(vend_card_touch(vend, store, &step->identity, step->act->call, &step->card));
    return step->card.denied == STORE_CARD_ALLOWED || step->denied_too ? mv_ok() : mv_fail(MV_CARD_DENIED, NULL);
}

struct doing {
    struct vend_card_step *step;
    struct vend_card *out;
};

static mv_status work(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct doing *doing = change->arg;
    struct vend_card_step *step = doing->step;
    const struct vend_card_act *act = step->act;
    MV_TRY(vend_may_call(&vend->directory, act->caller->principal, act->call, &step->identity));
    step->now_s = change->now_us / 1000000;
    MV_TRY(find_card(vend, store, step));
    if (act->request_id != NULL)
        vend_note_detail(&change->record, "request=%.*s terminal=%.*s", SAID_REQUEST, act->request_id, SAID_TERMINAL,
                         act->terminal);
    change->changed = true;
    MV_TRY(step->work(vend, store, change, step));
    return doing->out == NULL ? mv_ok() : vend_card_fill(vend, store, &step->card, doing->out);
}

mv_status vend_card_do(struct vend *vend, struct vend_card_step *step, struct vend_card *out)
{
    char text[VEND_UID_TEXT];
    struct doing doing = {.step = step, .out = out};
    vend_uid_text(step->act->uid, text);
    return vend_told(step->act->call, vend_change_call(vend, step->act->caller, step->act->call, text, work, &doing));
}
