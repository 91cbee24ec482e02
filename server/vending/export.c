#include "vending/internal.h"

enum { FIRST_CHAIN = 1 };

struct page {
    struct audit_record *records;
    size_t size;
    size_t count;
};

/* Ends the walk with a failure once the page is full: the rest is read by the next call, so that a slow caller never
 * holds a snapshot of the ledger open. */
static mv_status add(void *self, const struct audit_record *row)
{
    struct page *page = self;
    if (page->count == page->size)
        return mv_fail(MV_REQUEST_TOO_LARGE, "page");
    page->records[page->count++] = *row;
    return mv_ok();
}

static mv_status read_page(struct vend *vend, uint32_t chain, uint64_t first, struct page *page)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_audit(store, chain == 0 ? FIRST_CHAIN : chain, first == 0 ? 1 : first, add, page);
    bool full = !status.ok && status.reason == MV_REQUEST_TOO_LARGE;
    vend_reader_give(&vend->readers, store, !status.ok && !full);
    return full ? mv_ok() : status;
}

mv_status vend_audit_page(struct vend *vend, const struct vend_caller *caller, uint32_t chain, uint64_t first_sequence,
                          struct audit_record *records, size_t size, size_t *count)
{
    struct vend_identity identity;
    struct page page = {.records = records, .size = size};
    mv_status status = vend_may_call(&vend->directory, caller->principal, VEND_EXPORT_AUDIT, &identity);
    if (status.ok)
        status = read_page(vend, chain, first_sequence, &page);
    *count = status.ok ? page.count : 0;
    return vend_answer(vend, caller, VEND_EXPORT_AUDIT, NULL, status);
}
