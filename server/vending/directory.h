/* Organisations, grants and principals in memory, and every question about rights. A directory is built from the ledger
 * by the writer after each change and then swapped in; readers hold a lock only while they ask. Rights reach down the
 * tree of organisations, never up or sideways. */
#ifndef MV_VENDING_DIRECTORY_H
#define MV_VENDING_DIRECTORY_H

#include <pthread.h>

#include "store/store.h"
#include "vending/permission.h"

struct vend_tree; /* one loaded state; never changed after it was built */

struct vend_directory {
    pthread_rwlock_t lock;
    struct vend_tree *tree;
};

/* Who calls, once the table has let the principal in. */
struct vend_identity {
    int64_t id;
    int64_t organisation;
    uint32_t roles;
    char name[STORE_NAME + 1];
};

MV_MUST_USE mv_status vend_tree_load(struct store *store, struct vend_tree **tree);
void vend_tree_free(struct vend_tree *tree);

MV_MUST_USE mv_status vend_directory_init(struct vend_directory *directory);
void vend_directory_destroy(struct vend_directory *directory);
/* Takes the tree over. */
void vend_directory_swap(struct vend_directory *directory, struct vend_tree *tree);

/* NOT_AUTHENTICATED, PRINCIPAL_UNKNOWN, PRINCIPAL_DISABLED, ROLE_MISSING, ORGANISATION_DENIED (root calls). */
MV_MUST_USE mv_status vend_may_call(struct vend_directory *directory, const char *principal, enum vend_call call,
                                    struct vend_identity *identity);
/* Whether the identity may do this call to something of that organisation and supply group ("" when it has none):
 * ORGANISATION_DENIED, SUPPLY_GROUP_DENIED. */
MV_MUST_USE mv_status vend_may_touch(struct vend_directory *directory, const struct vend_identity *identity,
                                     enum vend_call call, int64_t organisation, const char *sgc);
/* The root grants whatever it likes, others only what their own organisation was granted. */
MV_MUST_USE mv_status vend_may_grant(struct vend_directory *directory, const struct vend_identity *identity,
                                     const char *sgc);

/* ORGANISATION_UNKNOWN, where naming the field. */
MV_MUST_USE mv_status vend_organisation_by_name(struct vend_directory *directory, const char *name, const char *field,
                                                struct store_organisation *row);
/* "?" when the ledger has no such row (a damaged ledger). */
void vend_organisation_name(struct vend_directory *directory, int64_t id, char name[STORE_NAME + 1]);
void vend_principal_name(struct vend_directory *directory, int64_t id, char name[STORE_NAME + 1]);
/* PRINCIPAL_UNKNOWN. */
MV_MUST_USE mv_status vend_principal_by_name(struct vend_directory *directory, const char *name,
                                             struct store_principal *row);
MV_MUST_USE mv_status vend_principal_by_id(struct vend_directory *directory, int64_t id, struct store_principal *row);
/* The principal's organisation is this one or lies above it. */
bool vend_principal_covers(struct vend_directory *directory, int64_t id, int64_t organisation);
bool vend_has_grant(struct vend_directory *directory, int64_t organisation, const char *sgc);
size_t vend_count_root_officers(struct vend_directory *directory);
size_t vend_count_organisations(struct vend_directory *directory);
size_t vend_count_grants(struct vend_directory *directory, int64_t organisation);
int64_t vend_root(struct vend_directory *directory);

void vend_organisation_fill(struct vend_directory *directory, const struct store_organisation *row,
                            struct vend_organisation *out);
void vend_principal_fill(struct vend_directory *directory, const struct store_principal *row,
                         struct vend_principal *out);
/* Ids of the organisation and all below it, parents first; at most VEND_MAX_ORGANISATIONS. */
size_t vend_subtree(struct vend_directory *directory, int64_t organisation, int64_t *ids, size_t size);
MV_MUST_USE mv_status vend_organisation_by_id(struct vend_directory *directory, int64_t id,
                                              struct store_organisation *row);
/* Enrolled principals of an organisation and below, by name, after `after`. */
void vend_principals_page(struct vend_directory *directory, int64_t organisation, const char *after, size_t size,
                          struct vend_principal_list *list);

#endif
