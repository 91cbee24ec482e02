/* One session: rights before the card is touched, then the purpose's program. */
#include <stdlib.h>
#include <string.h>

#include "cards/session.h"
#include "vending/job.h"

enum { NS_PER_MS = 1000000 };

typedef mv_status program(struct cards_session *session);

struct purpose {
    enum vend_call call;
    program *run;
};

static const struct purpose purposes[] = {
    [CARDS_IDENTIFY] = {VEND_CARD_IDENTIFY, cards_identify},
    [CARDS_PERSONALISE] = {VEND_CARD_MAKE_TOOL, cards_personalise},
    [CARDS_OPEN] = {VEND_CARD_OPEN, cards_open_account},
    [CARDS_PURCHASE] = {VEND_CARD_PURCHASE, cards_purchase},
    [CARDS_READ_BACK] = {VEND_CARD_READ_BACK, cards_read_back},
    [CARDS_REPLACE] = {VEND_CARD_REPLACE, cards_replace},
    [CARDS_CLOSE] = {VEND_CARD_CLOSE, cards_close_account},
    [CARDS_LOAD] = {VEND_CARD_LOAD, cards_load},
    [CARDS_COLLECT] = {VEND_CARD_COLLECT, cards_collect},
    [CARDS_REKEY] = {VEND_CARD_REKEY, cards_rekey},
    [CARDS_BLOCK] = {VEND_CARD_BLOCK, cards_block},
};

static struct purpose purpose_of(const struct cards_order *order)
{
    struct purpose purpose = purposes[order->purpose];
    if (order->purpose == CARDS_PERSONALISE && order->factory)
        return (struct purpose){VEND_CARD_TAKE_IN, cards_take_in};
    if (order->purpose == CARDS_PERSONALISE && order->kind == MV_CARD_USER)
        purpose.call = VEND_CARD_MAKE_USER;
    return purpose;
}

/* How a session ended is in the audit chain, besides the steps that it made. */
static mv_status finish(struct cards_session *session, mv_status status)
{
    char text[VEND_UID_TEXT];
    cards_leave_keys(session);
    vend_card_leave(session->vend, &session->place);
    session->result->card = session->card;
    vend_uid_text(session->act.uid, text);
    return vend_answer(session->vend, &session->caller, session->act.call, text, status);
}

/* Which profile the card is of, it says itself. */
static mv_status run_program(struct cards_session *session, const struct purpose *purpose)
{
    bool pboc = false;
    MV_TRY(cards_pboc_here(session, &pboc));
    return pboc ? cards_pboc_run(session) : purpose->run(session);
}

mv_status cards_run(struct vend *vend, const struct vend_caller *caller, const struct cards_link *link,
                    const struct cards_order *order, struct cards_result *result)
{
    const struct purpose purpose = purpose_of(order);
    struct cards_session *session = calloc(1, sizeof *session);
    memset(result, 0, sizeof *result);
    if (session == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "card session");
    int64_t ends_ns = vend_monotonic_ns() + (int64_t)vend_card_limits(vend)->all_ms * NS_PER_MS;
    session->vend = vend;
    session->link = link;
    session->order = order;
    session->result = result;
    session->caller = *caller;
    if (session->caller.deadline_ns > ends_ns)
        session->caller.deadline_ns = ends_ns;
    session->act = (struct vend_card_act){
        .caller = &session->caller, .call = purpose.call, .terminal = order->terminal, .request_id = order->request_id};
    mv_status status = vend_card_may(vend, &session->act);
    if (status.ok)
        status = vend_card_enter(vend, &session->place);
    if (status.ok)
        status = finish(session, run_program(session, &purpose));
    free(session);
    return status;
}

void cards_result_free(struct cards_result *result)
{
    free(result->round);
    result->round = NULL;
}
