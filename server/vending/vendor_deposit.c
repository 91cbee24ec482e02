/* Money paid in for a vendor, booked by somebody of an organisation above it. */
#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "vending/internal.h"
#include "vending/vendors.h"

struct booking {
    const struct vend_caller *caller;
    const struct vend_deposit_request *request;
    struct vend_deposit *out;
};

static mv_status check_form(const struct vend_deposit_request *request)
{
    size_t length = strnlen(request->slip, STORE_SLIP + 1);
    MV_TRY(vend_form_name(request->request_id, STORE_REQUEST_ID, "request_id"));
    if (length == 0 || length > STORE_SLIP || !mv_text_printable(request->slip, length))
        return mv_fail(MV_INVALID_FIELD, "slip");
    if (request->takes_back > INT64_MAX)
        return mv_fail(MV_INVALID_FIELD, "takes_back");
    bool fits =
        request->takes_back == 0 ? request->amount > 0 && request->amount <= VEND_MONEY_MOST : request->amount == 0;
    return fits ? mv_ok() : mv_fail(MV_INVALID_FIELD, "amount");
}

/* The stored answer, when this request was booked before. DEPOSIT_UNKNOWN when it was not. */
static mv_status find_stored(struct store *store, const struct booking *booking, const struct vend_identity *identity,
                             int64_t vendor)
{
    const struct vend_deposit_request *request = booking->request;
    struct store_vendor_deposit *row = &booking->out->row;
    MV_TRY(store_vendor_deposit_by_request(store, identity->id, request->request_id, row));
    bool same = row->vendor == vendor && row->takes_back == request->takes_back &&
                (request->takes_back != 0 || row->amount == request->amount) && strcmp(row->slip, request->slip) == 0;
    return same ? mv_ok() : mv_fail(MV_REQUEST_ID_REUSED, NULL);
}

static mv_status find_amount(struct store *store, const struct store_vendor *vendor,
                             const struct vend_deposit_request *request, int64_t *amount)
{
    struct store_vendor_deposit before;
    *amount = request->amount;
    if (request->takes_back == 0)
        return vendor->balance > VEND_MONEY_MOST - request->amount ? mv_fail(MV_INVALID_FIELD, "amount") : mv_ok();
    MV_TRY(store_vendor_deposit_get(store, vendor->organisation, request->takes_back, &before));
    *amount = -before.amount;
    if (before.takes_back != 0 || before.taken_back)
        return mv_fail(MV_DEPOSIT_TAKEN_BACK, "takes_back");
    bool there = vendor->balance + vendor->terms.credit_limit >= before.amount;
    return there ? mv_ok() : mv_fail(MV_DEPOSIT_SPENT, "takes_back");
}

static mv_status insert(struct store *store, struct vend_change *change, const struct booking *booking,
                        const struct vend_identity *identity, int64_t organisation)
{
    const struct vend_deposit_request *request = booking->request;
    struct store_vendor_deposit *row = &booking->out->row;
    struct store_vendor vendor;
    MV_TRY(store_vendor_get(store, organisation, &vendor));
    if (vendor.terms.version == 0)
        return mv_fail(MV_VENDOR_UNKNOWN, NULL);
    *row = (struct store_vendor_deposit){.vendor = organisation,
                                         .takes_back = request->takes_back,
                                         .principal = identity->id,
                                         .at_unix_s = change->now_us / 1000000};
    MV_TRY(find_amount(store, &vendor, request, &row->amount));
    vend_copy(row->slip, sizeof row->slip, request->slip);
    vend_copy(row->request_id, sizeof row->request_id, request->request_id);
    MV_TRY(store_vendor_deposit_insert(store, row));
    vend_note_detail(&change->record, "request=%s number=%" PRIu64 " amount=%" PRId64 " takes_back=%" PRIu64 " slip=%s",
                     row->request_id, row->number, row->amount, row->takes_back, row->slip);
    change->changed = true;
    return mv_ok();
}

static void fill(struct vend *vend, struct vend_deposit *deposit)
{
    vend_organisation_name(&vend->directory, deposit->row.vendor, deposit->organisation);
    vend_principal_name(&vend->directory, deposit->row.principal, deposit->booked_by);
}

static mv_status book(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct booking *booking = change->arg;
    struct vend_identity identity;
    struct store_organisation organisation;
    MV_TRY(vend_vendor_below(vend, booking->caller, VEND_DEPOSIT, booking->request->organisation, &identity,
                             &organisation));
    MV_TRY(check_form(booking->request));
    mv_status found = find_stored(store, booking, &identity, organisation.id);
    if (!found.ok && found.reason == MV_DEPOSIT_UNKNOWN)
        found = insert(store, change, booking, &identity, organisation.id);
    MV_TRY(found);
    fill(vend, booking->out);
    return mv_ok();
}

mv_status vend_deposit(struct vend *vend, const struct vend_caller *caller, const struct vend_deposit_request *request,
                       struct vend_deposit *deposit)
{
    struct booking booking = {.caller = caller, .request = request, .out = deposit};
    return vend_change_call(vend, caller, VEND_DEPOSIT, request->organisation, book, &booking);
}

static mv_status get(struct vend *vend, const struct vend_caller *caller, const char *name, uint64_t number,
                     struct vend_deposit *deposit)
{
    struct vend_identity identity;
    struct store_organisation organisation;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_DEPOSIT, &identity));
    MV_TRY(vend_form_name(name, STORE_NAME, "organisation"));
    if (number > INT64_MAX)
        return mv_fail(MV_INVALID_FIELD, "number");
    MV_TRY(vend_organisation_by_name(&vend->directory, name, "organisation", &organisation));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_GET_DEPOSIT, organisation.id, ""));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_vendor_deposit_get(store, organisation.id, number, &deposit->row);
    vend_reader_give(&vend->readers, store, vend_is_ledger_failure(status));
    MV_TRY(status);
    fill(vend, deposit);
    return mv_ok();
}

mv_status vend_get_deposit(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                           uint64_t number, struct vend_deposit *deposit)
{
    return vend_answer(vend, caller, VEND_GET_DEPOSIT, organisation, get(vend, caller, organisation, number, deposit));
}
