/* A card in transport state becomes a user card or a tool card: files first, then keys, the one that changes the others
 * last. Until the ledger says that it is in use, the next session takes everything back and begins anew. */
#include <string.h>

#include "cards/session.h"

/* The card proves that it is ours before anything is promised to it. */
static mv_status enter(struct cards_session *session, uint8_t *transport)
{
    MV_TRY(cards_say(session, 0, 0, "authenticating"));
    MV_TRY(cards_select(session, MV_CARD_AID));
    MV_TRY(cards_key_version(session, MV_CARD_SLOT_ISSUER, transport));
    if (*transport == 0)
        return mv_fail(MV_CARD_FACTORY_ROLE, NULL);
    const struct hsmd_card_key_ref key = cards_transport_key(session, MV_CARD_SLOT_ISSUER, *transport);
    MV_TRY(cards_open(session, &key));
    MV_TRY(cards_check_uid(session));
    session->result->genuine = true;
    return mv_ok();
}

static mv_status create_files(struct cards_session *session, enum mv_card_kind kind)
{
    uint8_t ins = kind == MV_CARD_USER ? MV_CARD_INS_CREATE_BACKUP_FILE : MV_CARD_INS_CREATE_STANDARD_FILE;
    for (unsigned file = MV_CARD_FILE_HEAD; file <= MV_CARD_FILE_FROM_METER; file++) {
        uint8_t header[MV_CARD_CREATE_BYTES];
        mv_card_create_header(kind, (enum mv_card_file)file, header);
        MV_TRY(cards_order_card(session, ins, header, sizeof header));
    }
    return mv_ok();
}

static uint8_t version_of(const struct cards_session *session, uint8_t slot)
{
    const struct store_card_keys *keys = &session->card.row.keys;
    switch (cards_used_key(session, slot, 0).use) {
    case HSMD_CARD_ISSUER:
        return keys->issuer;
    case HSMD_CARD_METER:
        return keys->meter;
    case HSMD_CARD_AREA:
        return keys->area;
    default:
        return keys->office;
    }
}

static mv_status change_keys(struct cards_session *session, uint8_t transport)
{
    for (unsigned i = 0; i < MV_CARD_KEYS; i++) {
        uint8_t this = cards_slot(i);
        const struct hsmd_card_key_ref old_key = cards_transport_key(session, this, transport);
        const struct hsmd_card_key_ref fresh = cards_used_key(session, this, version_of(session, this));
        MV_TRY(cards_change_key(session, &old_key, &fresh));
    }
    cards_leave_keys(session);
    return mv_ok();
}

static mv_status begin_content(struct cards_session *session)
{
    uint8_t hash[STORE_CARD_HASH];
    struct cards_content content;
    cards_content_begin(&content);
    MV_TRY(cards_content_hash(&content, hash));
    MV_TRY(cards_select(session, MV_CARD_AID));
    MV_TRY(cards_enter(session, MV_CARD_SLOT_OFFICE));
    MV_TRY(cards_write_head(session, session->card.row.kind));
    MV_TRY(cards_commit(session));
    session->has_head = true;
    return vend_card_ready(session->vend, &session->act, hash, &session->card);
}

mv_status cards_make(struct cards_session *session, const struct vend_card_target *target)
{
    struct vend_card_target wish = *target;
    struct cards_result *result = session->result;
    if (session->known && session->card.row.denied != STORE_CARD_ALLOWED)
        return mv_fail(MV_CARD_DENIED, NULL);
    if (!session->has_application)
        return mv_fail(MV_CARD_FACTORY_ROLE, NULL);
    if (session->known && session->card.row.state == STORE_CARD_IN_USE)
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    if (session->known && session->card.row.state == STORE_CARD_UNDER_WAY)
        MV_TRY(cards_wipe(session, false));
    MV_TRY(enter(session, &wish.transport));
    MV_TRY(cards_hold_proven(session));
    MV_TRY(vend_card_bind(session->vend, &session->act, &wish, &session->card, &result->replaced));
    result->has_replaced = result->replaced.row.id != 0;
    session->known = true;
    MV_TRY(cards_say(session, 1, 2, "personalising"));
    MV_TRY(create_files(session, wish.kind));
    MV_TRY(change_keys(session, wish.transport));
    return begin_content(session);
}

mv_status cards_make_user(struct cards_session *session, bool replaces)
{
    const struct vend_card_target target = {.kind = MV_CARD_USER,
                                            .pan = session->order->pan,
                                            .replaces = replaces,
                                            .opens = session->order->purpose == CARDS_OPEN};
    if (session->order->pan[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    bool used = session->known && session->card.row.state == STORE_CARD_IN_USE;
    if (!used)
        return cards_make(session, &target);
    MV_TRY(cards_expect_user(session));
    return cards_enter(session, MV_CARD_SLOT_OFFICE);
}

mv_status cards_personalise(struct cards_session *session)
{
    const struct cards_order *order = session->order;
    struct vend_card_target target = {.kind = order->kind, .pan = order->pan};
    MV_TRY(cards_meet(session));
    if (order->kind == MV_CARD_USER)
        return session->known && session->card.row.state == STORE_CARD_IN_USE ? mv_fail(MV_CARD_NOT_FRESH, NULL)
                                                                              : cards_make_user(session, false);
    if (order->kind < MV_CARD_PRESET || order->kind > MV_CARD_KEY_UPDATE)
        return mv_fail(MV_INVALID_FIELD, "kind");
    memcpy(target.domain, order->domain, sizeof target.domain);
    target.area_version = order->area_version;
    return cards_make(session, &target);
}
