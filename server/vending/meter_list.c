#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"

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
    struct vend_meter *meter = &list->meters[list->count++];
    meter->row = *row;
    vend_organisation_name(&walk->vend->directory, row->organisation, meter->organisation);
    return mv_ok();
}

static mv_status walk_meters(struct walk *walk, const struct store_meter_filter *filter)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&walk->vend->readers, &store));
    mv_status status = store_meters(store, filter, add, walk);
    vend_reader_give(&walk->vend->readers, store, !status.ok);
    return status;
}

static mv_status read_page(struct walk *walk, int64_t organisation, const char *sgc, const char *after)
{
    int64_t *below = calloc(VEND_MAX_ORGANISATIONS, sizeof *below);
    if (below == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    /* one row more than the page tells whether there is a next one */
    struct store_meter_filter filter = {
        .after_pan = after,
        .sgc = sgc,
        .organisations = below,
        .organisation_count = vend_subtree(&walk->vend->directory, organisation, below, VEND_MAX_ORGANISATIONS),
        .limit = walk->size + 1};
    mv_status status = walk_meters(walk, &filter);
    free(below);
    struct vend_meter_list *list = walk->list;
    if (status.ok && walk->more)
        vend_copy(list->next, sizeof list->next, list->meters[list->count - 1].row.pan);
    return status;
}

static mv_status list_meters(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                             const char *sgc, uint32_t page_size, const char *page_token, struct vend_meter_list *list)
{
    struct vend_identity identity;
    struct store_organisation top;
    list->count = 0;
    list->next[0] = '\0';
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_METERS, &identity));
    MV_TRY(vend_form_page(&page_size));
    if (sgc[0] != '\0')
        MV_TRY(vend_form_sgc(sgc));
    if (page_token[0] != '\0' && !vend_form_pan(page_token).ok)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    top.id = identity.organisation;
    if (organisation[0] != '\0') {
        MV_TRY(vend_form_name(organisation, STORE_NAME, "organisation"));
        MV_TRY(vend_organisation_by_name(&vend->directory, organisation, "organisation", &top));
        MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_LIST_METERS, top.id, ""));
    }
    struct walk walk = {.vend = vend, .list = list, .size = page_size};
    return read_page(&walk, top.id, sgc, page_token);
}

mv_status vend_list_meters(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                           const char *sgc, uint32_t page_size, const char *page_token, struct vend_meter_list *list)
{
    mv_status status = list_meters(vend, caller, organisation, sgc, page_size, page_token, list);
    return vend_answer(vend, caller, VEND_LIST_METERS, organisation, status);
}
