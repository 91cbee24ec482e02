/* What the office wants a meter's key to become. */
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"

enum { FIRST_KRN = 1, LAST_KRN = 9, LAST_TI = 99, DCTK = 3 };

struct assignment {
    const char *principal;
    const char *pan;
    const struct vend_key_target *wanted;
    struct vend_meter *out;
};

static mv_status check_form(const struct vend_key_target *wanted)
{
    if (wanted->sgc != NULL)
        MV_TRY(vend_form_sgc(wanted->sgc));
    if (wanted->krn > LAST_KRN)
        return mv_fail(MV_INVALID_FIELD, "key_revision_number");
    if (wanted->ti < -1 || wanted->ti > LAST_TI)
        return mv_fail(MV_INVALID_FIELD, "tariff_index");
    if (wanted->kt > DCTK)
        return mv_fail(MV_INVALID_FIELD, "key_type");
    /* a common key would open every keypad meter of the supply group with one token */
    return wanted->kt == DCTK ? mv_fail(MV_KEY_TYPE_NOT_ALLOWED, "key_type") : mv_ok();
}

static bool is_known(struct vend *vend, const struct store_meter *meter)
{
    struct vend_key key;
    mv_status found = vend_catalogue_key(&vend->catalogue, meter, 0, &key);
    return found.ok || found.reason == MV_VENDING_KEY_MISMATCH || found.reason == MV_VENDING_KEY_NOT_ACTIVE;
}

/* The key must be there; whether it may be changed to is asked when the set is made, with what is then true. */
static mv_status check_known(struct vend *vend, const struct store_meter *meter, const struct vend_key_target *wanted)
{
    struct store_meter target = *meter;
    if (wanted->sgc == NULL && wanted->krn == 0 && wanted->kt == 0)
        return mv_ok();
    MV_TRY(vend_catalogue_state(&vend->catalogue));
    bool newest = wanted->krn == 0 && wanted->sgc != NULL && strcmp(wanted->sgc, meter->sgc) != 0;
    vend_copy(target.sgc, sizeof target.sgc, wanted->sgc != NULL ? wanted->sgc : meter->sgc);
    target.kt = wanted->kt != 0 ? (uint8_t)wanted->kt : meter->kt;
    target.krn = wanted->krn != 0 ? (uint8_t)wanted->krn : meter->krn;
    if (!newest)
        return is_known(vend, &target) ? mv_ok() : mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    for (target.krn = FIRST_KRN; target.krn <= LAST_KRN; target.krn++)
        if (is_known(vend, &target))
            return mv_ok();
    return mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
}

static struct store_wanted row_of(const struct vend_key_target *wanted)
{
    struct store_wanted row = {.krn = (uint8_t)wanted->krn, .kt = (uint8_t)wanted->kt, .ti = (int16_t)wanted->ti};
    vend_copy(row.sgc, sizeof row.sgc, wanted->sgc == NULL ? "" : wanted->sgc);
    return row;
}

static bool is_wanted(const struct store_meter *meter, const struct store_wanted *row)
{
    if (!meter->has_wanted)
        return row->sgc[0] == '\0' && row->krn == 0 && row->kt == 0 && row->ti == -1;
    return strcmp(meter->wanted_sgc, row->sgc) == 0 && meter->wanted_krn == row->krn && meter->wanted_kt == row->kt &&
           meter->wanted_ti == row->ti;
}

static mv_status check(struct vend *vend, struct store *store, const struct assignment *assignment,
                       struct store_meter *meter)
{
    const struct vend_key_target *wanted = assignment->wanted;
    struct vend_identity identity;
    MV_TRY(vend_may_call(&vend->directory, assignment->principal, VEND_ASSIGN_KEY, &identity));
    MV_TRY(vend_form_pan(assignment->pan));
    MV_TRY(check_form(wanted));
    MV_TRY(store_meter_by_pan(store, assignment->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_ASSIGN_KEY, meter->organisation, meter->sgc));
    if (wanted->sgc != NULL)
        MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_ASSIGN_KEY, meter->organisation, wanted->sgc));
    return check_known(vend, meter, wanted);
}

static mv_status assign(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct assignment *assignment = change->arg;
    struct store_meter meter;
    MV_TRY(check(vend, store, assignment, &meter));
    struct store_wanted row = row_of(assignment->wanted);
    if (!is_wanted(&meter, &row)) {
        MV_TRY(store_meter_assign(store, meter.id, &row));
        MV_TRY(store_meter_by_id(store, meter.id, &meter));
        vend_note_detail(&change->record, "sgc=%s krn=%u ti=%d kt=%u", row.sgc[0] == '\0' ? "-" : row.sgc, row.krn,
                         row.ti, row.kt);
        change->changed = true;
    }
    return vend_meter_fill(vend, store, &meter, assignment->out);
}

/* Before the writer is asked, which must not wait for the key process. */
static void look_ahead(struct vend *vend, const struct assignment *assignment)
{
    struct store *store = NULL;
    struct store_meter meter;
    if (!vend_form_pan(assignment->pan).ok || !check_form(assignment->wanted).ok)
        return;
    if (!vend_reader_take(&vend->readers, &store).ok)
        return;
    mv_status status = check(vend, store, assignment, &meter);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    (void)vend_look_again(vend, status);
}

mv_status vend_assign_key(struct vend *vend, const struct vend_caller *caller, const char *pan,
                          const struct vend_key_target *wanted, struct vend_meter *meter)
{
    struct assignment assignment = {.principal = caller->principal, .pan = pan, .wanted = wanted, .out = meter};
    look_ahead(vend, &assignment);
    return vend_told(VEND_ASSIGN_KEY,
                     vend_change_call(vend, caller, VEND_ASSIGN_KEY, vend_form_object(pan), assign, &assignment));
}
