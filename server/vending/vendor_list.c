/* Vendors by name: all that the caller's organisation reaches. */
#include <stdlib.h>

#include "vending/internal.h"
#include "vending/vendors.h"

static mv_status read_names(struct vend *vend, struct store *store, const struct vend_now *now, const int64_t *ids,
                            struct vend_vendor_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        MV_TRY(vend_vendor_fill(vend, store, ids[i], now->real_us / 1000000, &list->vendors[i]));
    return mv_ok();
}

/* One row more than the page tells whether there is a next one. */
static mv_status read_page(struct vend *vend, struct store *store, int64_t organisation, size_t size, const char *after,
                           struct vend_vendor_list *list)
{
    struct vend_now now;
    size_t count;
    mv_status trusted = vend_clock_now(&vend->clock, &now);
    if (!trusted.ok && trusted.reason != MV_CLOCK_STEPPED)
        return trusted;
    int64_t *ids = calloc(size + 1, sizeof *ids);
    list->vendors = calloc(size, sizeof *list->vendors);
    mv_status status = ids != NULL && list->vendors != NULL ? mv_ok() : mv_fail(MV_OUT_OF_MEMORY, "vendors");
    if (status.ok)
        status = store_begin_read(store);
    if (status.ok)
        status = store_vendor_list(store, organisation, after, size + 1, ids, &count);
    if (status.ok) {
        list->count = count > size ? size : count;
        status = read_names(vend, store, &now, ids, list);
    }
    if (status.ok && count > size)
        vend_copy(list->next, sizeof list->next, list->vendors[size - 1].organisation);
    free(ids);
    return status;
}

static mv_status list_all(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t page_size,
                          const char *page_token, struct vend_vendor_list *list)
{
    struct vend_identity identity;
    struct store_organisation organisation;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_VENDORS, &identity));
    organisation.id = identity.organisation;
    if (name[0] != '\0') {
        MV_TRY(vend_form_name(name, STORE_NAME, "organisation"));
        MV_TRY(vend_organisation_by_name(&vend->directory, name, "organisation", &organisation));
        MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_LIST_VENDORS, organisation.id, ""));
    }
    MV_TRY(vend_form_page(&page_size));
    if (page_token[0] != '\0' && !vend_form_name(page_token, STORE_NAME, "page_token").ok)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_page(vend, store, organisation.id, page_size, page_token, list);
    vend_reader_give(&vend->readers, store, vend_is_ledger_failure(status));
    return status;
}

mv_status vend_vendors(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                       uint32_t page_size, const char *page_token, struct vend_vendor_list *list)
{
    *list = (struct vend_vendor_list){.count = 0};
    mv_status status = list_all(vend, caller, organisation, page_size, page_token, list);
    if (!status.ok)
        vend_vendors_free(list);
    return vend_answer(vend, caller, VEND_LIST_VENDORS, NULL, status);
}

void vend_vendors_free(struct vend_vendor_list *list)
{
    free(list->vendors);
    *list = (struct vend_vendor_list){.count = 0};
}
