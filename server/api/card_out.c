/* Cards and what a session came to, as messages. */
#include <stdio.h>

#include "api/card_convert.h"

_Static_assert((int)STORE_CARD_TRANSPORT == METERVAULT__V1__CARD_STATE__TRANSPORT &&
                   (int)STORE_CARD_IN_USE == METERVAULT__V1__CARD_STATE__IN_USE,
               "states of cards are numbered as in the protocol");

void api_card_out(const struct vend_card *card, struct api_card *out)
{
    const struct store_card *row = &card->row;
    Metervault__V1__Card *message = &out->message;
    metervault__v1__card__init(message);
    vend_uid_text(row->uid, out->uid);
    (void)snprintf(out->domain, sizeof out->domain, "%02X%02X%02X", row->domain[0], row->domain[1], row->domain[2]);
    metervault__v1__card_key_versions__init(&out->keys);
    out->keys.issuer = row->keys.issuer;
    out->keys.office = row->keys.office;
    out->keys.meter = row->keys.meter;
    out->keys.area = row->keys.area;
    out->keys.transport = row->keys.transport;
    message->uid = out->uid;
    message->kind = (Metervault__V1__CardKind)row->kind;
    message->state = (Metervault__V1__CardState)row->state;
    message->meter_pan = (char *)card->pan;
    if (row->kind != 0)
        message->domain = out->domain;
    message->card_version = row->version;
    message->organisation = (char *)card->organisation;
    message->denied = row->denied != STORE_CARD_ALLOWED;
    message->denied_because = (char *)row->because;
    message->keys = &out->keys;
    message->uses = row->uses;
    message->since_unix_s = row->since_unix_s;
    message->last_used_unix_s = row->used_unix_s;
    message->round = row->round;
}

static void entry_out(const struct cards_entry *entry, struct api_card_entry *out)
{
    Metervault__V1__RoundEntry *message = &out->message;
    metervault__v1__round_entry__init(message);
    message->meter_pan = (char *)entry->pan;
    if (entry->is_loaded) {
        api_record_out(&entry->loaded, &out->loaded);
        message->loaded = &out->loaded.message;
    }
    if (entry->is_returned) {
        api_return_out(&entry->returned, &out->returned);
        message->returned = &out->returned.message;
    }
    if (entry->refused != MV_REASON_UNSPECIFIED)
        message->refused = (char *)mv_reason_info(entry->refused)->name;
}

void api_card_result_out(const struct cards_result *result, struct api_card_result *out)
{
    Metervault__V1__CardResult *message = &out->message;
    metervault__v1__card_result__init(message);
    api_card_out(&result->card, &out->card);
    message->card = &out->card.message;
    message->genuine = result->genuine;
    message->already_written = result->already;
    message->merged = result->merged;
    message->previous_taken = result->previous_taken;
    message->settings_left = result->settings_left;
    message->commands = result->apdus;
    if (result->has_purchase) {
        api_record_out(&result->purchase, &out->purchase);
        message->purchase = &out->purchase.message;
    }
    if (result->has_sold) {
        api_sold_out(&result->sold.issued, &result->sold.charged, &out->sold);
        message->sold = &out->sold.message;
    }
    if (result->has_return) {
        api_return_out(&result->returned, &out->returned);
        message->returned = &out->returned.message;
    }
    if (result->return_refused != MV_REASON_UNSPECIFIED)
        message->return_refused = (char *)mv_reason_info(result->return_refused)->name;
    if (result->has_replaced) {
        api_card_out(&result->replaced, &out->replaced);
        message->replaced = &out->replaced.message;
    }
    for (size_t i = 0; i < result->round_count; i++) {
        entry_out(&result->round[i], &out->entries[i]);
        out->pointers[i] = &out->entries[i].message;
    }
    message->n_round = result->round_count;
    message->round = out->pointers;
}
