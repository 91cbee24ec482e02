#include "key_plan.h"

#include <stdlib.h>
#include <string.h>

/* One token object per SGC, KRN and KT. */
static bool same_place(const struct hsm_vending_scope *a, const struct hsm_vending_scope *b)
{
    return strcmp(a->sgc, b->sgc) == 0 && a->krn == b->krn && a->kt == b->kt;
}

/* The same key for the same use; DKGA04 keys may serve both algorithms. */
static bool same_key(const struct planned_key *a, const struct planned_key *b)
{
    return same_place(&a->scope, &b->scope) && a->scope.dkga == b->scope.dkga &&
           a->scope.base_date == b->scope.base_date && a->scope.ken == b->scope.ken && a->size == b->size &&
           memcmp(a->value, b->value, a->size) == 0 && (a->scope.dkga == 4 || a->scope.ea_mask == b->scope.ea_mask);
}

static bool token_takes(const struct key_plan *plan, size_t token, const struct hsm_vending_scope *scope)
{
    size_t held = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->keys[i].token != token)
            continue;
        held++;
        if (same_place(&plan->keys[i].scope, scope))
            return false;
    }
    return held < PLAN_KEYS_PER_TOKEN;
}

static bool grow(struct key_plan *plan)
{
    if (plan->count < plan->room)
        return true;
    size_t room = plan->room == 0 ? 64 : 2 * plan->room;
    struct planned_key *keys = reallocarray(plan->keys, room, sizeof *keys);
    if (keys == NULL)
        return false;
    plan->keys = keys;
    plan->room = room;
    return true;
}

static struct planned_key describe(const struct meter_input *input)
{
    const struct hsmd_meter *meter = &input->meter;
    struct planned_key key = {.scope = {.krn = meter->krn,
                                        .kt = meter->kt,
                                        .dkga = meter->dkga,
                                        .base_date = meter->base_date,
                                        .ken = meter->ken,
                                        .ea_mask = (uint16_t)(1U << meter->ea)},
                              .size = input->vending_key_size};
    memcpy(key.scope.sgc, meter->sgc, sizeof key.scope.sgc);
    memcpy(key.value, input->vending_key, input->vending_key_size);
    return key;
}

size_t key_plan_add(struct key_plan *plan, const struct meter_input *input)
{
    struct planned_key key = describe(input);
    for (size_t i = 0; i < plan->count; i++) {
        if (!same_key(&plan->keys[i], &key))
            continue;
        plan->keys[i].scope.ea_mask |= key.scope.ea_mask;
        return i;
    }
    if (!grow(plan))
        return VECTOR_NO_KEY;
    while (key.token < plan->tokens && !token_takes(plan, key.token, &key.scope))
        key.token++;
    if (key.token == plan->tokens)
        plan->tokens++;
    plan->keys[plan->count] = key;
    return plan->count++;
}

static size_t find_in(const struct key_plan *plan, size_t token, const struct planned_key *key)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->keys[i].token == token && same_key(&plan->keys[i], key))
            return i;
    return VECTOR_NO_KEY;
}

static bool token_can_hold(const struct key_plan *plan, size_t token, const struct planned_key *key)
{
    return find_in(plan, token, key) != VECTOR_NO_KEY || token_takes(plan, token, &key->scope);
}

static size_t place(struct key_plan *plan, size_t token, struct planned_key *key)
{
    size_t there = find_in(plan, token, key);
    if (there != VECTOR_NO_KEY) {
        plan->keys[there].scope.ea_mask |= key->scope.ea_mask;
        return there;
    }
    if (!grow(plan))
        return VECTOR_NO_KEY;
    key->token = token;
    plan->keys[plan->count] = *key;
    return plan->count++;
}

bool key_plan_add_pair(struct key_plan *plan, const struct meter_input *from, const struct meter_input *to,
                       size_t *from_key, size_t *to_key)
{
    struct planned_key leave = describe(from);
    struct planned_key enter = describe(to);
    size_t token = 0;
    if (same_place(&leave.scope, &enter.scope)) {
        leave.scope.ken = enter.scope.ken; /* of one vending key; the meter's own may differ */
        if (!same_key(&leave, &enter))
            return false;
    }
    while (token < plan->tokens && !(token_can_hold(plan, token, &leave) && token_can_hold(plan, token, &enter)))
        token++;
    *from_key = place(plan, token, &leave);
    *to_key = place(plan, token, &enter);
    if (token == plan->tokens)
        plan->tokens++;
    return *from_key != VECTOR_NO_KEY && *to_key != VECTOR_NO_KEY;
}

void key_plan_free(struct key_plan *plan)
{
    free(plan->keys);
    *plan = (struct key_plan){0};
}
