/* Sessions of cards that are under way: so many at once, and one for a card. */
#include <string.h>

#include "vending/card_parts.h"

void vend_card_desk_init(struct vend_card_desk *desk)
{
    (void)pthread_mutex_init(&desk->lock, NULL);
}

void vend_card_desk_destroy(struct vend_card_desk *desk)
{
    (void)pthread_mutex_destroy(&desk->lock);
}

const struct vend_card_limits *vend_card_limits(const struct vend *vend)
{
    return &vend->card_limits;
}

mv_status vend_card_enter(struct vend *vend, struct vend_card_place *place)
{
    struct vend_card_desk *desk = &vend->cards;
    *place = (struct vend_card_place){.taken = false};
    pthread_mutex_lock(&desk->lock);
    for (unsigned i = 0; i < VEND_CARD_SESSIONS && !place->taken; i++) {
        if (desk->seats[i].taken)
            continue;
        desk->seats[i] = (struct vend_card_seat){.taken = true};
        *place = (struct vend_card_place){.taken = true, .index = i};
    }
    pthread_mutex_unlock(&desk->lock);
    return place->taken ? mv_ok() : mv_fail(MV_SERVER_BUSY, "cards");
}

mv_status vend_card_hold(struct vend *vend, struct vend_card_place *place, const uint8_t uid[STORE_UID])
{
    struct vend_card_desk *desk = &vend->cards;
    bool elsewhere = false;
    pthread_mutex_lock(&desk->lock);
    for (unsigned i = 0; i < VEND_CARD_SESSIONS; i++) {
        const struct vend_card_seat *seat = &desk->seats[i];
        elsewhere = elsewhere || (i != place->index && seat->held && memcmp(seat->uid, uid, STORE_UID) == 0);
    }
    if (!elsewhere) {
        desk->seats[place->index].held = place->held = true;
        memcpy(desk->seats[place->index].uid, uid, STORE_UID);
    }
    pthread_mutex_unlock(&desk->lock);
    return elsewhere ? mv_fail(MV_CARD_IN_SESSION, NULL) : mv_ok();
}

void vend_card_leave(struct vend *vend, struct vend_card_place *place)
{
    if (!place->taken)
        return;
    pthread_mutex_lock(&vend->cards.lock);
    vend->cards.seats[place->index] = (struct vend_card_seat){.taken = false};
    pthread_mutex_unlock(&vend->cards.lock);
    *place = (struct vend_card_place){.taken = false};
}
