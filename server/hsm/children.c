#include "hsm/children.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/an10922.h"
#include "hsm/record_key.h"

mv_status hsm_children_new(struct hsm_children **children)
{
    *children = calloc(1, sizeof **children);
    return *children == NULL ? mv_fail(MV_OUT_OF_MEMORY, NULL) : mv_ok();
}

void hsm_children_forget(struct hsm_children *children)
{
    memset(children, 0, sizeof *children);
}

void hsm_children_clear(struct hsm *hsm, struct hsm_children *children)
{
    for (size_t i = 0; i < HSM_CHILDREN; i++)
        hsm_destroy(hsm, children->places[i].key);
    hsm_children_forget(children);
}

void hsm_children_free(struct hsm_children *children)
{
    free(children);
}

static bool is_child(const struct hsm_child *child, const struct hsm_child *wanted)
{
    return child->key != 0 && child->master == wanted->master && child->permissions == wanted->permissions &&
           child->size == wanted->size && memcmp(child->diversifier, wanted->diversifier, wanted->size) == 0;
}

/* The place of this child, or the one that it takes: a free one, or that which was not used longest. */
static struct hsm_child *place_of(struct hsm_children *children, const struct hsm_child *wanted, bool *found)
{
    struct hsm_child *oldest = &children->places[0];
    *found = true;
    for (size_t i = 0; i < HSM_CHILDREN; i++) {
        struct hsm_child *child = &children->places[i];
        if (is_child(child, wanted))
            return child;
        if (child->used < oldest->used)
            oldest = child;
    }
    *found = false;
    return oldest;
}

mv_status hsm_children_take(struct hsm *hsm, struct hsm_children *children, CK_OBJECT_HANDLE master,
                            const uint8_t *diversifier, uint8_t size, unsigned permissions, CK_OBJECT_HANDLE *key)
{
    struct hsm_child wanted = {.master = master, .permissions = permissions, .size = size};
    bool found = false;
    if (size > sizeof wanted.diversifier)
        return mv_fail(MV_INVALID_FIELD, "diversification input");
    memcpy(wanted.diversifier, diversifier, size);
    struct hsm_child *child = place_of(children, &wanted, &found);
    if (!found) {
        hsm_destroy(hsm, child->key);
        *child = wanted;
        MV_TRY(hsm_an10922_child(hsm, master, diversifier, size, permissions, &child->key));
    }
    child->used = ++children->clock;
    *key = child->key;
    return mv_ok();
}

mv_status hsm_children_get(struct hsm *hsm, struct hsm_children *children, CK_OBJECT_HANDLE master,
                           const uint8_t diversifier[MV_RECORD_DIVERSIFIER], CK_OBJECT_HANDLE *key)
{
    return hsm_children_take(hsm, children, master, diversifier, MV_RECORD_DIVERSIFIER, HSM_MAY_SIGN, key);
}
