/* Which tariff serves whom, and one shown. */
#include "vending/internal.h"
#include "vending/tariff_parts.h"
#include "vending/tree.h"

bool vend_lies_below(struct vend_directory *directory, int64_t above, int64_t below)
{
    pthread_rwlock_rdlock(&directory->lock);
    bool covers = vend_tree_covers(directory->tree, above, below);
    pthread_rwlock_unlock(&directory->lock);
    return covers;
}

static void fill_dismissal(struct vend *vend, const struct store_dismissal *row, struct vend_dismissal *dismissal)
{
    *dismissal = (struct vend_dismissal){.at_unix_s = row->at_unix_s};
    if (row->principal != 0)
        vend_principal_name(&vend->directory, row->principal, dismissal->by);
    vend_copy(dismissal->reason, sizeof dismissal->reason, row->reason);
}

static enum vend_tariff_state state_of(const char *doubt, int64_t approver, const struct store_dismissal *dismissal)
{
    if (dismissal->principal != 0)
        return dismissal->reason[0] == '\0' ? VEND_TARIFF_WITHDRAWN : VEND_TARIFF_REJECTED;
    return doubt[0] != '\0' && approver == 0 ? VEND_TARIFF_PENDING : VEND_TARIFF_APPROVED;
}

mv_status vend_tariff_fill(struct vend *vend, const struct store_tariff *row, struct vend_tariff *tariff)
{
    *tariff = (struct vend_tariff){.put_at_unix_s = row->put_at_unix_s, .approved_at_unix_s = row->approved_at_unix_s};
    MV_TRY(vend_tariff_from_row(row, &tariff->version));
    vend_organisation_name(&vend->directory, row->organisation, tariff->organisation);
    vend_principal_name(&vend->directory, row->principal, tariff->put_by);
    if (row->approver != 0)
        vend_principal_name(&vend->directory, row->approver, tariff->approved_by);
    vend_copy(tariff->doubt, sizeof tariff->doubt, row->doubt);
    fill_dismissal(vend, &row->dismissal, &tariff->dismissal);
    tariff->state = state_of(row->doubt, row->approver, &row->dismissal);
    return mv_ok();
}

void vend_assignment_fill(struct vend *vend, const struct store_tariff_assignment *row,
                          struct vend_assignment *assignment)
{
    *assignment = (struct vend_assignment){.row = *row};
    vend_organisation_name(&vend->directory, row->organisation, assignment->organisation);
    vend_principal_name(&vend->directory, row->principal, assignment->assigned_by);
    if (row->approver != 0)
        vend_principal_name(&vend->directory, row->approver, assignment->approved_by);
    fill_dismissal(vend, &row->dismissal, &assignment->dismissal);
    assignment->state = state_of(row->doubt, row->approver, &row->dismissal);
}

static void not_before(int64_t *since, int64_t unix_s)
{
    *since = unix_s > *since ? unix_s : *since;
}

mv_status vend_tariff_served(struct vend *vend, struct store *store, int64_t organisation, enum vend_utility utility,
                             const char *meter_class, int64_t at_unix_s, struct vend_served *served)
{
    struct store_tariff row;
    struct store_tariff_assignment assignment = {.utility = (uint8_t)utility};
    vend_copy(assignment.meter_class, sizeof assignment.meter_class, meter_class);
    mv_status status = mv_fail(MV_TARIFF_NOT_ASSIGNED, NULL);
    served->since_unix_s = 0;
    for (int64_t id = organisation; id != 0 && !status.ok && status.reason == MV_TARIFF_NOT_ASSIGNED;) {
        struct store_organisation here;
        MV_TRY(vend_organisation_by_id(&vend->directory, id, &here));
        assignment.organisation = id;
        status = store_tariff_assigned(store, at_unix_s, &assignment);
        not_before(&served->since_unix_s, assignment.since_unix_s);
        id = here.parent;
    }
    MV_TRY(status);
    status = store_tariff_in_force(store, assignment.tariff, at_unix_s, &row);
    if (!status.ok && status.reason == MV_TARIFF_UNKNOWN)
        return mv_fail(MV_TARIFF_NOT_ASSIGNED, "version"); /* none has begun and is approved */
    MV_TRY(status);
    not_before(&served->since_unix_s, row.valid_from_unix_s);
    not_before(&served->since_unix_s, row.put_at_unix_s);
    not_before(&served->since_unix_s, row.approved_at_unix_s);
    return vend_tariff_from_row(&row, &served->tariff);
}

mv_status vend_tariff_serving(struct vend *vend, struct store *store, int64_t organisation, enum vend_utility utility,
                              const char *meter_class, int64_t at_unix_s, struct vend_tariff_version *tariff)
{
    struct vend_served served;
    MV_TRY(vend_tariff_served(vend, store, organisation, utility, meter_class, at_unix_s, &served));
    *tariff = served.tariff;
    return mv_ok();
}

bool vend_tariff_visible(struct vend *vend, const struct vend_identity *identity, int64_t organisation)
{
    return vend_lies_below(&vend->directory, identity->organisation, organisation) ||
           vend_lies_below(&vend->directory, organisation, identity->organisation);
}

static mv_status get(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t version,
                     struct vend_tariff *tariff)
{
    struct vend_identity identity;
    struct store *store = NULL;
    struct store_tariff row;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_TARIFF, &identity));
    MV_TRY(vend_form_name(name, STORE_NAME, "name"));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_tariff_get(store, name, version, &row);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    MV_TRY(status);
    if (!vend_tariff_visible(vend, &identity, row.organisation))
        return mv_fail(MV_ORGANISATION_DENIED, NULL);
    return vend_tariff_fill(vend, &row, tariff);
}

mv_status vend_get_tariff(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t version,
                          struct vend_tariff *tariff)
{
    mv_status status = get(vend, caller, name, version, tariff);
    return vend_told(VEND_GET_TARIFF, vend_answer(vend, caller, VEND_GET_TARIFF, name, status));
}
