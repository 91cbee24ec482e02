/* What happens to a card in use: rounds, new keys, the way back, the deny-list. */
#include <string.h>

#include "vending/card_parts.h"

/* ---- rounds and keys ---- */

static mv_status set_round(struct vend *vend, struct store *store, struct vend_change *change,
                           struct vend_card_step *step)
{
    const uint8_t *meters = step->arg;
    (void)vend;
    change->changed = step->card.round != *meters;
    step->card.round = *meters;
    vend_note_detail(&change->record, "round=%u", *meters);
    return store_card_update(store, &step->card);
}

mv_status vend_card_round(struct vend *vend, const struct vend_card_act *act, uint8_t meters, struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = set_round, .arg = &meters};
    return vend_card_do(vend, &step, card);
}

static mv_status rekeyed(struct vend *vend, struct store *store, struct vend_change *change,
                         struct vend_card_step *step)
{
    const struct store_card_keys *keys = step->arg;
    (void)vend;
    step->card.keys = *keys;
    vend_note_detail(&change->record, "issuer=%u office=%u meter=%u area=%u transport=%u", keys->issuer, keys->office,
                     keys->meter, keys->area, keys->transport);
    return store_card_update(store, &step->card);
}

mv_status vend_card_rekeyed(struct vend *vend, const struct vend_card_act *act, const struct store_card_keys *keys,
                            struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = rekeyed, .arg = (void *)keys};
    return vend_card_do(vend, &step, card);
}

/* ---- back to transport state ---- */

static mv_status wiped(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const uint8_t *transport = step->arg;
    (void)vend;
    struct store_card *card = &step->card;
    const bool keeps_keys = vend_card_is_pboc(card);
    card->state = STORE_CARD_TRANSPORT;
    card->kind = 0;
    card->meter = 0;
    card->version = 0;
    card->round = 0;
    memset(card->domain, 0, sizeof card->domain);
    if (!keeps_keys)
        card->keys = (struct store_card_keys){.transport = *transport};
    vend_note_detail(&change->record, "transport=%u", *transport);
    return store_card_update(store, card);
}

mv_status vend_card_wiped(struct vend *vend, const struct vend_card_act *act, uint8_t transport, struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = wiped, .arg = &transport};
    return vend_card_do(vend, &step, card);
}

/* ---- the deny-list ---- */

static mv_status deny(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const char *because = step->arg;
    size_t length = strlen(because);
    (void)vend;
    if (length < 1 || length > STORE_BECAUSE)
        return mv_fail(MV_INVALID_FIELD, "reason");
    if (step->card.denied != STORE_CARD_ALLOWED) {
        change->changed = false;
        return mv_ok();
    }
    step->card.denied = STORE_CARD_DENIED;
    vend_copy(step->card.because, sizeof step->card.because, because);
    vend_note_detail(&change->record, "denied");
    const struct store_card_event event = {.kind = STORE_CARD_EVENT_DENIED, .reason = because};
    MV_TRY(vend_card_event(store, step, &event));
    return store_card_update(store, &step->card);
}

mv_status vend_card_deny(struct vend *vend, const struct vend_card_act *act, const char *because,
                         struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = deny, .arg = (void *)because, .denied_too = true};
    return vend_card_do(vend, &step, card);
}

static mv_status allow(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    (void)vend;
    if (step->card.denied == STORE_CARD_DENIED_FOR_GOOD)
        return mv_fail(MV_CARD_DENIED, NULL);
    change->changed = step->card.denied != STORE_CARD_ALLOWED;
    step->card.denied = STORE_CARD_ALLOWED;
    step->card.because[0] = '\0';
    vend_note_detail(&change->record, "allowed");
    const struct store_card_event event = {.kind = STORE_CARD_EVENT_ALLOWED};
    if (change->changed)
        MV_TRY(vend_card_event(store, step, &event));
    return store_card_update(store, &step->card);
}

mv_status vend_card_allow(struct vend *vend, const struct vend_card_act *act, struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = allow, .denied_too = true};
    return vend_card_do(vend, &step, card);
}
