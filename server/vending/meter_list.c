#include <stdlib.h>
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"

enum { LAST_KRN = 9 };

struct walk {
    struct vend *vend;
    struct vend_meter_list *list;
    size_t size;
    bool more;
};

static mv_status add(void *self, const struct store_meter *row)
{
    struct walk *walk = self;
    struct vend_meter_list *list = walk->list;
    if (list->count == walk->size) {
        walk->more = true;
        return mv_ok();
    }
    list->meters[list->count++].row = *row;
    return mv_ok();
}

static mv_status walk_meters(struct walk *walk, struct store *store, const struct store_meter_filter *filter)
{
    struct vend_meter_list *list = walk->list;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_meters(store, filter, add, walk));
    for (size_t i = 0; i < list->count; i++) {
        struct store_meter row = list->meters[i].row;
        MV_TRY(vend_meter_fill(walk->vend, store, &row, &list->meters[i]));
    }
    if (walk->more)
        vend_copy(list->next, sizeof list->next, list->meters[list->count - 1].row.pan);
    return mv_ok();
}

static mv_status read_page(struct walk *walk, int64_t organisation, const struct vend_meter_query *query)
{
    struct store *store = NULL;
    int64_t *below = calloc(VEND_MAX_ORGANISATIONS, sizeof *below);
    if (below == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    /* one row more than the page tells whether there is a next one */
    struct store_meter_filter filter = {
        .after_pan = query->page_token,
        .sgc = query->sgc,
        .krn = (uint8_t)query->krn,
        .pending_only = query->pending_only,
        .organisations = below,
        .organisation_count = vend_subtree(&walk->vend->directory, organisation, below, VEND_MAX_ORGANISATIONS),
        .limit = walk->size + 1};
    mv_status status = vend_reader_take(&walk->vend->readers, &store);
    if (status.ok) {
        status = walk_meters(walk, store, &filter);
        vend_reader_give(&walk->vend->readers, store, !status.ok);
    }
    free(below);
    return status;
}

static mv_status check_form(const struct vend_meter_query *query)
{
    if (query->sgc[0] != '\0')
        MV_TRY(vend_form_sgc(query->sgc));
    if (query->krn > LAST_KRN)
        return mv_fail(MV_INVALID_FIELD, "key_revision_number");
    if (query->page_token[0] != '\0' && !vend_form_pan(query->page_token).ok)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    return mv_ok();
}

static mv_status list_meters(struct vend *vend, const struct vend_caller *caller, const struct vend_meter_query *query,
                             struct vend_meter_list *list)
{
    struct vend_identity identity;
    struct store_organisation top;
    const char *organisation = query->organisation;
    uint32_t page_size = query->page_size;
    list->count = 0;
    list->next[0] = '\0';
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_METERS, &identity));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(check_form(query));
    top.id = identity.organisation;
    if (organisation[0] != '\0') {
        MV_TRY(vend_form_name(organisation, STORE_NAME, "organisation"));
        MV_TRY(vend_organisation_by_name(&vend->directory, organisation, "organisation", &top));
        MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_LIST_METERS, top.id, ""));
    }
    struct walk walk = {.vend = vend, .list = list, .size = page_size};
    return read_page(&walk, top.id, query);
}

mv_status vend_list_meters(struct vend *vend, const struct vend_caller *caller, const struct vend_meter_query *query,
                           struct vend_meter_list *list)
{
    mv_status status = list_meters(vend, caller, query, list);
    return vend_answer(vend, caller, VEND_LIST_METERS, query->organisation, status);
}
