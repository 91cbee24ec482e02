#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"

struct edit {
    const char *principal;
    const char *name;
    const char *parent;
    const char *sgc;
    bool granted;
};

static mv_status create(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct edit *edit = change->arg;
    struct vend_identity identity;
    struct store_organisation parent;
    struct store_organisation row = {0};
    MV_TRY(vend_may_call(&vend->directory, edit->principal, VEND_CREATE_ORGANISATION, &identity));
    MV_TRY(vend_form_name(edit->name, STORE_NAME, "name"));
    MV_TRY(vend_form_name(edit->parent, STORE_NAME, "parent"));
    MV_TRY(vend_organisation_by_name(&vend->directory, edit->parent, "parent", &parent));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_CREATE_ORGANISATION, parent.id, ""));
    if (vend_organisation_by_name(&vend->directory, edit->name, "name", &row).ok)
        return row.parent == parent.id ? mv_ok() : mv_fail(MV_ORGANISATION_EXISTS, "name");
    if (vend_count_organisations(&vend->directory) >= VEND_MAX_ORGANISATIONS)
        return mv_fail(MV_REQUEST_TOO_LARGE, "organisations");
    row = (struct store_organisation){.parent = parent.id};
    vend_copy(row.name, sizeof row.name, edit->name);
    MV_TRY(store_organisation_insert(store, &row));
    vend_note_detail(&change->record, "parent=%s", edit->parent);
    change->changed = true;
    change->directory_changed = true;
    return mv_ok();
}

static mv_status set_grant(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct edit *edit = change->arg;
    enum vend_call call = edit->granted ? VEND_GRANT_SUPPLY_GROUP : VEND_REVOKE_SUPPLY_GROUP;
    struct vend_identity identity;
    struct store_organisation organisation;
    MV_TRY(vend_may_call(&vend->directory, edit->principal, call, &identity));
    MV_TRY(vend_form_name(edit->name, STORE_NAME, "organisation"));
    MV_TRY(vend_form_sgc(edit->sgc));
    MV_TRY(vend_organisation_by_name(&vend->directory, edit->name, "organisation", &organisation));
    MV_TRY(vend_may_touch(&vend->directory, &identity, call, organisation.id, ""));
    if (edit->granted)
        MV_TRY(vend_may_grant(&vend->directory, &identity, edit->sgc));
    vend_note_detail(&change->record, "sgc=%s", edit->sgc);
    if (vend_has_grant(&vend->directory, organisation.id, edit->sgc) == edit->granted)
        return mv_ok();
    if (edit->granted && vend_count_grants(&vend->directory, organisation.id) >= VEND_MAX_GRANTS)
        return mv_fail(MV_REQUEST_TOO_LARGE, "supply_group_codes");
    struct store_grant row = {.organisation = organisation.id};
    vend_copy(row.sgc, sizeof row.sgc, edit->sgc);
    MV_TRY(store_grant_put(store, &row, edit->granted));
    change->changed = true;
    change->directory_changed = true;
    return mv_ok();
}

static mv_status read_back(struct vend *vend, const char *name, struct vend_organisation *out)
{
    struct store_organisation row;
    MV_TRY(vend_organisation_by_name(&vend->directory, name, "name", &row));
    vend_organisation_fill(&vend->directory, &row, out);
    return mv_ok();
}

mv_status vend_create_organisation(struct vend *vend, const struct vend_caller *caller, const char *name,
                                   const char *parent, struct vend_organisation *organisation)
{
    struct edit edit = {.principal = caller->principal, .name = name, .parent = parent};
    MV_TRY(vend_change_call(vend, caller, VEND_CREATE_ORGANISATION, name, create, &edit));
    return read_back(vend, name, organisation);
}

mv_status vend_grant(struct vend *vend, const struct vend_caller *caller, const char *organisation, const char *sgc,
                     bool granted, struct vend_organisation *after)
{
    enum vend_call call = granted ? VEND_GRANT_SUPPLY_GROUP : VEND_REVOKE_SUPPLY_GROUP;
    struct edit edit = {.principal = caller->principal, .name = organisation, .sgc = sgc, .granted = granted};
    MV_TRY(vend_change_call(vend, caller, call, organisation, set_grant, &edit));
    return read_back(vend, organisation, after);
}

static mv_status walk(struct vend *vend, const int64_t *ids, size_t count, vend_organisation_fn *each, void *self)
{
    struct vend_organisation organisation;
    struct store_organisation row;
    for (size_t i = 0; i < count; i++) {
        MV_TRY(vend_organisation_by_id(&vend->directory, ids[i], &row));
        vend_organisation_fill(&vend->directory, &row, &organisation);
        MV_TRY(each(self, &organisation));
    }
    return mv_ok();
}

mv_status vend_list_organisations(struct vend *vend, const struct vend_caller *caller, vend_organisation_fn *each,
                                  void *self)
{
    struct vend_identity identity;
    mv_status status = vend_may_call(&vend->directory, caller->principal, VEND_LIST_ORGANISATIONS, &identity);
    if (!status.ok)
        return vend_answer(vend, caller, VEND_LIST_ORGANISATIONS, NULL, status);
    int64_t *ids = calloc(VEND_MAX_ORGANISATIONS, sizeof *ids);
    if (ids == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    size_t count = vend_subtree(&vend->directory, identity.organisation, ids, VEND_MAX_ORGANISATIONS);
    status = walk(vend, ids, count, each, self);
    free(ids);
    return status;
}
