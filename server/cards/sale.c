/* Money on a user card: the opening of an account, purchases, and the card that takes the place of a lost one. A record
 * is signed once; until the ledger knows that the card has it the same bytes are written again, and from then on never.
 */
#include <string.h>

#include "cards/session.h"
#include "metervault/record.h"

struct sale {
    struct vend_card_purchases before;
    struct cards_content now, next;
    bool unread; /* the meter has written nothing since */
};

static struct vend_record_order order_of(const struct cards_session *session, const char *pan)
{
    struct vend_record_order order = *session->order->purchase;
    order.request_id = session->order->request_id;
    order.pan = pan;
    order.of_this_epoch = true;
    order.has_card = true;
    memset(order.card, 0, sizeof order.card);
    memcpy(order.card + sizeof order.card - STORE_UID, session->act.uid, STORE_UID);
    return order;
}

static mv_status sign(struct cards_session *session)
{
    const struct vend_record_order order = order_of(session, session->card.pan);
    return cards_sign_purchase(session, &order);
}

static bool carries(const struct cards_content *content, const struct vend_signed_record *record)
{
    uint8_t size;
    const uint8_t *bytes;
    for (uint32_t at = 0; (bytes = cards_content_next(content, &at, &size)) != NULL;)
        if (size == record->size && memcmp(bytes, record->bytes, size) == 0)
            return true;
    return false;
}

/* Parameters that the meter has not taken yet go along again, before newer ones. */
static void keep_parameters(struct sale *sale)
{
    uint8_t size;
    const uint8_t *bytes;
    for (uint32_t at = 0; sale->unread && (bytes = cards_content_next(&sale->now, &at, &size)) != NULL;)
        if (size > 1 && bytes[1] == MV_KIND_PARAMETERS)
            cards_content_add(&sale->next, bytes, size);
}

static bool is_setting(const struct cards_order *order, size_t index)
{
    return order->contents[index]->kind == MV_KIND_PARAMETERS;
}

static bool orders_settings(const struct cards_order *order)
{
    for (size_t i = 0; i < order->content_count; i++)
        if (is_setting(order, i))
            return true;
    return false;
}

/* Of a replacement: what the lost card carried is in the ledger, and what is ordered now is the last of it. */
static mv_status bring_settings(struct cards_session *session, struct sale *sale)
{
    struct vend_card_settings settings;
    struct vend_records records;
    for (size_t i = 0; i < session->order->content_count; i++)
        if (is_setting(session->order, i))
            MV_TRY(cards_sign(session, i, session->card.pan, false, &records));
    MV_TRY(vend_card_settings(session->vend, &session->act, session->card.pan, &settings));
    for (size_t i = 0; i < settings.count; i++)
        cards_content_add(&sale->next, settings.records[i].bytes, settings.records[i].size);
    sale->next.full = sale->next.full || settings.more;
    return mv_ok();
}

static mv_status compose(struct cards_session *session, struct sale *sale)
{
    const struct vend_signed_record *purchase = &session->result->purchase.parts[0];
    const bool replaces = session->order->purpose == CARDS_REPLACE;
    struct vend_records records;
    cards_content_begin(&sale->next);
    cards_content_add(&sale->next, purchase->bytes, purchase->size);
    if (!replaces)
        keep_parameters(sale);
    else if (!session->result->settings_left)
        MV_TRY(bring_settings(session, sale));
    for (size_t i = 0; i < session->order->content_count; i++) {
        if (replaces && is_setting(session->order, i))
            continue;
        MV_TRY(cards_sign(session, i, session->card.pan, false, &records));
        for (size_t part = 0; part < records.count; part++)
            cards_content_add(&sale->next, records.parts[part].bytes, records.parts[part].size);
    }
    return cards_content_end(&sale->next, session->card.pan);
}

/* Nothing of the settings, rather than the later ones without those before them: credit goes first, and the office is
 * told what to bring another way. */
static mv_status compose_what_fits(struct cards_session *session, struct sale *sale)
{
    mv_status status = compose(session, sale);
    bool leaves = !status.ok && status.reason == MV_CARD_FULL && session->order->purpose == CARDS_REPLACE &&
                  !orders_settings(session->order);
    if (!leaves)
        return status;
    session->result->settings_left = true;
    return compose(session, sale);
}

static mv_status write(struct cards_session *session, struct sale *sale)
{
    MV_TRY(compose_what_fits(session, sale));
    return cards_content_write(session, &sale->next, session->result->purchase.first_sequence);
}

/* This request was signed before. What a later purchase covers, what the meter took and what the card has is done. */
static mv_status again(struct cards_session *session, struct sale *sale)
{
    struct cards_result *result = session->result;
    const struct vend_card_purchases *before = &sale->before;
    MV_TRY(sign(session));
    result->already = before->request < before->signed_to || before->taken_to >= before->request ||
                      carries(&sale->now, &result->purchase.parts[0]);
    return result->already ? mv_ok() : write(session, sale);
}

static mv_status look(struct cards_session *session, struct sale *sale)
{
    MV_TRY(cards_content_read(session, &sale->now));
    MV_TRY(cards_take_return(session, &sale->unread));
    MV_TRY(vend_card_purchases(session->vend, &session->act, session->card.pan, &sale->before));
    session->result->previous_taken = sale->before.taken_to >= sale->before.signed_to;
    return mv_ok();
}

static uint32_t behind(const struct vend_card_purchases *before)
{
    return before->signed_to > before->taken_to ? before->signed_to - before->taken_to : 0;
}

/* A record brings so many that the meter may lack, and no more. What is sold leaves one place, so that the card can be
 * lost: its replacement is a number of its own and brings all of them. */
static mv_status check_behind(const struct cards_order *order, const struct vend_card_purchases *before)
{
    uint32_t most = MV_UNREAD_MAX - 1;
    if (order->purpose == CARDS_REPLACE)
        most = MV_UNREAD_MAX;
    if (order->purpose == CARDS_PURCHASE && !order->merge)
        most = 0;
    return behind(before) <= most ? mv_ok() : mv_fail(MV_PREVIOUS_UNREAD, NULL);
}

/* What has to go along besides the order. New settings of a replacement go behind the older ones, or not at all. */
static mv_status weigh_kept(struct cards_session *session, const char *pan, struct sale *sale, uint32_t *bytes)
{
    struct vend_card_settings settings;
    *bytes = 0;
    if (session->order->purpose != CARDS_REPLACE) {
        cards_content_begin(&sale->next);
        keep_parameters(sale);
        *bytes = sale->next.size - CARDS_BUNDLE;
        return mv_ok();
    }
    if (sale->before.request != 0 || !orders_settings(session->order))
        return mv_ok();
    MV_TRY(vend_card_settings(session->vend, &session->act, pan, &settings));
    for (size_t i = 0; i < settings.count; i++)
        *bytes += settings.records[i].size + 1U;
    return settings.more ? mv_fail(MV_CARD_FULL, "settings") : mv_ok();
}

/* All that could refuse the sale, while nothing is signed and nothing given up for it. */
static mv_status check_order(struct cards_session *session, const char *pan, struct sale *sale)
{
    const struct vend_record_order order = order_of(session, pan);
    const struct vend_card_purchases *before = &sale->before;
    uint32_t size;
    uint32_t all = CARDS_BUNDLE;
    MV_TRY(weigh_kept(session, pan, sale, &size));
    all += size;
    if (before->request == 0)
        MV_TRY(check_behind(session->order, before));
    MV_TRY(vend_weigh_record(session->vend, &session->caller, &order, &size));
    all += size;
    for (size_t i = 0; i < session->order->content_count; i++) {
        MV_TRY(cards_weigh(session, i, pan, &size));
        all += size;
    }
    return all <= MV_CARD_USER_TO_BYTES ? mv_ok() : mv_fail(MV_CARD_FULL, NULL);
}

static mv_status sell(struct cards_session *session)
{
    struct sale sale;
    MV_TRY(look(session, &sale));
    if (sale.before.request != 0)
        return again(session, &sale);
    MV_TRY(check_order(session, session->card.pan, &sale));
    MV_TRY(sign(session));
    session->result->merged = behind(&sale.before) > 0;
    return write(session, &sale);
}

/* What is sold at once to a card that is none of the meter's yet. Another card is denied for it: first it is certain
 * that the sale itself is allowed. */
static mv_status sell_new(struct cards_session *session, bool replaces)
{
    const char *pan = session->order->pan;
    struct sale sale = {.unread = false};
    MV_TRY(cards_meet(session));
    bool used = session->known && session->card.row.state == STORE_CARD_IN_USE;
    if (!used) {
        MV_TRY(vend_card_purchases(session->vend, &session->act, pan, &sale.before));
        MV_TRY(check_order(session, pan, &sale));
    }
    MV_TRY(cards_make_user(session, replaces));
    return sell(session);
}

mv_status cards_open_account(struct cards_session *session)
{
    return sell_new(session, false);
}

mv_status cards_purchase(struct cards_session *session)
{
    MV_TRY(cards_meet(session));
    MV_TRY(cards_expect_user(session));
    MV_TRY(cards_enter(session, MV_CARD_SLOT_OFFICE));
    return sell(session);
}

mv_status cards_replace(struct cards_session *session)
{
    return sell_new(session, true);
}

mv_status cards_read_back(struct cards_session *session)
{
    struct cards_content content;
    bool unread;
    MV_TRY(cards_meet(session));
    MV_TRY(cards_expect_user(session));
    MV_TRY(cards_enter(session, MV_CARD_SLOT_OFFICE));
    MV_TRY(cards_content_read(session, &content));
    return cards_take_return(session, &unread);
}
