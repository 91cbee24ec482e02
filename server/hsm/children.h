/* Keys of meters that were derived in the token, cached by handle: a bounded number of session objects, of which the
 * one that was not used longest makes room. None is readable or extractable. */
#ifndef MV_HSM_CHILDREN_H
#define MV_HSM_CHILDREN_H

#include "hsm/internal.h"
#include "metervault/record.h"

enum { HSM_CHILDREN = 256 };

struct hsm_children {
    struct hsm_child {
        CK_OBJECT_HANDLE master, key; /* key 0: a free place */
        unsigned permissions;
        uint8_t size; /* of the diversifier */
        uint8_t diversifier[MV_RECORD_DIVERSIFIER];
        uint64_t used; /* by `clock` */
    } places[HSM_CHILDREN];
    uint64_t clock;
};

/* The child of this master, derived unless it is there, which may do what `permissions` (enum hsm_permission) says;
 * `size` is at most MV_RECORD_DIVERSIFIER. The handle holds until the next call. */
MV_MUST_USE mv_status hsm_children_take(struct hsm *hsm, struct hsm_children *children, CK_OBJECT_HANDLE master,
                                        const uint8_t *diversifier, uint8_t size, unsigned permissions,
                                        CK_OBJECT_HANDLE *key);
/* The same of a record's key, which may sign. */
MV_MUST_USE mv_status hsm_children_get(struct hsm *hsm, struct hsm_children *children, CK_OBJECT_HANDLE master,
                                       const uint8_t diversifier[MV_RECORD_DIVERSIFIER], CK_OBJECT_HANDLE *key);

#endif
