/* What changes an account. */
#include "vending/accounts.h"

#include <string.h>

#include "base/utf8.h"
#include "vending/account_parts.h"
#include "vending/internal.h"

struct act {
    const struct vend_account_request *request;
    const char *principal;
    enum vend_call call;
    const char *reason; /* suspending and resuming */
    struct vend_account *out;
};

/* ---- the form of what is said ---- */
mv_status vend_account_form_text(const char *text, size_t least, size_t longest, const char *field)
{
    size_t length = text == NULL ? 0 : strnlen(text, longest + 1);
    bool fits = text != NULL && length >= least && length <= longest && mv_text_printable(text, length);
    return fits ? mv_ok() : mv_fail(MV_INVALID_FIELD, field);
}

static mv_status form_customer(const struct vend_customer *customer)
{
    MV_TRY(vend_account_form_text(customer->name, 1, STORE_CUSTOMER_NAME, "customer.name"));
    MV_TRY(vend_account_form_text(customer->address, 0, STORE_ADDRESS, "customer.address"));
    MV_TRY(vend_account_form_text(customer->contact, 0, STORE_CONTACT, "customer.contact"));
    return vend_account_form_text(customer->reference, 0, STORE_REFERENCE, "customer.reference");
}

mv_status vend_account_form(const struct vend_account_request *request)
{
    MV_TRY(vend_form_name(request->number, STORE_ACCOUNT_NUMBER, "account_number"));
    MV_TRY(form_customer(&request->customer));
    if (request->tariff_class[0] == '\0')
        return mv_ok();
    return vend_form_name(request->tariff_class, STORE_TARIFF_CLASS, "tariff_class");
}

void vend_account_say(const struct vend_account_request *request, const char *unsaid_class,
                      struct store_customer *customer, char tariff_class[STORE_TARIFF_CLASS + 1])
{
    const char *named = request->tariff_class[0] == '\0' ? unsaid_class : request->tariff_class;
    vend_copy(customer->name, sizeof customer->name, request->customer.name);
    vend_copy(customer->address, sizeof customer->address, request->customer.address);
    vend_copy(customer->contact, sizeof customer->contact, request->customer.contact);
    vend_copy(customer->reference, sizeof customer->reference, request->customer.reference);
    vend_copy(tariff_class, STORE_TARIFF_CLASS + 1, named);
}

static bool same_customer(const struct store_customer *a, const struct store_customer *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->address, b->address) == 0 &&
           strcmp(a->contact, b->contact) == 0 && strcmp(a->reference, b->reference) == 0;
}

mv_status vend_account_fill(struct vend *vend, struct store *store, const struct store_account *row,
                            struct vend_account *out)
{
    out->row = *row;
    out->claim = 0;
    out->has_transfer = false;
    vend_organisation_name(&vend->directory, row->organisation, out->organisation);
    return store_account_owes(store, row->id, &out->owes);
}

/* ---- opening ---- */
/* Compared with what was said at the opening: more may have been said since. */
static mv_status check_same(struct store *store, const struct store_account *stored, const struct store_account *asked)
{
    struct store_customer first;
    char tariff_class[STORE_TARIFF_CLASS + 1];
    MV_TRY(store_account_first(store, stored->id, &first, tariff_class));
    bool same = stored->meter == asked->meter && strcmp(tariff_class, asked->tariff_class) == 0 &&
                same_customer(&first, &asked->customer);
    return same ? mv_ok() : mv_fail(MV_ACCOUNT_EXISTS, "account_number");
}

static mv_status find_meter(struct vend *vend, struct store *store, const struct act *act,
                            const struct vend_identity *identity, struct store_meter *meter)
{
    MV_TRY(store_meter_by_pan(store, act->request->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, identity, act->call, meter->organisation, meter->sgc));
    return meter->state == VEND_METER_RETIRED ? mv_fail(MV_METER_NOT_ACTIVE, NULL) : mv_ok();
}

static mv_status open_account(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct act *act = change->arg;
    const struct vend_account_request *request = act->request;
    struct vend_identity identity;
    struct store_meter meter;
    struct store_account stored;
    MV_TRY(vend_may_call(&vend->directory, act->principal, act->call, &identity));
    MV_TRY(vend_account_form(request));
    MV_TRY(vend_form_pan(request->pan));
    MV_TRY(find_meter(vend, store, act, &identity, &meter));
    struct store_account row = {.organisation = meter.organisation, .meter = meter.id};
    vend_copy(row.number, sizeof row.number, request->number);
    vend_copy(row.pan, sizeof row.pan, meter.pan);
    vend_account_say(request, VEND_DEFAULT_CLASS, &row.customer, row.tariff_class);
    mv_status found = store_account_by_number(store, row.number, &stored);
    if (found.ok) {
        MV_TRY(check_same(store, &stored, &row));
        return vend_account_fill(vend, store, &stored, act->out);
    }
    if (found.reason != MV_ACCOUNT_UNKNOWN)
        return found;
    const struct store_account_act opened = {
        .kind = STORE_ACCOUNT_OPENED, .note = "", .principal = identity.id, .at_unix_s = change->now_us / 1000000};
    MV_TRY(store_account_open(store, &row, &opened));
    vend_note_detail(&change->record, "meter=%s class=%s", row.pan, row.tariff_class);
    change->changed = true;
    return vend_account_fill(vend, store, &row, act->out);
}

/* An account's number as the object of an audit record, or NULL: nobody knows what a text that is none may be. */
static const char *object_of(const char *number)
{
    return vend_form_name(number, STORE_ACCOUNT_NUMBER, "account_number").ok ? number : NULL;
}

static mv_status carry_out(struct vend *vend, const struct vend_caller *caller, struct act *act, vend_work_fn *work)
{
    act->principal = caller->principal;
    return vend_told(act->call, vend_change_call(vend, caller, act->call, object_of(act->request->number), work, act));
}

mv_status vend_open_account(struct vend *vend, const struct vend_caller *caller,
                            const struct vend_account_request *request, struct vend_account *account)
{
    struct act act = {.request = request, .call = VEND_OPEN_ACCOUNT, .out = account};
    return carry_out(vend, caller, &act, open_account);
}

/* ---- changing ---- */
static mv_status find(struct vend *vend, struct store *store, const struct act *act,
                      const struct vend_identity *identity, struct store_account *row)
{
    MV_TRY(store_account_by_number(store, act->request->number, row));
    MV_TRY(vend_may_touch(&vend->directory, identity, act->call, row->organisation, ""));
    return row->state == STORE_ACCOUNT_CLOSED ? mv_fail(MV_ACCOUNT_CLOSED, NULL) : mv_ok();
}

static mv_status write(struct vend *vend, struct store *store, struct vend_change *change,
                       const struct vend_identity *identity, enum store_account_kind kind, struct store_account *row)
{
    const struct act *act = change->arg;
    const struct store_account_act done = {.kind = kind,
                                           .note = act->reason == NULL ? "" : act->reason,
                                           .principal = identity->id,
                                           .at_unix_s = change->now_us / 1000000};
    MV_TRY(store_account_change(store, row, &done));
    vend_note_detail(&change->record, "version=%u class=%s state=%u", row->version, row->tariff_class, row->state);
    change->changed = true;
    return vend_account_fill(vend, store, row, act->out);
}

static mv_status update_account(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct act *act = change->arg;
    struct vend_identity identity;
    struct store_account row;
    MV_TRY(vend_may_call(&vend->directory, act->principal, act->call, &identity));
    MV_TRY(vend_account_form(act->request));
    MV_TRY(find(vend, store, act, &identity, &row));
    struct store_account before = row;
    vend_account_say(act->request, before.tariff_class, &row.customer, row.tariff_class);
    if (same_customer(&row.customer, &before.customer) && strcmp(row.tariff_class, before.tariff_class) == 0)
        return vend_account_fill(vend, store, &before, act->out);
    if (act->request->version != row.version)
        return mv_fail(MV_ACCOUNT_CHANGED, NULL);
    return write(vend, store, change, &identity, STORE_ACCOUNT_UPDATED, &row);
}

mv_status vend_update_account(struct vend *vend, const struct vend_caller *caller,
                              const struct vend_account_request *request, struct vend_account *account)
{
    struct act act = {.request = request, .call = VEND_UPDATE_ACCOUNT, .out = account};
    return carry_out(vend, caller, &act, update_account);
}

static mv_status set_state(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct act *act = change->arg;
    bool suspends = act->call == VEND_SUSPEND_ACCOUNT;
    struct vend_identity identity;
    struct store_account row;
    MV_TRY(vend_may_call(&vend->directory, act->principal, act->call, &identity));
    MV_TRY(vend_form_name(act->request->number, STORE_ACCOUNT_NUMBER, "account_number"));
    MV_TRY(vend_account_form_text(act->reason, 1, STORE_ACCOUNT_NOTE, "reason"));
    MV_TRY(find(vend, store, act, &identity, &row));
    uint8_t wanted = suspends ? STORE_ACCOUNT_SUSPENDED : STORE_ACCOUNT_IN_USE;
    if (row.state == wanted)
        return vend_account_fill(vend, store, &row, act->out);
    row.state = wanted;
    return write(vend, store, change, &identity, suspends ? STORE_ACCOUNT_ON_HOLD : STORE_ACCOUNT_RESUMED, &row);
}

mv_status vend_suspend_account(struct vend *vend, const struct vend_caller *caller, const char *number,
                               const char *reason, struct vend_account *account)
{
    const struct vend_account_request request = {.number = number};
    struct act act = {.request = &request, .call = VEND_SUSPEND_ACCOUNT, .reason = reason, .out = account};
    return carry_out(vend, caller, &act, set_state);
}

mv_status vend_resume_account(struct vend *vend, const struct vend_caller *caller, const char *number,
                              const char *reason, struct vend_account *account)
{
    const struct vend_account_request request = {.number = number};
    struct act act = {.request = &request, .call = VEND_RESUME_ACCOUNT, .reason = reason, .out = account};
    return carry_out(vend, caller, &act, set_state);
}
