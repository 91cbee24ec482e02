/* What vendors may do: put in by one person, approved by another. */
#include "vending/vendors.h"

#include <inttypes.h>

#include "vending/internal.h"

struct deciding {
    const struct vend_caller *caller;
    const char *organisation;
    struct store_vendor_terms terms; /* to put in */
    uint32_t version;                /* to approve */
    struct vend_vendor *out;
};

mv_status vend_vendor_below(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                            const char *organisation, struct vend_identity *identity, struct store_organisation *row)
{
    MV_TRY(vend_may_call(&vend->directory, caller->principal, call, identity));
    MV_TRY(vend_form_name(organisation, STORE_NAME, "organisation"));
    MV_TRY(vend_organisation_by_name(&vend->directory, organisation, "organisation", row));
    MV_TRY(vend_may_touch(&vend->directory, identity, call, row->id, ""));
    return row->id == identity->organisation ? mv_fail(MV_VENDOR_OWN_CREDIT, NULL) : mv_ok();
}

/* ---- terms put in ---- */
static mv_status check_terms(const struct store_vendor_terms *terms)
{
    enum { ALL = 1000000 };
    if (terms->credit_limit < 0 || terms->credit_limit > VEND_MONEY_MOST)
        return mv_fail(MV_INVALID_FIELD, "credit_limit");
    if (terms->sale_limit < 0 || terms->sale_limit > VEND_MONEY_MOST)
        return mv_fail(MV_INVALID_FIELD, "sale_limit");
    if (terms->day_limit < 0 || terms->day_limit > VEND_MONEY_MOST)
        return mv_fail(MV_INVALID_FIELD, "day_limit");
    return terms->commission_e4 <= ALL ? mv_ok() : mv_fail(MV_INVALID_FIELD, "commission_percent_e4");
}

static bool same_terms(const struct store_vendor_terms *a, const struct store_vendor_terms *b)
{
    return a->credit_limit == b->credit_limit && a->sale_limit == b->sale_limit && a->day_limit == b->day_limit &&
           a->commission_e4 == b->commission_e4;
}

/* The newest terms say the same already. */
static mv_status is_repeated(struct store *store, int64_t organisation, const struct store_vendor_terms *terms,
                             bool *repeated)
{
    struct store_vendor vendor;
    struct store_vendor_terms newest;
    *repeated = false;
    mv_status found = store_vendor_get(store, organisation, &vendor);
    if (!found.ok)
        return found.reason == MV_VENDOR_UNKNOWN ? mv_ok() : found;
    MV_TRY(store_vendor_terms_get(store, organisation, vendor.newest, &newest));
    *repeated = same_terms(&newest, terms);
    return mv_ok();
}

static mv_status set_terms(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct deciding *deciding = change->arg;
    struct store_vendor_terms *terms = &deciding->terms;
    struct vend_identity identity;
    struct store_organisation row;
    struct store_office office;
    bool repeated;
    MV_TRY(vend_vendor_below(vend, deciding->caller, VEND_SET_VENDOR_TERMS, deciding->organisation, &identity, &row));
    MV_TRY(check_terms(terms));
    MV_TRY(store_office_get(store, &office));
    MV_TRY(is_repeated(store, row.id, terms, &repeated));
    if (!repeated) {
        terms->principal = identity.id;
        terms->put_at_unix_s = change->now_us / 1000000;
        MV_TRY(store_vendor_terms_insert(store, row.id, terms));
        vend_note_detail(&change->record,
                         "version=%" PRIu32 " credit_limit=%" PRId64 " sale_limit=%" PRId64 " day_limit=%" PRId64
                         " commission_e4=%" PRIu32,
                         terms->version, terms->credit_limit, terms->sale_limit, terms->day_limit,
                         terms->commission_e4);
        change->changed = true;
    }
    return vend_vendor_fill(vend, store, row.id, change->now_us / 1000000, deciding->out);
}

mv_status vend_set_vendor_terms(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                const struct store_vendor_terms *terms, struct vend_vendor *vendor)
{
    struct deciding deciding = {.caller = caller, .organisation = organisation, .terms = *terms, .out = vendor};
    return vend_change_call(vend, caller, VEND_SET_VENDOR_TERMS, organisation, set_terms, &deciding);
}

/* ---- approved ---- */
static mv_status approve_terms(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct deciding *deciding = change->arg;
    struct vend_identity identity;
    struct store_organisation row;
    struct store_vendor vendor;
    struct store_vendor_terms terms;
    MV_TRY(
        vend_vendor_below(vend, deciding->caller, VEND_APPROVE_VENDOR_TERMS, deciding->organisation, &identity, &row));
    MV_TRY(store_vendor_get(store, row.id, &vendor));
    MV_TRY(store_vendor_terms_get(store, row.id, deciding->version, &terms));
    MV_TRY(store_vendor_terms_approve(store, &vendor, &terms, identity.id, change->now_us / 1000000));
    vend_note_detail(&change->record, "version=%" PRIu32, deciding->version);
    change->changed = true;
    return vend_vendor_fill(vend, store, row.id, change->now_us / 1000000, deciding->out);
}

mv_status vend_approve_vendor_terms(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                    uint32_t version, struct vend_vendor *vendor)
{
    struct deciding deciding = {.caller = caller, .organisation = organisation, .version = version, .out = vendor};
    return vend_change_call(vend, caller, VEND_APPROVE_VENDOR_TERMS, organisation, approve_terms, &deciding);
}
