/* A vendor's credit shown, and its statement. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"
#include "vending/vendors.h"

static void name_terms(struct vend *vend, struct vend_vendor_terms *terms)
{
    if (terms->row.version == 0)
        return;
    vend_principal_name(&vend->directory, terms->row.principal, terms->put_by);
    if (terms->row.approver != 0)
        vend_principal_name(&vend->directory, terms->row.approver, terms->approved_by);
}

static enum vend_vendor_state state_of(const struct vend_vendor *vendor)
{
    const struct store_vendor_terms *terms = &vendor->terms.row;
    if (terms->version == 0)
        return VEND_VENDOR_WAITS;
    bool day_is_full = terms->day_limit != 0 && vendor->sold_today >= terms->day_limit;
    return vendor->available <= 0 || day_is_full ? VEND_VENDOR_STOPPED : VEND_VENDOR_SELLS;
}

static mv_status fill(struct vend *vend, struct store *store, const struct store_vendor *row, int64_t now_unix_s,
                      struct vend_vendor *vendor)
{
    enum { SECONDS_PER_MINUTE = 60, SECONDS_PER_DAY = 86400 };
    struct store_office office;
    MV_TRY(store_office_get(store, &office));
    int64_t today = (now_unix_s + (int64_t)office.utc_offset_min * SECONDS_PER_MINUTE) / SECONDS_PER_DAY;
    *vendor = (struct vend_vendor){.terms = {.row = row->terms},
                                   .balance = row->balance,
                                   .available = row->balance + row->terms.credit_limit,
                                   .sold_today = row->day >= today ? row->day_sold : 0};
    vendor->state = state_of(vendor);
    if (row->newest > row->terms.version)
        MV_TRY(store_vendor_terms_get(store, row->organisation, row->newest, &vendor->pending.row));
    vend_organisation_name(&vend->directory, row->organisation, vendor->organisation);
    name_terms(vend, &vendor->terms);
    name_terms(vend, &vendor->pending);
    return mv_ok();
}

mv_status vend_vendor_fill(struct vend *vend, struct store *store, int64_t organisation, int64_t now_unix_s,
                           struct vend_vendor *vendor)
{
    struct store_vendor row;
    MV_TRY(store_vendor_get(store, organisation, &row));
    return fill(vend, store, &row, now_unix_s, vendor);
}

/* Sellers see the credit that they sell on, though its vendor may lie above them. */
static mv_status find_own(struct vend *vend, struct store *store, const struct vend_identity *identity,
                          int64_t now_unix_s, struct vend_vendor *vendor)
{
    struct store_vendor row;
    MV_TRY(store_vendor_of(store, identity->organisation, &row));
    return fill(vend, store, &row, now_unix_s, vendor);
}

static mv_status look(struct vend *vend, struct store *store, const struct vend_identity *identity,
                      const struct store_organisation *organisation, struct vend_vendor *vendor)
{
    struct vend_now now;
    mv_status trusted = vend_clock_now(&vend->clock, &now);
    if (!trusted.ok && trusted.reason != MV_CLOCK_STEPPED)
        return trusted;
    int64_t now_s = now.real_us / 1000000;
    MV_TRY(store_begin_read(store));
    if (organisation->id == 0)
        return find_own(vend, store, identity, now_s, vendor);
    return vend_vendor_fill(vend, store, organisation->id, now_s, vendor);
}

static mv_status get(struct vend *vend, const struct vend_caller *caller, const char *name, struct vend_vendor *vendor)
{
    struct vend_identity identity;
    struct store_organisation organisation = {.id = 0};
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_VENDOR, &identity));
    if (name[0] != '\0') {
        MV_TRY(vend_form_name(name, STORE_NAME, "organisation"));
        MV_TRY(vend_organisation_by_name(&vend->directory, name, "organisation", &organisation));
        MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_GET_VENDOR, organisation.id, ""));
    }
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = look(vend, store, &identity, &organisation, vendor);
    vend_reader_give(&vend->readers, store, vend_is_ledger_failure(status));
    return status;
}

mv_status vend_get_vendor(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                          struct vend_vendor *vendor)
{
    return vend_answer(vend, caller, VEND_GET_VENDOR, NULL, get(vend, caller, organisation, vendor));
}

/* ---- the statement ---- */
struct walk {
    struct vend *vend;
    struct vend_statement *out;
    size_t size;
    bool more;
};

static mv_status add(void *self, const struct store_vendor_entry *entry)
{
    struct walk *walk = self;
    struct vend_statement *out = walk->out;
    walk->more = out->count == walk->size;
    if (walk->more)
        return mv_ok();
    struct vend_statement_row *row = &out->rows[out->count++];
    row->row = *entry;
    vend_principal_name(&walk->vend->directory, entry->principal, row->principal);
    return mv_ok();
}

/* A page token is the number of the last row. */
static mv_status read_token(const char *text, uint64_t *after)
{
    enum { DIGITS = 18 };
    size_t length = strnlen(text, DIGITS + 1);
    if (length > DIGITS || strspn(text, "0123456789") != length)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    *after = strtoull(text, NULL, 10);
    return mv_ok();
}

static mv_status read_page(struct walk *walk, int64_t organisation, uint64_t after)
{
    struct vend_statement *out = walk->out;
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&walk->vend->readers, &store));
    mv_status status = store_vendor_entries(store, organisation, after, walk->size + 1, add, walk);
    vend_reader_give(&walk->vend->readers, store, !status.ok);
    if (status.ok && walk->more)
        (void)snprintf(out->next, sizeof out->next, "%" PRIu64, out->rows[out->count - 1].row.entry);
    return status;
}

static mv_status state_all(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t page_size,
                           const char *page_token, struct vend_statement *out)
{
    struct vend_identity identity;
    struct store_organisation organisation;
    struct walk walk = {.vend = vend, .out = out};
    uint64_t after;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_STATEMENT, &identity));
    MV_TRY(vend_form_name(name, STORE_NAME, "organisation"));
    MV_TRY(vend_organisation_by_name(&vend->directory, name, "organisation", &organisation));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_STATEMENT, organisation.id, ""));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(read_token(page_token, &after));
    walk.size = page_size;
    out->rows = calloc(page_size, sizeof *out->rows);
    return out->rows == NULL ? mv_fail(MV_OUT_OF_MEMORY, "statement") : read_page(&walk, organisation.id, after);
}

mv_status vend_statement(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                         uint32_t page_size, const char *page_token, struct vend_statement *statement)
{
    *statement = (struct vend_statement){.count = 0};
    mv_status status = state_all(vend, caller, organisation, page_size, page_token, statement);
    if (!status.ok)
        vend_statement_free(statement);
    return vend_answer(vend, caller, VEND_STATEMENT, NULL, status);
}

void vend_statement_free(struct vend_statement *statement)
{
    free(statement->rows);
    *statement = (struct vend_statement){.count = 0};
}
