/* Which tariff serves whom, and tariffs shown. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"
#include "vending/tariff_parts.h"
#include "vending/tree.h"

enum { CHUNK = 64 };

bool vend_lies_below(struct vend_directory *directory, int64_t above, int64_t below)
{
    pthread_rwlock_rdlock(&directory->lock);
    bool covers = vend_tree_covers(directory->tree, above, below);
    pthread_rwlock_unlock(&directory->lock);
    return covers;
}

mv_status vend_tariff_fill(struct vend *vend, const struct store_tariff *row, struct vend_tariff *tariff)
{
    *tariff = (struct vend_tariff){.put_at_unix_s = row->put_at_unix_s, .approved_at_unix_s = row->approved_at_unix_s};
    MV_TRY(vend_tariff_from_row(row, &tariff->version));
    vend_organisation_name(&vend->directory, row->organisation, tariff->organisation);
    vend_principal_name(&vend->directory, row->principal, tariff->put_by);
    if (row->approver != 0)
        vend_principal_name(&vend->directory, row->approver, tariff->approved_by);
    vend_copy(tariff->doubt, sizeof tariff->doubt, row->doubt);
    tariff->state = row->doubt[0] != '\0' && row->approver == 0 ? VEND_TARIFF_PENDING : VEND_TARIFF_APPROVED;
    return mv_ok();
}

static void not_before(int64_t *since, int64_t unix_s)
{
    *since = unix_s > *since ? unix_s : *since;
}

mv_status vend_tariff_served(struct vend *vend, struct store *store, int64_t organisation, enum vend_utility utility,
                             const char *meter_class, int64_t at_unix_s, struct vend_served *served)
{
    struct store_tariff row;
    struct store_tariff_assignment assignment = {.utility = (uint8_t)utility};
    vend_copy(assignment.meter_class, sizeof assignment.meter_class, meter_class);
    mv_status status = mv_fail(MV_TARIFF_NOT_ASSIGNED, NULL);
    served->since_unix_s = 0;
    for (int64_t id = organisation; id != 0 && !status.ok && status.reason == MV_TARIFF_NOT_ASSIGNED;) {
        struct store_organisation here;
        MV_TRY(vend_organisation_by_id(&vend->directory, id, &here));
        assignment.organisation = id;
        status = store_tariff_assigned(store, at_unix_s, &assignment);
        not_before(&served->since_unix_s, assignment.since_unix_s);
        id = here.parent;
    }
    MV_TRY(status);
    status = store_tariff_in_force(store, assignment.tariff, at_unix_s, &row);
    if (!status.ok && status.reason == MV_TARIFF_UNKNOWN)
        return mv_fail(MV_TARIFF_NOT_ASSIGNED, "version"); /* none has begun and is approved */
    MV_TRY(status);
    not_before(&served->since_unix_s, row.valid_from_unix_s);
    not_before(&served->since_unix_s, row.put_at_unix_s);
    not_before(&served->since_unix_s, row.approved_at_unix_s);
    return vend_tariff_from_row(&row, &served->tariff);
}

mv_status vend_tariff_serving(struct vend *vend, struct store *store, int64_t organisation, enum vend_utility utility,
                              const char *meter_class, int64_t at_unix_s, struct vend_tariff_version *tariff)
{
    struct vend_served served;
    MV_TRY(vend_tariff_served(vend, store, organisation, utility, meter_class, at_unix_s, &served));
    *tariff = served.tariff;
    return mv_ok();
}

/* Of the caller's organisation, below it, or above it: those above may serve it. */
static bool visible(struct vend *vend, const struct vend_identity *identity, int64_t organisation)
{
    return vend_lies_below(&vend->directory, identity->organisation, organisation) ||
           vend_lies_below(&vend->directory, organisation, identity->organisation);
}

static mv_status get(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t version,
                     struct vend_tariff *tariff)
{
    struct vend_identity identity;
    struct store *store = NULL;
    struct store_tariff row;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_TARIFF, &identity));
    MV_TRY(vend_form_name(name, STORE_NAME, "name"));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_tariff_get(store, name, version, &row);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    MV_TRY(status);
    if (!visible(vend, &identity, row.organisation))
        return mv_fail(MV_ORGANISATION_DENIED, NULL);
    return vend_tariff_fill(vend, &row, tariff);
}

mv_status vend_get_tariff(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t version,
                          struct vend_tariff *tariff)
{
    mv_status status = get(vend, caller, name, version, tariff);
    return vend_told(VEND_GET_TARIFF, vend_answer(vend, caller, VEND_GET_TARIFF, name, status));
}

/* ---- the list ---- */
struct walk {
    struct vend *vend;
    const struct vend_identity *identity;
    struct vend_tariff_list *list;
    size_t size;
    size_t seen; /* of a chunk */
    char name[STORE_NAME + 1];
    uint32_t version;
    bool more;
};

static mv_status add(void *self, const struct store_tariff *row)
{
    struct walk *walk = self;
    struct vend_tariff_list *list = walk->list;
    walk->seen++;
    vend_copy(walk->name, sizeof walk->name, row->name);
    walk->version = row->version;
    if (walk->more || !visible(walk->vend, walk->identity, row->organisation))
        return mv_ok();
    walk->more = list->count == walk->size;
    return walk->more ? mv_ok() : vend_tariff_fill(walk->vend, row, &list->tariffs[list->count++]);
}

/* A page token is the name and version after which the list goes on: NAME/VERSION. */
static mv_status read_token(const char *text, struct walk *walk)
{
    const char *slash = strchr(text, '/');
    if (text[0] == '\0')
        return mv_ok();
    size_t length = slash == NULL ? 0 : (size_t)(slash - text);
    if (length < 1 || length > STORE_NAME || strlen(slash + 1) > 10 || slash[1] == '\0' ||
        strspn(slash + 1, "0123456789") != strlen(slash + 1))
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    memcpy(walk->name, text, length);
    walk->version = (uint32_t)strtoul(slash + 1, NULL, 10);
    return mv_ok();
}

static mv_status read_page(struct walk *walk)
{
    struct store *store = NULL;
    struct vend_tariff_list *list = walk->list;
    mv_status status;
    MV_TRY(vend_reader_take(&walk->vend->readers, &store));
    do {
        walk->seen = 0;
        char name[STORE_NAME + 1];
        vend_copy(name, sizeof name, walk->name);
        status = store_tariffs(store, name, walk->version, CHUNK, add, walk);
    } while (status.ok && walk->seen == CHUNK && !walk->more);
    vend_reader_give(&walk->vend->readers, store, !status.ok);
    if (status.ok && walk->more) {
        const struct vend_tariff_version *last = &list->tariffs[list->count - 1].version;
        (void)snprintf(list->next, sizeof list->next, "%s/%" PRIu32, last->name, last->version);
    }
    return status;
}

static mv_status list_tariffs(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                              const char *page_token, struct vend_tariff_list *list)
{
    struct vend_identity identity;
    struct walk walk = {.vend = vend, .identity = &identity, .list = list};
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_TARIFFS, &identity));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(read_token(page_token, &walk));
    walk.size = page_size;
    list->tariffs = calloc(page_size, sizeof *list->tariffs);
    return list->tariffs == NULL ? mv_fail(MV_OUT_OF_MEMORY, "tariffs") : read_page(&walk);
}

mv_status vend_list_tariffs(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                            const char *page_token, struct vend_tariff_list *list)
{
    *list = (struct vend_tariff_list){.count = 0};
    mv_status status = list_tariffs(vend, caller, page_size, page_token, list);
    if (!status.ok)
        vend_tariffs_free(list);
    return vend_answer(vend, caller, VEND_LIST_TARIFFS, NULL, status);
}

void vend_tariffs_free(struct vend_tariff_list *list)
{
    free(list->tariffs);
    *list = (struct vend_tariff_list){.count = 0};
}
