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

/* The place of this child, or the one that it takes: a free one, or that which was not used longest. */
static struct hsm_child *place_of(struct hsm_children *children, CK_OBJECT_HANDLE master,
                                  const uint8_t diversifier[MV_RECORD_DIVERSIFIER], bool *found)
{
    struct hsm_child *oldest = &children->places[0];
    *found = true;
    for (size_t i = 0; i < HSM_CHILDREN; i++) {
        struct hsm_child *child = &children->places[i];
        if (child->key != 0 && child->master == master &&
            memcmp(child->diversifier, diversifier, sizeof child->diversifier) == 0)
            return child;
        if (child->used < oldest->used)
            oldest = child;
    }
    *found = false;
    return oldest;
}

mv_status hsm_children_get(struct hsm *hsm, struct hsm_children *children, CK_OBJECT_HANDLE master,
                           const uint8_t diversifier[MV_RECORD_DIVERSIFIER], CK_OBJECT_HANDLE *key)
{
    bool found = false;
    struct hsm_child *child = place_of(children, master, diversifier, &found);
    if (!found) {
        hsm_destroy(hsm, child->key);
        *child = (struct hsm_child){.master = master};
        memcpy(child->diversifier, diversifier, sizeof child->diversifier);
        MV_TRY(hsm_an10922_child(hsm, master, diversifier, sizeof child->diversifier, HSM_MAY_SIGN, &child->key));
    }
    child->used = ++children->clock;
    *key = child->key;
    return mv_ok();
}
