/* Who the card says it is, and what the ledger knows of it. Nothing here is proven yet. */
#include <string.h>

#include "cards/session.h"

enum { VERSION_BYTES = 28, UID_AT = 14 };

static mv_status find_application(struct cards_session *session)
{
    mv_status status = cards_select(session, MV_CARD_AID);
    session->has_application = status.ok;
    return session->error == MV_CARD_NO_APPLICATION ? mv_ok() : status;
}

static mv_status read_uid(struct cards_session *session)
{
    MV_TRY(cards_ask(session, MV_CARD_INS_VERSION, NULL, 0));
    if (session->plain.size != VERSION_BYTES)
        return cards_refusal(MV_CARD_FORMAT);
    memcpy(session->act.uid, session->plain.data + UID_AT, STORE_UID);
    return mv_ok();
}

static mv_status read_head(struct cards_session *session)
{
    uint8_t header[MV_CARD_FILE_HEADER];
    mv_card_file_header(MV_CARD_FILE_HEAD, 0, MV_CARD_HEAD_BYTES, header);
    mv_status status = cards_ask(session, MV_CARD_INS_READ, header, sizeof header);
    if (session->error == MV_CARD_NO_FILE)
        return mv_ok();
    MV_TRY(status);
    session->has_head =
        session->plain.size == MV_CARD_HEAD_BYTES && mv_card_head_read(session->plain.data, &session->head) == MV_DONE;
    return mv_ok();
}

static mv_status look(struct cards_session *session)
{
    mv_status found = vend_card_look(session->vend, &session->act, &session->card);
    session->known = found.ok;
    return found.ok || found.reason == MV_CARD_UNKNOWN ? mv_ok() : found;
}

/* A serial number is only what somebody says: who has no right to the card keeps nobody from it. What became of it in a
 * session that ended in between is seen, too. */
mv_status cards_hold(struct cards_session *session)
{
    MV_TRY(look(session));
    if (!session->known)
        return mv_ok();
    MV_TRY(vend_card_hold(session->vend, &session->place, session->act.uid));
    return look(session);
}

mv_status cards_hold_proven(struct cards_session *session)
{
    if (session->place.held)
        return mv_ok();
    MV_TRY(vend_card_hold(session->vend, &session->place, session->act.uid));
    return look(session);
}

mv_status cards_meet(struct cards_session *session)
{
    MV_TRY(find_application(session));
    MV_TRY(read_uid(session));
    MV_TRY(cards_hold(session));
    return session->has_application ? read_head(session) : mv_ok();
}

bool cards_head_is_right(const struct cards_session *session)
{
    const struct store_card *row = &session->card.row;
    const struct mv_card_head *head = &session->head;
    bool same = session->has_head && head->kind == row->kind && head->version == row->version &&
                memcmp(head->domain, row->domain, sizeof head->domain) == 0;
    if (same && row->kind == MV_CARD_USER)
        same = memcmp(head->pan, session->card.pan, sizeof head->pan) == 0;
    return same;
}

static mv_status expect(const struct cards_session *session, bool user)
{
    const struct store_card *row = &session->card.row;
    if (!session->known)
        return mv_fail(MV_CARD_UNKNOWN, NULL);
    if (row->denied != STORE_CARD_ALLOWED)
        return mv_fail(MV_CARD_DENIED, NULL);
    if (row->state != STORE_CARD_IN_USE || (row->kind == MV_CARD_USER) != user)
        return mv_fail(MV_CARD_KIND_WRONG, NULL);
    return session->has_application ? mv_ok() : mv_fail(MV_CARD_NOT_GENUINE, "application");
}

mv_status cards_expect_user(struct cards_session *session)
{
    const char *pan = session->order->pan;
    MV_TRY(expect(session, true));
    bool other = pan[0] != '\0' && strcmp(pan, session->card.pan) != 0;
    return other ? mv_fail(MV_CARD_OTHER_METER, NULL) : mv_ok();
}

mv_status cards_expect_tool(struct cards_session *session)
{
    return expect(session, false);
}
