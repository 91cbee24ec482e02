/* Which key a reference means, and the cipher of the card's state machine in the token. */
#include <string.h>

#include "hsmd/card_sessions.h"
#include "hsmd/desk.h"

enum { PICC_KEY = 0 };

uint8_t hsmd_card_key_number(uint8_t slot)
{
    return slot == HSMD_CARD_PICC ? PICC_KEY : slot;
}

static mv_status wrong_slot(void)
{
    return mv_fail(MV_INVALID_FIELD, "card key: slot");
}

static bool is_application_slot(uint8_t slot)
{
    return slot < MV_CARD_KEYS;
}

/* What the key's use makes of it: the master's use, and the input. */
static mv_status describe(const struct hsmd_card_key_ref *key, enum hsm_key_use *use, struct hsm_card_source *source)
{
    switch (key->use) {
    case HSMD_CARD_ISSUER:
        if (key->slot != MV_CARD_SLOT_ISSUER && key->slot != HSMD_CARD_PICC)
            return wrong_slot();
        *use = HSM_USE_CARD_ISSUER;
        source->size = mv_card_diversifier_uid(key->slot == HSMD_CARD_PICC ? MV_CARD_FOR_PICC : MV_CARD_FOR_ISSUER,
                                               key->uid, source->diversifier);
        return mv_ok();
    case HSMD_CARD_OFFICE:
        if (!is_application_slot(key->slot) || key->slot == MV_CARD_SLOT_ISSUER)
            return wrong_slot();
        *use = HSM_USE_CARD_OFFICE;
        /* the purposes of slots 1, 2 and 3 have the slots' numbers */
        source->size = mv_card_diversifier_uid((enum mv_card_purpose)key->slot, key->uid, source->diversifier);
        return mv_ok();
    case HSMD_CARD_METER:
        if (key->slot != MV_CARD_SLOT_METER)
            return wrong_slot();
        *use = HSM_USE_CARD_METER;
        source->size = mv_card_diversifier_meter(key->pan, source->diversifier);
        return source->size != 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "meter_pan");
    case HSMD_CARD_AREA:
        if (key->slot != MV_CARD_SLOT_AREA)
            return wrong_slot();
        *use = HSM_USE_CARD_AREA;
        source->size = mv_card_diversifier_area(key->domain, source->diversifier);
        return mv_ok();
    case HSMD_CARD_TRANSPORT:
        if (!is_application_slot(key->slot))
            return wrong_slot();
        *use = HSM_USE_CARD_TRANSPORT;
        source->size = mv_card_diversifier_uid(MV_CARD_FOR_TRANSPORT, key->uid, source->diversifier);
        return mv_ok();
    case HSMD_CARD_FACTORY:
        break;
    }
    return mv_fail(MV_INVALID_FIELD, "card key: use");
}

static mv_status factory_source(const struct hsmd_service *service, const struct hsmd_card_key_ref *key)
{
    if (!service->factory_cards)
        return mv_fail(MV_CARD_KEY_NOT_ACTIVE, "factory_cards is off");
    if (!is_application_slot(key->slot) && key->slot != HSMD_CARD_PICC)
        return wrong_slot();
    return key->version == 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "card key: version");
}

mv_status hsmd_card_source(struct hsmd_desk *desk, const struct hsmd_card_key_ref *key, enum hsm_purpose purpose,
                           struct hsm_card_source *source)
{
    enum hsm_key_use use;
    *source = (struct hsm_card_source){.size = 0};
    if (key->use == HSMD_CARD_FACTORY)
        return factory_source(desk->service, key);
    MV_TRY(describe(key, &use, source));
    if (key->version == 0)
        return mv_fail(MV_INVALID_FIELD, "card key: version");
    return hsmd_desk_master(desk, use, key->domain, key->version, purpose, &source->master);
}

/* ---- the cipher ---- */

/* What was found for the last step holds until the catalogue changes: a session is short. */
static mv_status source_of(struct hsmd_card_place *place)
{
    const struct hsmd_keyring *keyring = &place->desk->service->keyring;
    if (place->source_generation == keyring->catalogue->generation)
        return mv_ok();
    MV_TRY(hsmd_card_source(place->desk, &place->key, HSM_TO_LEAVE, &place->source));
    place->source_generation = keyring->catalogue->generation;
    return mv_ok();
}

/* A factory key of an earlier session of the token is none. */
static mv_status card_key(struct hsmd_card_place *place, struct hsm_handle *key)
{
    struct hsmd_service *service = place->desk->service;
    struct hsmd_cards *cards = service->cards;
    MV_TRY(source_of(place));
    if (cards->factory_session != service->keyring.sessions)
        cards->factory.object = 0;
    cards->factory_session = service->keyring.sessions;
    return hsm_card_key(service->hsm, service->children, &place->source, &cards->factory, key);
}

static bool note(struct hsmd_card_place *place, mv_status status)
{
    place->failed = status;
    return status.ok;
}

static bool random_bytes(void *context, uint8_t *data, uint16_t size)
{
    struct hsmd_card_place *place = context;
    return note(place, hsm_random(place->desk->service->hsm, data, size));
}

static bool cbc(void *context, enum mv_card_key which, bool encrypt, const uint8_t iv[16], uint8_t *data, uint16_t size)
{
    struct hsmd_card_place *place = context;
    struct hsm_handle key = place->keys.enc;
    if (which == MV_CARD_KEY_CARD && !note(place, card_key(place, &key)))
        return false;
    return note(place, hsm_card_cbc(place->desk->service->hsm, key, encrypt, iv, data, size));
}

static bool derive(void *context, const uint8_t sv1[32], const uint8_t sv2[32])
{
    struct hsmd_card_place *place = context;
    struct hsm *hsm = place->desk->service->hsm;
    struct hsm_handle key;
    if (!note(place, card_key(place, &key)))
        return false;
    hsm_card_drop(hsm, &place->keys);
    return note(place, hsm_card_derive(hsm, key, sv1, sv2, &place->keys));
}

static bool mac(void *context, const struct mv_card_part *parts, uint8_t count, uint8_t result[16])
{
    struct hsmd_card_place *place = context;
    return note(place, hsm_card_mac(place->desk->service->hsm, place->keys.mac, parts, count, result));
}

void hsmd_card_cipher(struct hsmd_card_place *place)
{
    place->cipher =
        (struct mv_card_cipher){.context = place, .random = random_bytes, .cbc = cbc, .derive = derive, .mac = mac};
}
