/* Which tariff serves whom: said by one person, and approved by another when customers would pay much more or less. */
#include <inttypes.h>
#include <string.h>

#include "vending/internal.h"
#include "vending/tariff_parts.h"

struct assigning {
    const char *principal;
    const struct vend_assignment_request *asked;
    struct store_tariff_assignment row; /* as it is afterwards */
};

static mv_status unless(mv_status status, enum mv_reason reason)
{
    return !status.ok && status.reason == reason ? mv_ok() : status;
}

static mv_status check_serves(struct vend *vend, struct store *store, const struct vend_assignment_request *asked,
                              int64_t organisation)
{
    struct store_tariff row;
    if (asked->tariff[0] == '\0')
        return mv_ok();
    MV_TRY(vend_form_name(asked->tariff, STORE_NAME, "tariff"));
    MV_TRY(store_tariff_get(store, asked->tariff, 0, &row));
    bool serves = row.utility == asked->utility && vend_lies_below(&vend->directory, row.organisation, organisation);
    return serves ? mv_ok() : mv_fail(MV_TARIFF_UNKNOWN, "tariff");
}

/* What serves it without a row of its own: what the organisation above is served with. */
static mv_status served_from_above(struct vend *vend, struct store *store, const struct store_tariff_assignment *row,
                                   struct vend_tariff_version *tariff)
{
    struct store_organisation here;
    MV_TRY(vend_organisation_by_id(&vend->directory, row->organisation, &here));
    if (here.parent == 0)
        return mv_fail(MV_TARIFF_NOT_ASSIGNED, NULL);
    return vend_tariff_serving(vend, store, here.parent, (enum vend_utility)row->utility, row->meter_class,
                               row->valid_from_unix_s, tariff);
}

/* The tariff of a row at its beginning, or what serves from above when it has none: TARIFF_NOT_ASSIGNED. */
static mv_status meaning(struct vend *vend, struct store *store, const struct store_tariff_assignment *row,
                         int64_t at_unix_s, struct vend_tariff_version *tariff)
{
    struct store_tariff version;
    if (row->tariff[0] == '\0')
        return served_from_above(vend, store, row, tariff);
    mv_status status = store_tariff_in_force(store, row->tariff, at_unix_s, &version);
    if (!status.ok && status.reason == MV_TARIFF_UNKNOWN)
        return mv_fail(MV_TARIFF_NOT_ASSIGNED, NULL);
    MV_TRY(status);
    return vend_tariff_from_row(&version, tariff);
}

/* Compared with what two people agreed to last, or what was said first; else with what serves from above. Where nothing
 * served, nothing could be sold, and the tariff itself took two people. */
static mv_status compare(struct vend *vend, struct store *store, struct store_tariff_assignment *row)
{
    struct vend_tariff_version before;
    struct vend_tariff_version after;
    struct store_tariff_assignment agreed = *row;
    mv_status status = store_tariff_assigned_agreed(store, &agreed);
    MV_TRY(unless(status, MV_TARIFF_NOT_ASSIGNED));
    status = meaning(vend, store, &agreed, row->valid_from_unix_s, &before);
    if (!status.ok)
        return unless(status, MV_TARIFF_NOT_ASSIGNED);
    status = meaning(vend, store, row, row->valid_from_unix_s, &after);
    MV_TRY(unless(status, MV_TARIFF_NOT_ASSIGNED));
    if (!status.ok && row->tariff[0] == '\0')
        return mv_ok(); /* nothing is sold any more */
    const char *doubt = status.ok ? vend_tariff_doubt(&before, &after) : "tariff";
    vend_copy(row->doubt, sizeof row->doubt, doubt == NULL ? "" : doubt);
    return mv_ok();
}

/* The same as was said last and not dismissed: nothing changes, unless that waits for somebody like the caller. False:
 * it is something new. */
static mv_status again(struct store *store, struct assigning *assigning, int64_t principal, struct vend_change *change,
                       bool *same)
{
    const struct vend_assignment_request *asked = assigning->asked;
    struct store_tariff_assignment last = assigning->row;
    const int64_t now_unix_s = change->now_us / 1000000;
    mv_status status = store_tariff_assigned_last(store, &last);
    MV_TRY(unless(status, MV_TARIFF_NOT_ASSIGNED));
    bool waits = status.ok && last.doubt[0] != '\0' && last.approver == 0;
    bool over = waits && vend_tariff_waited(last.assigned_at_unix_s, now_unix_s);
    *same = !over && strcmp(last.tariff, asked->tariff) == 0 &&
            (asked->valid_from_unix_s == 0 || asked->valid_from_unix_s == last.valid_from_unix_s);
    if (!*same)
        return mv_ok();
    if (waits && last.principal != principal) {
        MV_TRY(store_tariff_assignment_approve(store, &last, principal, now_unix_s));
        MV_TRY(store_tariff_assigned_last(store, &last));
        change->changed = true;
    }
    assigning->row = last;
    return mv_ok();
}

static mv_status assign(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct assigning *assigning = change->arg;
    const struct vend_assignment_request *asked = assigning->asked;
    struct vend_identity identity;
    struct store_organisation organisation;
    struct store_tariff_assignment *row = &assigning->row;
    const int64_t now_unix_s = change->now_us / 1000000;
    bool same = false;
    MV_TRY(vend_may_call(&vend->directory, assigning->principal, VEND_ASSIGN_TARIFF, &identity));
    MV_TRY(vend_form_name(asked->organisation, STORE_NAME, "organisation"));
    MV_TRY(vend_form_name(asked->meter_class, STORE_METER_CLASS, "meter_class"));
    if (asked->utility < VEND_ELECTRICITY || asked->utility > VEND_TIME)
        return mv_fail(MV_INVALID_FIELD, "utility");
    MV_TRY(vend_organisation_by_name(&vend->directory, asked->organisation, "organisation", &organisation));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_ASSIGN_TARIFF, organisation.id, ""));
    MV_TRY(check_serves(vend, store, asked, organisation.id));
    *row = (struct store_tariff_assignment){.organisation = organisation.id, .utility = (uint8_t)asked->utility};
    vend_copy(row->meter_class, sizeof row->meter_class, asked->meter_class);
    MV_TRY(again(store, assigning, identity.id, change, &same));
    if (!same) {
        row->valid_from_unix_s = asked->valid_from_unix_s == 0 ? now_unix_s : asked->valid_from_unix_s;
        if (!vend_tariff_may_begin(row->valid_from_unix_s, now_unix_s))
            return mv_fail(MV_INVALID_FIELD, "valid_from_unix_s");
        vend_copy(row->tariff, sizeof row->tariff, asked->tariff);
        MV_TRY(compare(vend, store, row));
        MV_TRY(store_tariff_assign(store, row, identity.id, now_unix_s));
        MV_TRY(store_tariff_assigned_last(store, row));
        change->changed = true;
    }
    if (change->changed)
        vend_note_detail(&change->record, "utility=%u class=%s tariff=%s valid_from=%" PRId64 " doubt=%s approves=%s",
                         row->utility, row->meter_class, row->tariff[0] != '\0' ? row->tariff : "-",
                         row->valid_from_unix_s, row->doubt[0] != '\0' ? row->doubt : "-", same ? "yes" : "no");
    return mv_ok();
}

mv_status vend_assign_tariff(struct vend *vend, const struct vend_caller *caller,
                             const struct vend_assignment_request *request, struct store_tariff_assignment *assigned)
{
    struct assigning assigning = {.principal = caller->principal, .asked = request};
    MV_TRY(vend_change_call(vend, caller, VEND_ASSIGN_TARIFF, request->organisation, assign, &assigning));
    *assigned = assigning.row;
    return mv_ok();
}
