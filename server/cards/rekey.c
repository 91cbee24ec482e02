/* A card's keys are moved to the newest versions of their masters; those of the meter and the area to the versions that
 * the meters have.
 * Broken off, it is done again: each key's version says where it is. */
#include "cards/session.h"

static mv_status newest(struct cards_session *session, struct store_card_keys *keys)
{
    struct vend *vend = session->vend;
    const struct vend_card *card = &session->card;
    struct store_card_meter meter;
    uint8_t domain[STORE_DOMAIN];
    *keys = card->row.keys;
    if (card->row.state == STORE_CARD_TRANSPORT)
        return vend_card_newest(vend, HSM_USE_CARD_TRANSPORT, NULL, &keys->transport);
    MV_TRY(vend_card_newest(vend, HSM_USE_CARD_ISSUER, NULL, &keys->issuer));
    MV_TRY(vend_card_newest(vend, HSM_USE_CARD_OFFICE, NULL, &keys->office));
    if (card->row.kind != MV_CARD_USER)
        return vend_card_area(vend, card->row.domain, session->order->area_version, &keys->area);
    MV_TRY(vend_card_meter(vend, &session->act, card->pan, domain, &meter));
    keys->meter = meter.key_version;
    return mv_ok();
}

static struct hsmd_card_key_ref key_at(const struct cards_session *session, uint8_t slot, uint8_t version)
{
    return session->card.row.state == STORE_CARD_TRANSPORT ? cards_transport_key(session, slot, version)
                                                           : cards_used_key(session, slot, version);
}

static uint8_t version_for(const struct hsmd_card_key_ref *key, const struct store_card_keys *keys)
{
    switch (key->use) {
    case HSMD_CARD_ISSUER:
        return keys->issuer;
    case HSMD_CARD_METER:
        return keys->meter;
    case HSMD_CARD_AREA:
        return keys->area;
    case HSMD_CARD_TRANSPORT:
        return keys->transport;
    default:
        return keys->office;
    }
}

static mv_status change_slots(struct cards_session *session, const struct store_card_keys *keys)
{
    struct hsmd_card_key_ref now[MV_CARD_KEYS];
    for (unsigned i = 0; i < MV_CARD_KEYS; i++) {
        uint8_t slot = (uint8_t)i;
        uint8_t version = 0;
        MV_TRY(cards_key_version(session, slot, &version));
        now[slot] = key_at(session, slot, version);
    }
    MV_TRY(cards_open(session, &now[0]));
    MV_TRY(cards_check_uid(session));
    session->result->genuine = true;
    for (unsigned i = 0; i < MV_CARD_KEYS; i++) {
        uint8_t this = cards_slot(i);
        struct hsmd_card_key_ref fresh = now[this];
        fresh.version = version_for(&fresh, keys);
        MV_TRY(cards_change_key(session, &now[this], &fresh));
    }
    return mv_ok();
}

static mv_status change_own(struct cards_session *session)
{
    uint8_t issuer;
    uint8_t version = 0;
    MV_TRY(vend_card_newest(session->vend, HSM_USE_CARD_ISSUER, NULL, &issuer));
    MV_TRY(cards_select(session, NULL));
    MV_TRY(cards_key_version(session, 0, &version));
    if (version == issuer)
        return mv_ok();
    const struct hsmd_card_key_ref old_key =
        version == 0 ? cards_factory_key(session, HSMD_CARD_PICC) : cards_own_key(session, version);
    const struct hsmd_card_key_ref fresh = cards_own_key(session, issuer);
    MV_TRY(cards_open(session, &old_key));
    return cards_change_key(session, &old_key, &fresh);
}

mv_status cards_rekey(struct cards_session *session)
{
    struct store_card_keys keys;
    MV_TRY(cards_meet(session));
    if (!session->known)
        return mv_fail(MV_CARD_UNKNOWN, NULL);
    if (session->card.row.denied != STORE_CARD_ALLOWED)
        return mv_fail(MV_CARD_DENIED, NULL);
    if (session->card.row.state == STORE_CARD_UNDER_WAY || !session->has_application)
        return mv_fail(MV_CARD_KIND_WRONG, NULL);
    MV_TRY(newest(session, &keys));
    MV_TRY(cards_say(session, 0, 0, "changing keys"));
    MV_TRY(change_slots(session, &keys));
    MV_TRY(change_own(session));
    return vend_card_rekeyed(session->vend, &session->act, &keys, &session->card);
}
