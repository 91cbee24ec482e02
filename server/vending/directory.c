#include "vending/directory.h"

#include <stdlib.h>
#include <string.h>

#include "vending/form.h"
#include "vending/tree.h"

mv_status vend_directory_init(struct vend_directory *directory)
{
    directory->tree = NULL;
    int failed = pthread_rwlock_init(&directory->lock, NULL);
    return failed == 0 ? mv_ok() : mv_fail_code(MV_INTERNAL_ERROR, "lock", (unsigned)failed);
}

void vend_directory_destroy(struct vend_directory *directory)
{
    vend_tree_free(directory->tree);
    directory->tree = NULL;
    (void)pthread_rwlock_destroy(&directory->lock);
}

void vend_directory_swap(struct vend_directory *directory, struct vend_tree *tree)
{
    pthread_rwlock_wrlock(&directory->lock);
    struct vend_tree *old = directory->tree;
    directory->tree = tree;
    pthread_rwlock_unlock(&directory->lock);
    vend_tree_free(old);
}

static mv_status let_in(const struct vend_tree *tree, const char *principal, enum vend_call call,
                        struct vend_identity *identity)
{
    const struct vend_permission *permission = vend_permission(call);
    if (principal == NULL)
        return mv_fail(MV_NOT_AUTHENTICATED, NULL);
    const struct store_principal *row = vend_tree_principal(tree, principal);
    if (row == NULL)
        return mv_fail(MV_PRINCIPAL_UNKNOWN, NULL);
    if (!row->enabled)
        return mv_fail(MV_PRINCIPAL_DISABLED, NULL);
    if (permission->roles != 0 && (permission->roles & row->roles) == 0)
        return mv_fail(MV_ROLE_MISSING, NULL);
    if (permission->scope == VEND_SCOPE_ROOT && row->organisation != vend_tree_root(tree))
        return mv_fail(MV_ORGANISATION_DENIED, NULL);
    *identity = (struct vend_identity){.id = row->id, .organisation = row->organisation, .roles = row->roles};
    vend_copy(identity->name, sizeof identity->name, row->name);
    return mv_ok();
}

mv_status vend_may_call(struct vend_directory *directory, const char *principal, enum vend_call call,
                        struct vend_identity *identity)
{
    pthread_rwlock_rdlock(&directory->lock);
    mv_status status = let_in(directory->tree, principal, call, identity);
    pthread_rwlock_unlock(&directory->lock);
    return status;
}

mv_status vend_may_touch(struct vend_directory *directory, const struct vend_identity *identity, enum vend_call call,
                         int64_t organisation, const char *sgc)
{
    bool sells = vend_needs_grant(call, identity->roles);
    mv_status status = mv_ok();
    pthread_rwlock_rdlock(&directory->lock);
    if (!vend_tree_covers(directory->tree, identity->organisation, organisation))
        status = mv_fail(MV_ORGANISATION_DENIED, NULL);
    else if (sells && !vend_tree_granted(directory->tree, identity->organisation, sgc))
        status = mv_fail(MV_SUPPLY_GROUP_DENIED, NULL);
    pthread_rwlock_unlock(&directory->lock);
    return status;
}

mv_status vend_may_grant(struct vend_directory *directory, const struct vend_identity *identity, const char *sgc)
{
    pthread_rwlock_rdlock(&directory->lock);
    bool may = identity->organisation == vend_tree_root(directory->tree) ||
               vend_tree_granted(directory->tree, identity->organisation, sgc);
    pthread_rwlock_unlock(&directory->lock);
    return may ? mv_ok() : mv_fail(MV_SUPPLY_GROUP_DENIED, NULL);
}
