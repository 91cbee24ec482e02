/* What waits for a second person is not to be: who put it in takes it back, or another person rejects it. */
#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "vending/internal.h"
#include "vending/tariff_parts.h"

struct dismissing {
    const char *principal;
    enum vend_call call;
    const struct vend_tariff_waiting *waiting;
    const char *reason; /* empty when it is taken back */
    struct vend_identity identity;
    struct store_tariff version;
    struct store_tariff_assignment assignment;
};

static mv_status form(const struct dismissing *dismissing)
{
    const struct vend_tariff_waiting *waiting = dismissing->waiting;
    const size_t length = strnlen(dismissing->reason, STORE_TARIFF_REASON + 1);
    if (dismissing->call == VEND_REJECT_TARIFF &&
        (length < 1 || length > STORE_TARIFF_REASON || !mv_text_printable(dismissing->reason, length)))
        return mv_fail(MV_INVALID_FIELD, "reason");
    if (waiting->assignment != 0)
        return waiting->assignment > 0 && waiting->name[0] == '\0' && waiting->version == 0
                   ? mv_ok()
                   : mv_fail(MV_INVALID_FIELD, "assignment");
    MV_TRY(vend_form_name(waiting->name, STORE_NAME, "name"));
    return waiting->version != 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "version");
}

static mv_status dismiss_version(struct vend *vend, struct store *store, struct vend_change *change,
                                 const struct store_dismissal *dismissal)
{
    struct dismissing *dismissing = change->arg;
    const struct vend_tariff_waiting *waiting = dismissing->waiting;
    struct store_tariff *row = &dismissing->version;
    MV_TRY(store_tariff_get(store, waiting->name, waiting->version, row));
    MV_TRY(vend_may_touch(&vend->directory, &dismissing->identity, dismissing->call, row->organisation, ""));
    if (vend_tariff_waited(row->put_at_unix_s, dismissal->at_unix_s))
        return mv_fail(MV_TARIFF_NOT_PENDING, "expired");
    MV_TRY(store_tariff_dismiss(store, row, dismissal));
    vend_note_detail(&change->record, "version=%" PRIu32 " doubt=%s", row->version, row->doubt);
    return store_tariff_get(store, waiting->name, waiting->version, row);
}

static mv_status dismiss_assignment(struct vend *vend, struct store *store, struct vend_change *change,
                                    const struct store_dismissal *dismissal)
{
    struct dismissing *dismissing = change->arg;
    struct store_tariff_assignment *row = &dismissing->assignment;
    MV_TRY(store_tariff_assignment_get(store, dismissing->waiting->assignment, row));
    MV_TRY(vend_may_touch(&vend->directory, &dismissing->identity, dismissing->call, row->organisation, ""));
    if (vend_tariff_waited(row->assigned_at_unix_s, dismissal->at_unix_s))
        return mv_fail(MV_TARIFF_NOT_PENDING, "expired");
    MV_TRY(store_tariff_assignment_dismiss(store, row, dismissal));
    vend_note_detail(&change->record, "assignment=%" PRId64 " utility=%u class=%s tariff=%s doubt=%s", row->id,
                     row->utility, row->meter_class, row->tariff[0] != '\0' ? row->tariff : "-", row->doubt);
    return store_tariff_assignment_get(store, row->id, row);
}

static mv_status dismiss(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct dismissing *dismissing = change->arg;
    struct store_dismissal dismissal = {.at_unix_s = change->now_us / 1000000};
    MV_TRY(vend_may_call(&vend->directory, dismissing->principal, dismissing->call, &dismissing->identity));
    MV_TRY(form(dismissing));
    dismissal.principal = dismissing->identity.id;
    vend_copy(dismissal.reason, sizeof dismissal.reason, dismissing->reason);
    MV_TRY(dismissing->waiting->assignment == 0 ? dismiss_version(vend, store, change, &dismissal)
                                                : dismiss_assignment(vend, store, change, &dismissal));
    if (dismissal.reason[0] != '\0')
        vend_note_detail(&change->record, "reason=%s", dismissal.reason);
    change->changed = true;
    return mv_ok();
}

static mv_status run(struct vend *vend, const struct vend_caller *caller, struct dismissing *dismissing,
                     struct vend_dismissed *dismissed)
{
    const char *object = dismissing->waiting->assignment == 0 ? dismissing->waiting->name : NULL;
    *dismissed = (struct vend_dismissed){.tariff = {.state = VEND_TARIFF_PENDING}};
    dismissing->principal = caller->principal;
    MV_TRY(vend_told(dismissing->call, vend_change_call(vend, caller, dismissing->call, object, dismiss, dismissing)));
    if (dismissing->waiting->assignment == 0)
        return vend_tariff_fill(vend, &dismissing->version, &dismissed->tariff);
    vend_assignment_fill(vend, &dismissing->assignment, &dismissed->assignment);
    return mv_ok();
}

mv_status vend_withdraw_tariff(struct vend *vend, const struct vend_caller *caller,
                               const struct vend_tariff_waiting *waiting, struct vend_dismissed *dismissed)
{
    struct dismissing dismissing = {.call = VEND_WITHDRAW_TARIFF, .waiting = waiting, .reason = ""};
    return run(vend, caller, &dismissing, dismissed);
}

mv_status vend_reject_tariff(struct vend *vend, const struct vend_caller *caller,
                             const struct vend_tariff_waiting *waiting, const char *reason,
                             struct vend_dismissed *dismissed)
{
    struct dismissing dismissing = {.call = VEND_REJECT_TARIFF, .waiting = waiting, .reason = reason};
    return run(vend, caller, &dismissing, dismissed);
}
