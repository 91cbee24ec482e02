#include "rights_calls.h"
#include "vending/cards.h"

/* Of a session, what is asked before the card is touched. */
mv_status call_card_as(struct world *world, const char *who, enum vend_call call)
{
    static struct vend_card_list list;
    const struct vend_caller caller = world_caller(who);
    const struct vend_card_query all = {.pan = "", .page_token = ""};
    const struct vend_card_act act = {.caller = &caller, .call = call, .terminal = "till", .request_id = "card"};
    struct vend_card card;
    switch (call) {
    case VEND_LIST_CARDS:
        return vend_list_cards(world->vend, &caller, &all, &list);
    case VEND_GET_CARD:
        return vend_card_get(world->vend, &act, &card);
    case VEND_BLOCK_CARD:
        return vend_card_deny(world->vend, &act, "lost", &card);
    case VEND_UNBLOCK_CARD:
        return vend_card_allow(world->vend, &act, &card);
    default:
        return vend_card_may(world->vend, &act);
    }
}
