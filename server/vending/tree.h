/* Inside of the directory: the rows, sorted for look-up. */
#ifndef MV_VENDING_TREE_H
#define MV_VENDING_TREE_H

#include "vending/directory.h"

struct vend_tree {
    struct store_organisation *organisations; /* parents first, as the ledger gives them */
    const struct store_organisation **by_id;
    size_t organisation_count;
    struct store_grant *grants; /* by organisation and group */
    size_t grant_count;
    struct store_principal *principals; /* by name */
    size_t principal_count;
};

const struct store_organisation *vend_tree_organisation(const struct vend_tree *tree, int64_t id);
const struct store_principal *vend_tree_principal(const struct vend_tree *tree, const char *name);
/* `below` is `above` or lies below it. */
bool vend_tree_covers(const struct vend_tree *tree, int64_t above, int64_t below);
bool vend_tree_has_grant(const struct vend_tree *tree, int64_t organisation, const char *sgc);
/* The group is granted to the organisation or to one above it. */
bool vend_tree_granted(const struct vend_tree *tree, int64_t organisation, const char *sgc);
int64_t vend_tree_root(const struct vend_tree *tree);

#endif
