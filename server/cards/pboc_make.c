/* Which card of profile 2 is whose. Its keys are its issuer's and stay: nothing is installed here. */
#include <string.h>

#include "cards/pboc.h"

mv_status cards_pboc_expect(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    const struct store_card *row = &session->card.row;
    const char *pan = session->order->pan;
    if (!session->known)
        return mv_fail(MV_CARD_UNKNOWN, NULL);
    if (row->denied != STORE_CARD_ALLOWED)
        return mv_fail(MV_CARD_DENIED, NULL);
    if (row->state != STORE_CARD_IN_USE || !vend_card_is_pboc(row))
        return mv_fail(MV_CARD_KIND_WRONG, NULL);
    if (pan[0] != '\0' && strcmp(pan, session->card.pan) != 0)
        return mv_fail(MV_CARD_OTHER_METER, NULL);
    return cards_pboc_enter(card, &row->keys);
}

/* A card's keys are those of one version, also while the three masters are being renewed one after the other: with an
 * external key of another version each attempt would cost the card one of its tries. */
static mv_status newest_keys(struct cards_session *session, struct store_card_keys *keys)
{
    static const enum hsm_key_use uses[] = {HSM_USE_CARD_PBOC_INTERNAL, HSM_USE_CARD_PBOC_EXTERNAL,
                                            HSM_USE_CARD_PBOC_MAC};
    uint8_t all = UINT8_MAX;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        uint8_t version;
        MV_TRY(vend_card_newest(session->vend, uses[i], NULL, &version));
        all = version < all ? version : all;
    }
    *keys = (struct store_card_keys){.issuer = all, .office = all, .area = all};
    return mv_ok();
}

/* One that was in use once is known by its keys; one that this server never saw is under the newest. */
static mv_status find_keys(struct cards_session *session, struct store_card_keys *keys)
{
    const struct store_card *row = &session->card.row;
    if (!session->known)
        return newest_keys(session, keys);
    if (row->denied != STORE_CARD_ALLOWED)
        return mv_fail(MV_CARD_DENIED, NULL);
    bool other = (row->kind != 0 && !vend_card_is_pboc(row)) || row->keys.transport != 0;
    if (other)
        return mv_fail(MV_CARD_KIND_WRONG, NULL);
    *keys = row->keys;
    return row->keys.issuer != 0 ? mv_ok() : newest_keys(session, keys);
}

/* It proves that it is ours before anything is promised to it. What is on one whose closing broke off is over. */
mv_status cards_pboc_make(struct cards_pboc *card, struct vend_card_target *target)
{
    struct cards_session *session = card->session;
    struct cards_result *result = session->result;
    uint8_t hash[STORE_CARD_HASH];
    const bool broke_off = session->known && session->card.row.state == STORE_CARD_UNDER_WAY;
    target->kind = MV_CARD_USER;
    target->pan = session->order->pan;
    target->pboc = true;
    MV_TRY(find_keys(session, &target->keys));
    MV_TRY(cards_pboc_enter(card, &target->keys));
    MV_TRY(cards_hold_proven(session));
    MV_TRY(cards_pboc_read(card));
    if (broke_off && !cards_pboc_is_empty(card))
        MV_TRY(cards_pboc_clear(card));
    if (!cards_pboc_is_empty(card))
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    MV_TRY(vend_card_bind(session->vend, &session->act, target, &session->card, &result->replaced));
    result->has_replaced = result->replaced.row.id != 0;
    session->known = true;
    MV_TRY(cards_pboc_hash(card->wallet, hash));
    return vend_card_ready(session->vend, &session->act, hash, &session->card);
}

mv_status cards_pboc_personalise(struct cards_pboc *card)
{
    const struct cards_session *session = card->session;
    const struct cards_order *order = session->order;
    struct vend_card_target target = {.replaces = false};
    if (order->factory)
        return mv_fail(MV_CARD_KIND_WRONG, "profile 2: its issuer gives it its keys");
    if (order->kind != MV_CARD_USER)
        return mv_fail(MV_CARD_KIND_WRONG, "profile 2: user cards only");
    if (order->pan[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    if (session->known && session->card.row.state == STORE_CARD_IN_USE)
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    return cards_pboc_make(card, &target);
}
