/* Look-ups of the directory that are about names, not rights. */
#include <string.h>

#include "vending/form.h"
#include "vending/tree.h"

mv_status vend_organisation_by_name(struct vend_directory *directory, const char *name, const char *field,
                                    struct store_organisation *row)
{
    mv_status status = mv_fail(MV_ORGANISATION_UNKNOWN, field);
    pthread_rwlock_rdlock(&directory->lock);
    const struct vend_tree *tree = directory->tree;
    for (size_t i = 0; i < tree->organisation_count; i++)
        if (strcmp(tree->organisations[i].name, name) == 0) {
            *row = tree->organisations[i];
            status = mv_ok();
        }
    pthread_rwlock_unlock(&directory->lock);
    return status;
}

mv_status vend_organisation_by_id(struct vend_directory *directory, int64_t id, struct store_organisation *row)
{
    mv_status status = mv_fail(MV_ORGANISATION_UNKNOWN, NULL);
    pthread_rwlock_rdlock(&directory->lock);
    const struct store_organisation *found = vend_tree_organisation(directory->tree, id);
    if (found != NULL) {
        *row = *found;
        status = mv_ok();
    }
    pthread_rwlock_unlock(&directory->lock);
    return status;
}

void vend_organisation_name(struct vend_directory *directory, int64_t id, char name[STORE_NAME + 1])
{
    struct store_organisation row;
    mv_status found = vend_organisation_by_id(directory, id, &row);
    vend_copy(name, STORE_NAME + 1, found.ok ? row.name : "?");
}

mv_status vend_principal_by_name(struct vend_directory *directory, const char *name, struct store_principal *row)
{
    mv_status status = mv_fail(MV_PRINCIPAL_UNKNOWN, "name");
    pthread_rwlock_rdlock(&directory->lock);
    const struct store_principal *found = vend_tree_principal(directory->tree, name);
    if (found != NULL) {
        *row = *found;
        status = mv_ok();
    }
    pthread_rwlock_unlock(&directory->lock);
    return status;
}

mv_status vend_principal_by_id(struct vend_directory *directory, int64_t id, struct store_principal *row)
{
    mv_status status = mv_fail(MV_PRINCIPAL_UNKNOWN, NULL);
    pthread_rwlock_rdlock(&directory->lock);
    const struct vend_tree *tree = directory->tree;
    for (size_t i = 0; i < tree->principal_count; i++)
        if (tree->principals[i].id == id) {
            *row = tree->principals[i];
            status = mv_ok();
        }
    pthread_rwlock_unlock(&directory->lock);
    return status;
}

void vend_principal_name(struct vend_directory *directory, int64_t id, char name[STORE_NAME + 1])
{
    struct store_principal row;
    mv_status found = vend_principal_by_id(directory, id, &row);
    vend_copy(name, STORE_NAME + 1, found.ok ? row.name : "?");
}

bool vend_principal_covers(struct vend_directory *directory, int64_t id, int64_t organisation)
{
    struct store_principal row;
    if (!vend_principal_by_id(directory, id, &row).ok)
        return false;
    pthread_rwlock_rdlock(&directory->lock);
    bool covers = vend_tree_covers(directory->tree, row.organisation, organisation);
    pthread_rwlock_unlock(&directory->lock);
    return covers;
}

bool vend_has_grant(struct vend_directory *directory, int64_t organisation, const char *sgc)
{
    pthread_rwlock_rdlock(&directory->lock);
    bool found = vend_tree_has_grant(directory->tree, organisation, sgc);
    pthread_rwlock_unlock(&directory->lock);
    return found;
}

size_t vend_count_root_officers(struct vend_directory *directory)
{
    size_t count = 0;
    pthread_rwlock_rdlock(&directory->lock);
    const struct vend_tree *tree = directory->tree;
    int64_t root = vend_tree_root(tree);
    for (size_t i = 0; i < tree->principal_count; i++) {
        const struct store_principal *row = &tree->principals[i];
        if (row->organisation == root && row->enabled && (row->roles & vend_role_bit(VEND_OFFICER)) != 0)
            count++;
    }
    pthread_rwlock_unlock(&directory->lock);
    return count;
}

size_t vend_count_organisations(struct vend_directory *directory)
{
    pthread_rwlock_rdlock(&directory->lock);
    size_t count = directory->tree->organisation_count;
    pthread_rwlock_unlock(&directory->lock);
    return count;
}

size_t vend_count_grants(struct vend_directory *directory, int64_t organisation)
{
    size_t count = 0;
    pthread_rwlock_rdlock(&directory->lock);
    const struct vend_tree *tree = directory->tree;
    for (size_t i = 0; i < tree->grant_count; i++)
        count += tree->grants[i].organisation == organisation;
    pthread_rwlock_unlock(&directory->lock);
    return count;
}

int64_t vend_root(struct vend_directory *directory)
{
    pthread_rwlock_rdlock(&directory->lock);
    int64_t root = vend_tree_root(directory->tree);
    pthread_rwlock_unlock(&directory->lock);
    return root;
}

void vend_organisation_fill(struct vend_directory *directory, const struct store_organisation *row,
                            struct vend_organisation *out)
{
    *out = (struct vend_organisation){0};
    vend_copy(out->name, sizeof out->name, row->name);
    if (row->parent != 0)
        vend_organisation_name(directory, row->parent, out->parent);
    pthread_rwlock_rdlock(&directory->lock);
    const struct vend_tree *tree = directory->tree;
    for (size_t i = 0; i < tree->grant_count && out->grant_count < VEND_MAX_GRANTS; i++)
        if (tree->grants[i].organisation == row->id)
            vend_copy(out->grants[out->grant_count++], VEND_SGC + 1, tree->grants[i].sgc);
    pthread_rwlock_unlock(&directory->lock);
}

size_t vend_subtree(struct vend_directory *directory, int64_t organisation, int64_t *ids, size_t size)
{
    size_t count = 0;
    pthread_rwlock_rdlock(&directory->lock);
    const struct vend_tree *tree = directory->tree;
    for (size_t i = 0; i < tree->organisation_count && count < size; i++)
        if (vend_tree_covers(tree, organisation, tree->organisations[i].id))
            ids[count++] = tree->organisations[i].id;
    pthread_rwlock_unlock(&directory->lock);
    return count;
}

static void fill_principal(const struct vend_tree *tree, const struct store_principal *row, struct vend_principal *out)
{
    const struct store_organisation *organisation = vend_tree_organisation(tree, row->organisation);
    vend_copy(out->name, sizeof out->name, row->name);
    vend_copy(out->organisation, sizeof out->organisation, organisation == NULL ? "?" : organisation->name);
    out->roles = row->roles;
    out->enabled = row->enabled;
}

void vend_principal_fill(struct vend_directory *directory, const struct store_principal *row,
                         struct vend_principal *out)
{
    pthread_rwlock_rdlock(&directory->lock);
    fill_principal(directory->tree, row, out);
    pthread_rwlock_unlock(&directory->lock);
}

void vend_principals_page(struct vend_directory *directory, int64_t organisation, const char *after, size_t size,
                          struct vend_principal_list *list)
{
    list->count = 0;
    list->next[0] = '\0';
    pthread_rwlock_rdlock(&directory->lock);
    const struct vend_tree *tree = directory->tree;
    for (size_t i = 0; i < tree->principal_count; i++) {
        const struct store_principal *row = &tree->principals[i];
        if (strcmp(row->name, after) <= 0 || !vend_tree_covers(tree, organisation, row->organisation))
            continue;
        if (list->count == size) {
            vend_copy(list->next, sizeof list->next, list->principals[size - 1].name);
            break;
        }
        fill_principal(tree, row, &list->principals[list->count++]);
    }
    pthread_rwlock_unlock(&directory->lock);
}
