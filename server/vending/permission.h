/* Who may call what: one table, looked at in one place (directory.c). */
#ifndef MV_VENDING_PERMISSION_H
#define MV_VENDING_PERMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "vending/vending.h"

enum vend_scope {
    VEND_SCOPE_NONE,         /* the call concerns the caller only */
    VEND_SCOPE_ORGANISATION, /* the object's organisation is the caller's or below it */
    VEND_SCOPE_GRANT,        /* and, for issuers, its supply group is granted to the caller's organisation */
    VEND_SCOPE_ROOT,         /* the call concerns the whole server: callers of the root organisation only */
};

struct vend_permission {
    const char *action; /* the name in audit: service and method */
    uint32_t roles;     /* any of these; 0: every principal */
    enum vend_scope scope;
    enum mv_reason elsewhere; /* what callers are told of an object of another organisation */
};

const struct vend_permission *vend_permission(enum vend_call call);
/* Whether a caller with these roles needs the grant of the supply group: who may call in another role than an issuer's
 * (vendor, supervisor, engineer) does not.
 */
bool vend_needs_grant(enum vend_call call, uint32_t roles);
/* What the caller is told; audit keeps the true reason. A meter or a token of another organisation is as if it were
 * not there, or anybody could find out which numbers exist. */
MV_MUST_USE mv_status vend_told(enum vend_call call, mv_status status);
/* The call that issues such orders. */
enum vend_call vend_call_of(enum vend_order_kind kind);
enum vend_call vend_call_of_order(const struct vend_order *order);
/* The roles that may have an order of this kind issued, and read it back. */
uint32_t vend_readers_of(enum vend_order_kind kind);
static inline uint32_t vend_role_bit(enum vend_role role)
{
    return UINT32_C(1) << role;
}
const char *vend_role_name(enum vend_role role);

#endif
