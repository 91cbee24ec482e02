/* Whose meters a vending key opens: the question after a compromise. */
#include <stdlib.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"

enum { LAST_KRN = 9, DUTK = 2, DCTK = 3 };

struct walk {
    struct vend *vend;
    struct vend_exposed_list *list;
    size_t size;
    bool more;
};

static mv_status add(void *self, const struct store_exposed_meter *row)
{
    struct walk *walk = self;
    struct vend_exposed_list *list = walk->list;
    if (list->count == walk->size) {
        walk->more = true;
        return mv_ok();
    }
    struct vend_exposed_meter *meter = &list->meters[list->count++];
    meter->row = *row;
    vend_organisation_name(&walk->vend->directory, row->organisation, meter->organisation);
    return mv_ok();
}

static mv_status read_page(struct walk *walk, int64_t organisation, struct store_exposed_filter *filter)
{
    struct store *store = NULL;
    int64_t *below = calloc(VEND_MAX_ORGANISATIONS, sizeof *below);
    if (below == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    filter->organisations = below;
    filter->organisation_count = vend_subtree(&walk->vend->directory, organisation, below, VEND_MAX_ORGANISATIONS);
    mv_status status = vend_reader_take(&walk->vend->readers, &store);
    if (status.ok) {
        status = store_exposed(store, filter, add, walk);
        vend_reader_give(&walk->vend->readers, store, !status.ok);
    }
    free(below);
    struct vend_exposed_list *list = walk->list;
    if (status.ok && walk->more)
        vend_copy(list->next, sizeof list->next, list->meters[list->count - 1].row.pan);
    return status;
}

static mv_status list_exposed(struct vend *vend, const struct vend_caller *caller, struct store_exposed_filter *filter,
                              uint32_t krn, uint32_t kt, uint32_t page_size, struct vend_exposed_list *list)
{
    struct vend_identity identity;
    list->count = 0;
    list->next[0] = '\0';
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_EXPOSED, &identity));
    MV_TRY(vend_form_sgc(filter->sgc));
    if (krn < 1 || krn > LAST_KRN)
        return mv_fail(MV_INVALID_FIELD, "key_revision_number");
    if (kt > DCTK)
        return mv_fail(MV_INVALID_FIELD, "key_type");
    MV_TRY(vend_form_page(&page_size));
    if (filter->after_pan[0] != '\0' && !vend_form_pan(filter->after_pan).ok)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    filter->krn = (uint8_t)krn;
    filter->kt = kt == 0 ? DUTK : (uint8_t)kt;
    /* one row more than the page tells whether there is a next one */
    filter->limit = (size_t)page_size + 1;
    struct walk walk = {.vend = vend, .list = list, .size = page_size};
    return read_page(&walk, identity.organisation, filter);
}

mv_status vend_exposed(struct vend *vend, const struct vend_caller *caller, const char *sgc, uint32_t krn, uint32_t kt,
                       uint32_t page_size, const char *page_token, struct vend_exposed_list *list)
{
    struct store_exposed_filter filter = {.sgc = sgc, .after_pan = page_token};
    mv_status status = list_exposed(vend, caller, &filter, krn, kt, page_size, list);
    return vend_answer(vend, caller, VEND_LIST_EXPOSED, sgc, status);
}
