/* What a token is, for the help desk. Who holds digits learns what was issued; who guesses learns nothing. */
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"
#include "vending/issued.h"
#include "vending/lockout.h"

/* Of the meter and of the caller. */
struct counts {
    struct store_verify meter, caller;
};

struct look {
    const char *principal;
    const char *pan;
    const char *digits;
    struct vend_identity identity;
    struct store_meter meter;
    bool has_pending;
    struct store_key pending;
    struct vend_verified *out;
    struct counts before, charged;
    bool opened;
};

/* One token of an order does not give away the others to somebody who could not have them read back. */
static void withhold(const struct look *look, struct vend_issued *issued, size_t position)
{
    if ((vend_readers_of(issued->kind) & look->identity.roles) != 0)
        return;
    for (size_t i = 0; i < issued->token_count; i++)
        if (i != position)
            issued->tokens[i].digits[0] = '\0';
}

static mv_status find_issued(struct vend *vend, struct store *store, struct look *look)
{
    struct vend_trace trace;
    char principal[STORE_NAME + 1];
    MV_TRY(vend_trace_digits(store, look->meter.id, look->digits, &trace));
    MV_TRY(vend_may_touch(&vend->directory, &look->identity, VEND_VERIFY, look->meter.organisation, trace.sale.sgc));
    vend_principal_name(&vend->directory, trace.sale.principal, principal);
    const struct vend_issued_parts parts = {.sale = &trace.sale,
                                            .set = trace.sale.key_change == 0 ? NULL : &trace.set,
                                            .pan = look->meter.pan,
                                            .principal = principal,
                                            .resent = trace.resent,
                                            .replayed = true};
    look->out->issued_here = true;
    look->out->position = trace.position;
    vend_issued_fill(vend, &parts, &look->out->issued);
    withhold(look, &look->out->issued, trace.position);
    return mv_ok();
}

static mv_status read_ledger(struct vend *vend, struct store *store, struct look *look)
{
    MV_TRY(store_begin_read(store));
    MV_TRY(store_meter_by_pan(store, look->pan, &look->meter));
    MV_TRY(vend_may_touch(&vend->directory, &look->identity, VEND_VERIFY, look->meter.organisation, look->meter.sgc));
    if (look->meter.pending_change != 0) {
        struct store_key_change change;
        MV_TRY(store_key_change_get(store, look->meter.pending_change, &change));
        look->has_pending = true;
        look->pending = change.to;
    }
    return find_issued(vend, store, look);
}

/* TOKEN_UNKNOWN when the digits are not the ledger's. */
static mv_status look_up(struct vend *vend, struct look *look)
{
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, look->principal, VEND_VERIFY, &look->identity));
    MV_TRY(vend_form_pan(look->pan));
    MV_TRY(vend_form_digits(look->digits, "digits"));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_ledger(vend, store, look);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

static mv_status note_issued(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct look *look = change->arg;
    const struct vend_issued *issued = &look->out->issued;
    (void)vend;
    (void)store;
    vend_note_detail(&change->record, "issued=%s/%s/%llu token=%zu", issued->organisation, issued->terminal,
                     (unsigned long long)issued->receipt, look->out->position);
    change->changed = true;
    return mv_ok();
}

static mv_status get_counts(struct store *store, const struct look *look, struct counts *counts)
{
    MV_TRY(store_verify_get(store, look->meter.id, &counts->meter));
    return store_principal_verify_get(store, look->identity.id, &counts->caller);
}

static mv_status put_counts(struct store *store, const struct look *look, const struct counts *counts)
{
    MV_TRY(store_verify_put(store, look->meter.id, &counts->meter));
    return store_principal_verify_put(store, look->identity.id, &counts->caller);
}

/* Before the key is used, so that many looks at once are not one look. */
static mv_status charge(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct look *look = change->arg;
    struct vend_identity identity;
    const int64_t now_s = change->now_us / 1000000;
    const uint32_t keys = look->has_pending ? 2 : 1;
    struct counts *before = &look->before;
    struct counts *after = &look->charged;
    MV_TRY(vend_may_call(&vend->directory, look->principal, VEND_VERIFY, &identity));
    MV_TRY(get_counts(store, look, before));
    MV_TRY(vend_lockout_charge(&before->meter, VEND_LOCKOUT_METER, keys, now_s, &after->meter));
    MV_TRY(vend_lockout_charge(&before->caller, VEND_LOCKOUT_PRINCIPAL, keys, now_s, &after->caller));
    MV_TRY(put_counts(store, look, after));
    vend_note_detail(&change->record, "foreign token, look %u, of the caller %u", after->meter.wrong,
                     after->caller.wrong);
    change->changed = true;
    return mv_ok();
}

static bool is_same(const struct store_verify *a, const struct store_verify *b)
{
    return a->wrong == b->wrong && a->locked_until_unix_s == b->locked_until_unix_s;
}

/* Gives each charge back, unless another look was charged meanwhile: then it stays, on the safe side. */
static mv_status settle(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct look *look = change->arg;
    const struct vend_foreign *foreign = &look->out->foreign;
    struct counts now;
    (void)vend;
    MV_TRY(get_counts(store, look, &now));
    if (is_same(&now.meter, &look->charged.meter))
        now.meter = look->before.meter;
    if (is_same(&now.caller, &look->charged.caller))
        now.caller = look->before.caller;
    MV_TRY(put_counts(store, look, &now));
    if (look->opened)
        vend_note_detail(&change->record, "foreign class=%u subclass=%u tid=%u", foreign->token_class,
                         foreign->subclass, foreign->tid);
    else
        vend_note_detail(&change->record, "not looked into");
    change->changed = true;
    return mv_ok();
}

/* Under the key on file, then under the one that the meter may hold already. */
static mv_status open_foreign(struct vend *vend, const struct look *look, struct hsmd_opened *opened)
{
    struct store_key key = vend_key_on_file(&look->meter);
    mv_status status = vend_desk_open(vend, look->pan, &key, look->digits, opened);
    if (!look->has_pending || status.ok || status.reason != MV_TOKEN_NOT_VALID)
        return status;
    return vend_desk_open(vend, look->pan, &look->pending, look->digits, opened);
}

static mv_status look_into(struct vend *vend, const struct vend_caller *caller, struct look *look)
{
    struct hsmd_opened opened;
    if ((look->identity.roles & vend_role_bit(VEND_ENGINEER)) == 0)
        return vend_answer(vend, caller, VEND_VERIFY, vend_form_object(look->pan),
                           mv_fail(MV_TOKEN_NOT_ISSUED_HERE, NULL));
    mv_status status = mv_ok();
    if (look->has_pending)
        status =
            vend_may_touch(&vend->directory, &look->identity, VEND_VERIFY, look->meter.organisation, look->pending.sgc);
    if (!status.ok)
        return vend_answer(vend, caller, VEND_VERIFY, vend_form_object(look->pan), status);
    MV_TRY(vend_change_call(vend, caller, VEND_VERIFY, vend_form_object(look->pan), charge, look));
    status = open_foreign(vend, look, &opened);
    if (!status.ok && status.reason == MV_TOKEN_NOT_VALID)
        return vend_answer(vend, caller, VEND_VERIFY, vend_form_object(look->pan), mv_fail(MV_TOKEN_NOT_VALID, NULL));
    look->opened = status.ok;
    if (status.ok)
        vend_foreign_fill(&opened, &look->out->foreign);
    MV_TRY(vend_change_call(vend, caller, VEND_VERIFY, vend_form_object(look->pan), settle, look));
    return vend_answer(vend, caller, VEND_VERIFY, vend_form_object(look->pan), status);
}

mv_status vend_verify(struct vend *vend, const struct vend_caller *caller, const char *pan, const char *digits,
                      struct vend_verified *verified)
{
    struct look look = {.principal = caller->principal, .pan = pan, .digits = digits, .out = verified};
    *verified = (struct vend_verified){.issued_here = false};
    mv_status status = look_up(vend, &look);
    if (status.ok)
        status = vend_change_call(vend, caller, VEND_VERIFY, vend_form_object(pan), note_issued, &look);
    else if (status.reason == MV_TOKEN_UNKNOWN)
        status = look_into(vend, caller, &look);
    else
        status = vend_answer(vend, caller, VEND_VERIFY, vend_form_object(pan), status);
    if (!status.ok)
        *verified = (struct vend_verified){.issued_here = false};
    return status;
}
