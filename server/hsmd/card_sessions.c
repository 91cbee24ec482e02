#include "hsmd/card_sessions.h"

#include <stdlib.h>

#include "base/secret.h"

enum { INDEX_BITS = 11, ID_BITS = 24, TURNS = (1 << (ID_BITS - INDEX_BITS)) - 2, INDEX_MASK = HSMD_CARDS - 1 };

_Static_assert(HSMD_CARDS == 1 << INDEX_BITS, "an index has INDEX_BITS bits");

static bool is_over(const struct hsmd_card_place *place, int64_t now_ms)
{
    return now_ms >= place->ends_ms || now_ms >= place->idle_ms;
}

static mv_status lost(void)
{
    return mv_fail(MV_CARD_SESSION_LOST, "key process");
}

mv_status hsmd_cards_add(struct hsmd_cards *cards, uint32_t owner, int64_t now_ms, struct hsmd_card_place **place)
{
    size_t index = HSMD_CARDS;
    unsigned held = 0;
    for (size_t i = 0; i < HSMD_CARDS; i++) {
        if (cards->places[i] == NULL)
            index = i;
        else
            held += cards->places[i]->owner == owner;
    }
    if (index == HSMD_CARDS || held >= HSMD_CARDS_PER_OWNER)
        return mv_fail(MV_SERVER_BUSY, "card sessions of the key process");
    struct hsmd_card_place *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    /* from 1, so that no id is 0; the last turn is left out: with the last index it would be HSMD_SLOT_NONE */
    cards->turn = cards->turn % TURNS + 1;
    made->id = cards->turn << INDEX_BITS | (uint32_t)index;
    made->owner = owner;
    made->ends_ms = now_ms + HSMD_CARD_LIFE_MS;
    made->idle_ms = now_ms + HSMD_CARD_IDLE_MS;
    cards->places[index] = made;
    *place = made;
    return mv_ok();
}

static void drop_keys(struct hsm *hsm, struct hsmd_card_place *place)
{
    hsm_card_drop(hsm, &place->keys);
    hsm_pboc_drop(hsm, &place->pboc.internal);
    hsm_pboc_drop(hsm, &place->pboc.external);
    hsm_pboc_drop(hsm, &place->pboc.mac);
}

void hsmd_cards_end(struct hsmd_cards *cards, struct hsm *hsm, struct hsmd_card_place *place, unsigned token_session)
{
    if (place->token_session == token_session)
        drop_keys(hsm, place);
    cards->places[place->id & INDEX_MASK] = NULL;
    mv_secret_wipe(place, sizeof *place);
    free(place);
}

mv_status hsmd_cards_get(struct hsmd_cards *cards, struct hsm *hsm, uint32_t owner, uint32_t id, int64_t now_ms,
                         unsigned token_session, struct hsmd_card_place **place)
{
    struct hsmd_card_place *found = cards->places[id & INDEX_MASK];
    if (found == NULL || found->id != id || found->owner != owner)
        return lost();
    bool gone = found->token_session != token_session;
    if (gone || is_over(found, now_ms) || found->steps >= HSMD_CARD_STEPS) {
        hsmd_cards_end(cards, hsm, found, token_session);
        return lost();
    }
    found->steps++;
    found->idle_ms = now_ms + HSMD_CARD_IDLE_MS;
    *place = found;
    return mv_ok();
}

void hsmd_cards_end_owner(struct hsmd_cards *cards, struct hsm *hsm, uint32_t owner, unsigned token_session)
{
    for (size_t i = 0; i < HSMD_CARDS; i++)
        if (cards->places[i] != NULL && cards->places[i]->owner == owner)
            hsmd_cards_end(cards, hsm, cards->places[i], token_session);
}

void hsmd_cards_end_all(struct hsmd_cards *cards, struct hsm *hsm, unsigned token_session)
{
    for (size_t i = 0; i < HSMD_CARDS; i++)
        if (cards->places[i] != NULL)
            hsmd_cards_end(cards, hsm, cards->places[i], token_session);
}

void hsmd_cards_expire(struct hsmd_cards *cards, struct hsm *hsm, int64_t now_ms, unsigned token_session)
{
    for (size_t i = 0; i < HSMD_CARDS; i++)
        if (cards->places[i] != NULL && is_over(cards->places[i], now_ms))
            hsmd_cards_end(cards, hsm, cards->places[i], token_session);
}
