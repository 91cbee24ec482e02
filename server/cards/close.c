/* The end of an account. Money goes back only on a return that answers the read request of this very closing and shows
 * every purchase as taken; until there is one the card carries that request to the meter. */
#include <stdlib.h>
#include <string.h>

#include "cards/session.h"
#include "metervault/record.h"
#include "vending/record_list.h"

mv_status cards_sign_question(struct cards_session *session, struct vend_records *records)
{
    char id[STORE_REQUEST_ID + 1];
    struct vend_record_order order = *session->order->contents[0];
    MV_TRY(vend_card_closing(session->vend, &session->act, session->card.pan, id));
    order.request_id = id;
    order.pan = session->card.pan;
    order.of_this_epoch = true;
    return vend_issue_record(session->vend, &session->caller, &order, records);
}

/* What the meter has not read stays on the card; only the read request is a new one. */
static mv_status ask_again(struct cards_session *session, const struct cards_content *now, bool unread)
{
    struct cards_content next;
    struct vend_records records;
    uint32_t purchase = 0;
    const uint8_t *bytes;
    uint8_t size;
    cards_content_begin(&next);
    for (uint32_t at = 0; unread && (bytes = cards_content_next(now, &at, &size)) != NULL;) {
        struct mv_record_head head;
        const uint8_t *body;
        uint8_t body_size;
        if (mv_record_parse(bytes, size, &head, &body, &body_size) != MV_DONE || head.kind == MV_KIND_READ)
            continue;
        purchase = head.kind == MV_KIND_PURCHASE ? head.sequence : purchase;
        cards_content_add(&next, bytes, size);
    }
    MV_TRY(cards_sign_question(session, &records));
    cards_content_add(&next, records.parts[0].bytes, records.parts[0].size);
    MV_TRY(cards_content_end(&next, session->card.pan));
    MV_TRY(cards_content_write(session, &next, purchase));
    return mv_fail(MV_PREVIOUS_UNREAD, NULL);
}

mv_status cards_recall_return(struct cards_session *session, const char *pan)
{
    struct cards_result *result = session->result;
    struct vend_return_list *list = malloc(sizeof *list);
    if (list == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "returns");
    mv_status status = vend_list_returns(session->vend, &session->caller, pan, 1, "", list);
    result->has_return = status.ok && list->count > 0;
    if (result->has_return)
        result->returned = list->returns[0].content;
    free(list);
    return status;
}

/* What the card says goes to the ledger, which judges. */
static mv_status prove(struct cards_session *session)
{
    char pan[STORE_PAN + 1];
    struct cards_content now;
    bool unread;
    memcpy(pan, session->card.pan, sizeof pan);
    MV_TRY(cards_content_read(session, &now));
    MV_TRY(cards_take_return(session, &unread));
    mv_status status = vend_card_close(session->vend, &session->act, &session->card);
    if (!status.ok && status.reason == MV_PREVIOUS_UNREAD)
        return ask_again(session, &now, unread);
    MV_TRY(status);
    return session->result->has_return ? mv_ok() : cards_recall_return(session, pan);
}

/* A card that was in use has no transport key any more: it is on its way back, not on its way to a customer. */
static bool is_closing(const struct cards_session *session)
{
    const struct store_card *row = &session->card.row;
    return session->known && row->kind == MV_CARD_USER && row->state == STORE_CARD_UNDER_WAY &&
           row->keys.transport == 0 && row->denied == STORE_CARD_ALLOWED;
}

static mv_status go_on(struct cards_session *session)
{
    char pan[STORE_PAN + 1];
    memcpy(pan, session->card.pan, sizeof pan);
    MV_TRY(cards_wipe(session, false));
    return cards_recall_return(session, pan);
}

mv_status cards_close_account(struct cards_session *session)
{
    MV_TRY(cards_meet(session));
    if (is_closing(session))
        return go_on(session);
    MV_TRY(cards_expect_user(session));
    MV_TRY(cards_enter(session, MV_CARD_SLOT_OFFICE));
    MV_TRY(prove(session));
    MV_TRY(cards_write_head(session, MV_CARD_BLOCKED));
    MV_TRY(cards_commit(session));
    return cards_wipe(session, true);
}
