/* Who a card of profile 2 is, and what may be done with it. */
#include "cards/pboc.h"

#include <string.h>

#include "hsmd/client.h"

enum { HEAD = 5, STATUS = 2, SERIAL_FILE = 0x99, SERIAL_OFFSET = 1, GONE_ON = 0x61, OK = 0x90 };

/* ---- what is free ---- */

static mv_status select_file(struct cards_session *session, uint16_t file, bool *found)
{
    const uint8_t apdu[] = {0x00, 0xA4, 0x00, 0x00, 2, (uint8_t)(file >> 8), (uint8_t)file};
    uint8_t rapdu[CARDS_RAPDU];
    size_t size = 0;
    MV_TRY(cards_exchange(session, apdu, sizeof apdu, rapdu, &size));
    *found = size >= STATUS && (rapdu[size - 2] == OK || rapdu[size - 2] == GONE_ON);
    return mv_ok();
}

mv_status cards_pboc_here(struct cards_session *session, bool *here)
{
    enum { MASTER_FILE = 0x3F00 };
    *here = false;
    return vend_card_pboc_class(session->vend) == 0 ? mv_ok() : select_file(session, MASTER_FILE, here);
}

/* A serial number of this office begins with a zero byte: the other seven are the card's in the ledger. */
static mv_status read_serial(struct cards_pboc *card)
{
    static const uint8_t apdu[HEAD] = {0x00, 0xB0, SERIAL_FILE, SERIAL_OFFSET, MV_PBOC_SERIAL};
    struct cards_session *session = card->session;
    uint8_t rapdu[CARDS_RAPDU];
    size_t size = 0;
    MV_TRY(cards_exchange(session, apdu, sizeof apdu, rapdu, &size));
    if (size != MV_PBOC_SERIAL + STATUS || rapdu[size - 2] != OK || rapdu[0] != 0)
        return mv_fail(MV_CARD_UNKNOWN, "serial number");
    memcpy(card->serial, rapdu, sizeof card->serial);
    memcpy(session->act.uid, card->serial + 1, STORE_UID);
    return mv_ok();
}

static mv_status meet(struct cards_pboc *card)
{
    enum { ELECTRICITY = 0xDF01 };
    struct cards_session *session = card->session;
    bool folder = false;
    MV_TRY(read_serial(card));
    MV_TRY(select_file(session, ELECTRICITY, &folder));
    return folder ? cards_hold(session) : mv_fail(MV_CARD_UNKNOWN, "folder");
}

/* ---- what is proven ---- */

mv_status cards_pboc_enter(struct cards_pboc *card, const struct store_card_keys *keys)
{
    static const uint8_t no_domain[STORE_DOMAIN];
    struct cards_session *session = card->session;
    struct hsmd_pboc_ref ref = {.internal = keys->issuer, .external = keys->office, .mac = keys->area};
    char label[HSM_LABEL_SIZE];
    memcpy(ref.serial, card->serial, sizeof ref.serial);
    hsm_master_label(HSM_USE_CARD_PBOC_INTERNAL, no_domain, ref.internal, label);
    MV_TRY(cards_say(session, 0, 0, "authenticating"));
    MV_TRY(vend_card_use(session->vend, &session->act, label));
    MV_TRY(vend_card_pboc_open(session->vend, session->caller.deadline_ns, &ref, &session->answer));
    MV_TRY(cards_carry(session));
    if (!session->known)
        MV_TRY(vend_card_used(session->vend, &session->act, label));
    session->result->genuine = true;
    return mv_ok();
}

/* ---- programs ---- */

static mv_status identify(struct cards_pboc *card)
{
    const struct cards_session *session = card->session;
    if (!session->known || session->card.row.state != STORE_CARD_IN_USE)
        return mv_ok();
    if (!vend_card_is_pboc(&session->card.row))
        return mv_fail(MV_CARD_NOT_GENUINE, "profile");
    return cards_pboc_enter(card, &session->card.row.keys);
}

/* Meters know nothing of a denied card but that another took its place. */
static mv_status block(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    if (!session->known)
        return mv_fail(MV_CARD_UNKNOWN, NULL);
    return vend_card_deny(session->vend, &session->act, session->order->because, &session->card);
}

static mv_status read_back(struct cards_pboc *card)
{
    MV_TRY(cards_pboc_expect(card));
    MV_TRY(cards_pboc_settle(card));
    card->session->result->previous_taken = card->count > 0 && !card->unread;
    return mv_ok();
}

mv_status cards_pboc_run(struct cards_session *session)
{
    struct cards_pboc card = {.session = session};
    MV_TRY(meet(&card));
    switch (session->order->purpose) {
    case CARDS_IDENTIFY:
        return identify(&card);
    case CARDS_PERSONALISE:
        return cards_pboc_personalise(&card);
    case CARDS_OPEN:
        return cards_pboc_open_account(&card);
    case CARDS_PURCHASE:
        return cards_pboc_purchase(&card);
    case CARDS_READ_BACK:
        return read_back(&card);
    case CARDS_REPLACE:
        return cards_pboc_replace(&card);
    case CARDS_CLOSE:
        return cards_pboc_close_account(&card);
    case CARDS_BLOCK:
        return block(&card);
    default:
        return mv_fail(MV_CARD_KIND_WRONG, "profile 2");
    }
}
