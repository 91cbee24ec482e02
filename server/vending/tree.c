#include "vending/tree.h"

#include <stdlib.h>
#include <string.h>

/* An element of the index by id. */
typedef const struct store_organisation *organisation_at;

/* A list that grows while the ledger is walked. */
static mv_status append(void **rows, size_t *count, const void *row, size_t size)
{
    enum { STEP = 64 };
    if (*count % STEP == 0) {
        void *wider = reallocarray(*rows, *count + STEP, size);
        if (wider == NULL)
            return mv_fail(MV_OUT_OF_MEMORY, "directory");
        *rows = wider;
    }
    memcpy((char *)*rows + *count * size, row, size);
    (*count)++;
    return mv_ok();
}

static mv_status add_organisation(void *self, const struct store_organisation *row)
{
    struct vend_tree *tree = self;
    void *rows = tree->organisations;
    mv_status status = append(&rows, &tree->organisation_count, row, sizeof *row);
    tree->organisations = rows;
    return status;
}

static mv_status add_grant(void *self, const struct store_grant *row)
{
    struct vend_tree *tree = self;
    void *rows = tree->grants;
    mv_status status = append(&rows, &tree->grant_count, row, sizeof *row);
    tree->grants = rows;
    return status;
}

static mv_status add_principal(void *self, const struct store_principal *row)
{
    struct vend_tree *tree = self;
    void *rows = tree->principals;
    mv_status status = append(&rows, &tree->principal_count, row, sizeof *row);
    tree->principals = rows;
    return status;
}

static int by_name(const void *a, const void *b)
{
    const struct store_principal *left = a;
    const struct store_principal *right = b;
    return strcmp(left->name, right->name);
}

static int by_grant(const void *a, const void *b)
{
    const struct store_grant *left = a;
    const struct store_grant *right = b;
    if (left->organisation != right->organisation)
        return left->organisation < right->organisation ? -1 : 1;
    return strcmp(left->sgc, right->sgc);
}

static int by_id(const void *a, const void *b)
{
    const struct store_organisation *left = *(const struct store_organisation *const *)a;
    const struct store_organisation *right = *(const struct store_organisation *const *)b;
    return (left->id > right->id) - (left->id < right->id);
}

static mv_status index_organisations(struct vend_tree *tree)
{
    if (tree->organisation_count == 0)
        return mv_ok();
    tree->by_id = reallocarray(NULL, tree->organisation_count, sizeof(organisation_at));
    if (tree->by_id == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "directory");
    for (size_t i = 0; i < tree->organisation_count; i++)
        tree->by_id[i] = &tree->organisations[i];
    qsort(tree->by_id, tree->organisation_count, sizeof(organisation_at), by_id);
    return mv_ok();
}

static mv_status load(struct store *store, struct vend_tree *tree)
{
    MV_TRY(store_organisations(store, add_organisation, tree));
    MV_TRY(store_grants(store, add_grant, tree));
    MV_TRY(store_principals(store, add_principal, tree));
    /* the order of our own comparison, whatever collation the ledger has */
    if (tree->principal_count > 0)
        qsort(tree->principals, tree->principal_count, sizeof *tree->principals, by_name);
    if (tree->grant_count > 0)
        qsort(tree->grants, tree->grant_count, sizeof *tree->grants, by_grant);
    return index_organisations(tree);
}

mv_status vend_tree_load(struct store *store, struct vend_tree **tree)
{
    *tree = NULL;
    struct vend_tree *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "directory");
    mv_status status = load(store, fresh);
    if (!status.ok) {
        vend_tree_free(fresh);
        return status;
    }
    *tree = fresh;
    return mv_ok();
}

void vend_tree_free(struct vend_tree *tree)
{
    if (tree == NULL)
        return;
    free(tree->by_id);
    free(tree->organisations);
    free(tree->grants);
    free(tree->principals);
    free(tree);
}

const struct store_organisation *vend_tree_organisation(const struct vend_tree *tree, int64_t id)
{
    struct store_organisation key = {.id = id};
    organisation_at wanted = &key;
    if (tree->organisation_count == 0)
        return NULL;
    organisation_at *found = bsearch(&wanted, tree->by_id, tree->organisation_count, sizeof(organisation_at), by_id);
    return found == NULL ? NULL : *found;
}

const struct store_principal *vend_tree_principal(const struct vend_tree *tree, const char *name)
{
    struct store_principal key = {0};
    if (strnlen(name, sizeof key.name) == sizeof key.name || tree->principal_count == 0)
        return NULL;
    memcpy(key.name, name, strlen(name));
    return bsearch(&key, tree->principals, tree->principal_count, sizeof key, by_name);
}

bool vend_tree_covers(const struct vend_tree *tree, int64_t above, int64_t below)
{
    /* bounded by the number of rows, so that a damaged ledger with a circle ends too */
    for (size_t step = 0; step <= tree->organisation_count && below != 0; step++) {
        if (below == above)
            return true;
        const struct store_organisation *row = vend_tree_organisation(tree, below);
        below = row == NULL ? 0 : row->parent;
    }
    return false;
}

bool vend_tree_has_grant(const struct vend_tree *tree, int64_t organisation, const char *sgc)
{
    struct store_grant key = {.organisation = organisation};
    if (strlen(sgc) >= sizeof key.sgc || tree->grant_count == 0)
        return false;
    memcpy(key.sgc, sgc, strlen(sgc));
    return bsearch(&key, tree->grants, tree->grant_count, sizeof key, by_grant) != NULL;
}

bool vend_tree_granted(const struct vend_tree *tree, int64_t organisation, const char *sgc)
{
    for (size_t step = 0; step <= tree->organisation_count && organisation != 0; step++) {
        if (vend_tree_has_grant(tree, organisation, sgc))
            return true;
        const struct store_organisation *row = vend_tree_organisation(tree, organisation);
        organisation = row == NULL ? 0 : row->parent;
    }
    return false;
}

int64_t vend_tree_root(const struct vend_tree *tree)
{
    for (size_t i = 0; i < tree->organisation_count; i++)
        if (tree->organisations[i].parent == 0)
            return tree->organisations[i].id;
    return 0;
}
