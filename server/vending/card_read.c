/* What is asked about cards and their meters, without changing anything. */
#include <string.h>

#include "base/hex.h"
#include "metervault/record.h"
#include "vending/card_parts.h"

enum { REQUEST_LONGEST = 40 }; /* so that the ids of its records fit */

bool vend_uid_read(const char *text, uint8_t uid[STORE_UID])
{
    size_t size;
    return mv_hex_read(text, uid, STORE_UID, &size) && size == STORE_UID;
}

static mv_status may(struct vend *vend, const struct vend_card_act *act)
{
    struct vend_identity identity;
    mv_status status = vend_may_call(&vend->directory, act->caller->principal, act->call, &identity);
    if (!status.ok && status.reason == MV_ROLE_MISSING && act->call == VEND_CARD_TAKE_IN)
        return mv_fail(MV_CARD_FACTORY_ROLE, NULL);
    MV_TRY(status);
    MV_TRY(vend_form_name(act->request_id, REQUEST_LONGEST, "request_id"));
    return vend_form_name(act->terminal, STORE_TERMINAL, "terminal_id");
}

mv_status vend_card_may(struct vend *vend, const struct vend_card_act *act)
{
    return vend_answer(vend, act->caller, act->call, NULL, may(vend, act));
}

bool vend_card_is_pboc(const struct store_card *row)
{
    return row->kind == MV_CARD_USER && row->keys.meter == 0;
}

uint8_t vend_card_pboc_class(const struct vend *vend)
{
    return vend->card_pboc_class;
}

/* ---- one card ---- */

static mv_status read_card(struct vend *vend, struct store *store, const struct vend_card_act *act,
                           struct vend_card *card)
{
    struct vend_identity identity;
    struct store_card row;
    MV_TRY(vend_may_call(&vend->directory, act->caller->principal, act->call, &identity));
    MV_TRY(store_begin_read(store));
    MV_TRY(store_card_by_uid(store, act->uid, &row));
    MV_TRY(vend_card_touch(vend, store, &identity, act->call, &row));
    return vend_card_fill(vend, store, &row, card);
}

mv_status vend_card_look(struct vend *vend, const struct vend_card_act *act, struct vend_card *card)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_card(vend, store, act, card);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return vend_told(act->call, status);
}

mv_status vend_card_get(struct vend *vend, const struct vend_card_act *act, struct vend_card *card)
{
    char text[VEND_UID_TEXT];
    vend_uid_text(act->uid, text);
    return vend_answer(vend, act->caller, act->call, text, vend_card_look(vend, act, card));
}

/* ---- its meter ---- */

struct question {
    const struct vend_card_act *act;
    const char *pan;
    struct vend_identity identity;
    struct store_meter meter;
    struct store_record_meter records;
    struct vend_card_purchases *purchases;
    struct store_card_meter *keys;
    char *closing;
    struct vend_card_settings *settings;
};

static mv_status note_request(void *self, const struct store_record *row)
{
    struct question *question = self;
    bool this =
        row->kind == MV_KIND_PURCHASE && row->meter == question->meter.id && row->epoch == question->records.keys.epoch;
    if (this)
        question->purchases->request = row->sequence;
    return mv_ok();
}

static mv_status find_taken(struct store *store, const struct question *question, uint32_t *taken)
{
    struct store_return last;
    struct mv_tlv count;
    *taken = 0;
    mv_status found = store_return_last(store, question->meter.id, question->records.keys.epoch, &last);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? mv_ok() : found;
    if (mv_tlv_find(last.bytes + MV_RECORD_HEAD, last.bytes[MV_RECORD_HEAD - 1], MV_TAG_PURCHASE_SEQUENCE, &count))
        *taken = (uint32_t)mv_tlv_number(&count);
    return mv_ok();
}

static mv_status find_last(struct store *store, const struct question *question)
{
    struct vend_card_purchases *out = question->purchases;
    struct store_record last;
    out->unit = question->meter.currency ? VEND_UNIT_CURRENCY_E5 : vend_unit_of(question->meter.utility);
    memcpy(out->client, question->records.client, sizeof out->client);
    mv_status found = store_record_get(store, question->meter.id, out->epoch, MV_KIND_PURCHASE, out->signed_to, &last);
    if (!found.ok) /* none, or only the floor of one that an older ledger signed */
        return found.reason == MV_RECORD_UNKNOWN ? mv_ok() : found;
    out->last_amount = last.amount;
    out->last_arrears = last.arrears;
    return mv_ok();
}

static mv_status count_purchases(struct store *store, struct question *question)
{
    struct vend_card_purchases *out = question->purchases;
    out->epoch = question->records.keys.epoch;
    out->account_open = question->records.account_open;
    MV_TRY(store_record_last(store, question->meter.id, out->epoch, MV_KIND_PURCHASE, &out->signed_to));
    MV_TRY(find_last(store, question));
    MV_TRY(find_taken(store, question, &out->taken_to));
    return store_records_by_request(store, question->identity.id, question->act->request_id, note_request, question);
}

static mv_status name_question(struct store *store, const struct question *question)
{
    const struct vend_card_question of = {.act = question->act,
                                          .meter = question->meter.id,
                                          .epoch = question->records.keys.epoch,
                                          .principal = question->identity.id};
    struct store_record read;
    bool asked;
    return vend_card_question(store, &of, &read, question->closing, &asked);
}

static mv_status ask(struct vend *vend, struct store *store, struct question *question)
{
    const struct vend_card_act *act = question->act;
    MV_TRY(vend_may_call(&vend->directory, act->caller->principal, act->call, &question->identity));
    MV_TRY(store_begin_read(store));
    MV_TRY(vend_card_find_meter(vend, store, &question->identity, act->call, question->pan, &question->meter));
    MV_TRY(store_record_meter_get(store, question->meter.id, &question->records));
    if (question->keys != NULL)
        MV_TRY(store_card_meter_get(store, question->meter.id, question->keys));
    if (question->closing != NULL)
        MV_TRY(name_question(store, question));
    if (question->settings != NULL)
        MV_TRY(vend_card_find_settings(store, &question->records, question->settings));
    return question->purchases == NULL ? mv_ok() : count_purchases(store, question);
}

static mv_status ask_in_snapshot(struct vend *vend, struct question *question)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = ask(vend, store, question);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return vend_answer(vend, question->act->caller, question->act->call, vend_form_object(question->pan), status);
}

mv_status vend_card_purchases(struct vend *vend, const struct vend_card_act *act, const char *pan,
                              struct vend_card_purchases *purchases)
{
    struct question question = {.act = act, .pan = pan, .purchases = purchases};
    memset(purchases, 0, sizeof *purchases);
    return ask_in_snapshot(vend, &question);
}

mv_status vend_card_settings(struct vend *vend, const struct vend_card_act *act, const char *pan,
                             struct vend_card_settings *settings)
{
    struct question question = {.act = act, .pan = pan, .settings = settings};
    settings->count = 0;
    return ask_in_snapshot(vend, &question);
}

mv_status vend_card_closing(struct vend *vend, const struct vend_card_act *act, const char *pan,
                            char id[STORE_REQUEST_ID + 1])
{
    struct question question = {.act = act, .pan = pan, .closing = id};
    id[0] = '\0';
    return ask_in_snapshot(vend, &question);
}

mv_status vend_card_meter(struct vend *vend, const struct vend_card_act *act, const char *pan,
                          uint8_t domain[STORE_DOMAIN], struct store_card_meter *keys)
{
    struct question question = {.act = act, .pan = pan, .keys = keys};
    mv_status status = ask_in_snapshot(vend, &question);
    memcpy(domain, question.records.domain, STORE_DOMAIN);
    return status;
}
