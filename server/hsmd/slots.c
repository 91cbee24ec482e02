#include "hsmd/slots.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/secret.h"

enum { INDEX_BITS = 11, ID_BITS = 24, INDEX_MASK = (1 << INDEX_BITS) - 1, TURNS = (1 << (ID_BITS - INDEX_BITS)) - 1 };

_Static_assert(HSMD_SLOTS == 1 << INDEX_BITS, "an index has INDEX_BITS bits");

struct place {
    uint32_t owner; /* 0: free */
    uint32_t turn;  /* how often it was given out: the upper part of its id */
    int64_t ends_ms;
};

struct hsmd_slots {
    struct place places[HSMD_SLOTS];
    struct hsmd_slot_key *keys; /* HSMD_SLOTS of them, secret memory */
    uint16_t free_places[HSMD_SLOTS];
    size_t free_count;
};

mv_status hsmd_slots_new(struct hsmd_slots **slots)
{
    *slots = calloc(1, sizeof **slots);
    if (*slots == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    (*slots)->keys = mv_secret_alloc(HSMD_SLOTS * sizeof *(*slots)->keys);
    if ((*slots)->keys == NULL) {
        free(*slots);
        *slots = NULL;
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    }
    for (size_t i = 0; i < HSMD_SLOTS; i++)
        (*slots)->free_places[i] = (uint16_t)(HSMD_SLOTS - 1 - i);
    (*slots)->free_count = HSMD_SLOTS;
    return mv_ok();
}

void hsmd_slots_free(struct hsmd_slots *slots)
{
    if (slots == NULL)
        return;
    mv_secret_free(slots->keys, HSMD_SLOTS * sizeof *slots->keys);
    free(slots);
}

static void clear(struct hsmd_slots *slots, size_t index)
{
    mv_secret_wipe(&slots->keys[index], sizeof slots->keys[index]);
    slots->places[index].owner = 0;
    slots->free_places[slots->free_count++] = (uint16_t)index;
}

static bool owner_has_room(const struct hsmd_slots *slots, uint32_t owner)
{
    /* nobody can be over the share while fewer than that are out at all */
    if (HSMD_SLOTS - slots->free_count < HSMD_SLOTS_PER_OWNER)
        return true;
    size_t held = 0;
    for (size_t i = 0; i < HSMD_SLOTS; i++)
        held += slots->places[i].owner == owner;
    return held < HSMD_SLOTS_PER_OWNER;
}

mv_status hsmd_slots_put(struct hsmd_slots *slots, uint32_t owner, const struct hsmd_slot_key *key, int64_t now_ms,
                         uint32_t *id)
{
    if (slots->free_count == 0)
        hsmd_slots_expire(slots, now_ms);
    if (slots->free_count == 0 || !owner_has_room(slots, owner))
        return mv_fail(MV_SERVER_BUSY, "slots of the key process");
    size_t index = slots->free_places[--slots->free_count];
    struct place *place = &slots->places[index];
    /* the last turn is left out: with the last index it would be HSMD_SLOT_NONE */
    place->turn = (place->turn + 1) % TURNS;
    place->owner = owner;
    place->ends_ms = now_ms + HSMD_SLOT_LIFE_MS;
    slots->keys[index] = *key;
    *id = place->turn << INDEX_BITS | (uint32_t)index;
    return mv_ok();
}

static bool belongs(const struct hsmd_slots *slots, uint32_t owner, uint32_t id)
{
    const struct place *place = &slots->places[id & INDEX_MASK];
    return owner != 0 && place->owner == owner && place->turn == id >> INDEX_BITS;
}

const struct hsmd_slot_key *hsmd_slots_get(struct hsmd_slots *slots, uint32_t owner, uint32_t id, int64_t now_ms)
{
    size_t index = id & INDEX_MASK;
    if (!belongs(slots, owner, id) || now_ms >= slots->places[index].ends_ms)
        return NULL;
    return &slots->keys[index];
}

void hsmd_slots_drop(struct hsmd_slots *slots, uint32_t owner, uint32_t id)
{
    if (belongs(slots, owner, id))
        clear(slots, id & INDEX_MASK);
}

void hsmd_slots_drop_owner(struct hsmd_slots *slots, uint32_t owner)
{
    for (size_t i = 0; i < HSMD_SLOTS; i++)
        if (owner != 0 && slots->places[i].owner == owner)
            clear(slots, i);
}

void hsmd_slots_expire(struct hsmd_slots *slots, int64_t now_ms)
{
    for (size_t i = 0; i < HSMD_SLOTS; i++)
        if (slots->places[i].owner != 0 && now_ms >= slots->places[i].ends_ms)
            clear(slots, i);
}
