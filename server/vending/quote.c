/* What a purchase would cost. */
#include "vending/internal.h"
#include "vending/tariff_parts.h"

static mv_status find_organisation(struct vend *vend, const struct vend_identity *identity, const char *name,
                                   int64_t *id)
{
    struct store_organisation row;
    *id = identity->organisation;
    if (name[0] == '\0')
        return mv_ok();
    MV_TRY(vend_form_name(name, STORE_NAME, "organisation"));
    MV_TRY(vend_organisation_by_name(&vend->directory, name, "organisation", &row));
    *id = row.id;
    return vend_may_touch(&vend->directory, identity, VEND_QUOTE, row.id, "");
}

static mv_status find_tariff(struct vend *vend, struct store *store, const struct vend_quote_request *request,
                             int64_t organisation, int64_t now_unix_s, struct vend_tariff_version *tariff)
{
    struct store_tariff row;
    if (request->tariff[0] == '\0') {
        MV_TRY(vend_form_name(request->meter_class, STORE_METER_CLASS, "meter_class"));
        return vend_tariff_serving(vend, store, organisation, request->utility, request->meter_class, now_unix_s,
                                   tariff);
    }
    MV_TRY(vend_form_name(request->tariff, STORE_NAME, "tariff"));
    MV_TRY(request->version != 0 ? store_tariff_get(store, request->tariff, request->version, &row)
                                 : store_tariff_in_force(store, request->tariff, now_unix_s, &row));
    if (!vend_lies_below(&vend->directory, row.organisation, organisation))
        return mv_fail(MV_TARIFF_UNKNOWN, NULL);
    return vend_tariff_from_row(&row, tariff);
}

static mv_status read_facts(struct vend *vend, struct store *store, const struct vend_quote_request *request,
                            int64_t organisation, struct vend_quote *quote)
{
    struct vend_now now;
    /* a quote issues nothing: a clock that nobody confirmed does */
    mv_status trusted = vend_clock_now(&vend->clock, &now);
    (void)trusted;
    MV_TRY(store_begin_read(store));
    mv_status status = store_office_get(store, &quote->office);
    if (status.ok)
        status = find_tariff(vend, store, request, organisation, now.real_us / 1000000, &quote->tariff);
    store_rollback(store);
    return status;
}

static mv_status make_quote(struct vend *vend, const struct vend_caller *caller,
                            const struct vend_quote_request *request, struct vend_quote *quote)
{
    struct vend_identity identity;
    struct store *store = NULL;
    struct vend_price_facts facts = request->facts;
    int64_t organisation = 0;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_QUOTE, &identity));
    if (request->tariff[0] == '\0' && (request->utility < VEND_ELECTRICITY || request->utility > VEND_TIME))
        return mv_fail(MV_INVALID_FIELD, "utility");
    MV_TRY(find_organisation(vend, &identity, request->organisation, &organisation));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_facts(vend, store, request, organisation, quote);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    MV_TRY(status);
    facts.minor_digits = quote->office.minor_digits;
    return vend_price(&quote->tariff, &facts, &quote->bill);
}

mv_status vend_quote(struct vend *vend, const struct vend_caller *caller, const struct vend_quote_request *request,
                     struct vend_quote *quote)
{
    *quote = (struct vend_quote){.bill = {.least = 0}};
    mv_status status = make_quote(vend, caller, request, quote);
    return vend_answer(vend, caller, VEND_QUOTE, NULL, status);
}
