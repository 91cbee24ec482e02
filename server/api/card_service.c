#include <metervault/v1/card_service.pb-c.h>
#include <stdlib.h>
#include <string.h>

#include "api/card_convert.h"
#include "api/card_session.h"
#include "api/convert.h"
#include "api/services.h"

static void answer(struct rpc_call *call, mv_status status, const struct vend_card *card)
{
    struct api_card out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_card_out(card, &out);
    rpc_reply(call, &out.message.base);
}

/* The act of a call that names a card. */
static mv_status act_of(const struct vend_caller *caller, enum vend_call call, const char *uid,
                        struct vend_card_act *act)
{
    *act = (struct vend_card_act){.caller = caller, .call = call};
    return vend_uid_read(uid, act->uid) ? mv_ok() : mv_fail(MV_INVALID_FIELD, "uid");
}

static void get_card(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetCardRequest *in = (const Metervault__V1__GetCardRequest *)message;
    const struct vend_caller caller = api_caller(call);
    struct vend_card_act act;
    struct vend_card card;
    mv_status status = act_of(&caller, VEND_GET_CARD, in->uid, &act);
    status = status.ok ? vend_card_get(self, &act, &card) : vend_refuse(self, &caller, VEND_GET_CARD, status);
    answer(call, status, &card);
}

static void block_card(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__BlockCardRequest *in = (const Metervault__V1__BlockCardRequest *)message;
    const struct vend_caller caller = api_caller(call);
    struct vend_card_act act;
    struct vend_card card;
    mv_status status = act_of(&caller, VEND_BLOCK_CARD, in->uid, &act);
    status =
        status.ok ? vend_card_deny(self, &act, in->reason, &card) : vend_refuse(self, &caller, VEND_BLOCK_CARD, status);
    answer(call, status, &card);
}

static void unblock_card(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__UnblockCardRequest *in = (const Metervault__V1__UnblockCardRequest *)message;
    const struct vend_caller caller = api_caller(call);
    struct vend_card_act act;
    struct vend_card card;
    mv_status status = act_of(&caller, VEND_UNBLOCK_CARD, in->uid, &act);
    status = status.ok ? vend_card_allow(self, &act, &card) : vend_refuse(self, &caller, VEND_UNBLOCK_CARD, status);
    answer(call, status, &card);
}

/* A page and its messages, in one piece of memory. */
struct page {
    struct vend_card_list list;
    struct api_card cards[VEND_MAX_PAGE];
    Metervault__V1__Card *pointers[VEND_MAX_PAGE];
};

static void answer_page(struct rpc_call *call, struct page *page)
{
    Metervault__V1__ListCardsResponse out = METERVAULT__V1__LIST_CARDS_RESPONSE__INIT;
    for (size_t i = 0; i < page->list.count; i++) {
        api_card_out(&page->list.cards[i], &page->cards[i]);
        page->pointers[i] = &page->cards[i].message;
    }
    out.n_cards = page->list.count;
    out.cards = page->pointers;
    out.next_page_token = page->list.next;
    rpc_reply(call, &out.base);
}

static void list_cards(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListCardsRequest *in = (const Metervault__V1__ListCardsRequest *)message;
    const struct vend_caller caller = api_caller(call);
    const struct vend_card_query query = {.pan = in->meter_pan,
                                          .denied_only = in->denied_only != 0,
                                          .page_size = in->page_size,
                                          .page_token = in->page_token};
    struct page *page = malloc(sizeof *page);
    mv_status status =
        page == NULL ? mv_fail(MV_OUT_OF_MEMORY, "cards") : vend_list_cards(self, &caller, &query, &page->list);
    if (status.ok)
        answer_page(call, page);
    else
        api_fail(call, status);
    free(page);
}

static const struct rpc_method methods[] = {
    {"Session", api_card_session, RPC_DESK},   {"ListCards", list_cards, RPC_POOLED},
    {"GetCard", get_card, RPC_POOLED},         {"BlockCard", block_card, RPC_POOLED},
    {"UnblockCard", unblock_card, RPC_POOLED},
};

const struct rpc_service api_card_service = {.descriptor = &metervault__v1__card_service__descriptor,
                                             .methods = methods,
                                             .method_count = sizeof methods / sizeof methods[0]};
