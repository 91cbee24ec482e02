#include <string.h>

#include "vending/internal.h"

struct edit {
    const char *caller;
    const char *name;
    const char *organisation;
    uint32_t roles;
    bool enabled;
};

static void describe(struct vend_change *change, const char *organisation, uint32_t roles, bool enabled)
{
    vend_note_detail(&change->record, "organisation=%s enabled=%s roles=", organisation, enabled ? "yes" : "no");
    for (int role = VEND_VENDOR; role <= VEND_ROLE_LAST; role++)
        if ((roles & vend_role_bit((enum vend_role)role)) != 0)
            vend_note_detail(&change->record, "%s", vend_role_name((enum vend_role)role));
}

static mv_status put(struct store *store, struct vend_change *change, struct store_principal *row,
                     const char *organisation)
{
    MV_TRY(store_principal_put(store, row));
    describe(change, organisation, row->roles, row->enabled);
    change->changed = true;
    change->directory_changed = true;
    return mv_ok();
}

static mv_status create(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct edit *edit = change->arg;
    struct vend_identity identity;
    struct store_organisation organisation;
    struct store_principal row;
    MV_TRY(vend_may_call(&vend->directory, edit->caller, VEND_CREATE_PRINCIPAL, &identity));
    MV_TRY(vend_form_name(edit->name, STORE_NAME, "name"));
    MV_TRY(vend_form_name(edit->organisation, STORE_NAME, "organisation"));
    MV_TRY(vend_form_roles(edit->roles));
    MV_TRY(vend_organisation_by_name(&vend->directory, edit->organisation, "organisation", &organisation));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_CREATE_PRINCIPAL, organisation.id, ""));
    if (vend_principal_by_name(&vend->directory, edit->name, &row).ok) {
        bool same = row.organisation == organisation.id && row.roles == edit->roles;
        return same ? mv_ok() : mv_fail(MV_PRINCIPAL_EXISTS, "name");
    }
    if (vend_catalogue_reserves(&vend->catalogue, edit->name))
        return mv_fail(MV_PRINCIPAL_EXISTS, "name");
    row = (struct store_principal){.organisation = organisation.id, .roles = edit->roles, .enabled = true};
    vend_copy(row.name, sizeof row.name, edit->name);
    return put(store, change, &row, organisation.name);
}

/* Somebody must be left who can let others in again. */
static mv_status keep_an_officer(struct vend *vend, const struct store_principal *before, uint32_t roles, bool enabled)
{
    uint32_t officer = vend_role_bit(VEND_OFFICER);
    bool is_one = before->organisation == vend_root(&vend->directory) && before->enabled && (before->roles & officer);
    bool stays_one = enabled && (roles & officer) != 0;
    if (is_one && !stays_one && vend_count_root_officers(&vend->directory) == 1)
        return mv_fail(MV_LAST_OFFICER, NULL);
    return mv_ok();
}

static mv_status update(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct edit *edit = change->arg;
    struct vend_identity identity;
    struct store_organisation organisation;
    struct store_principal row;
    MV_TRY(vend_may_call(&vend->directory, edit->caller, VEND_UPDATE_PRINCIPAL, &identity));
    MV_TRY(vend_form_name(edit->name, STORE_NAME, "name"));
    MV_TRY(vend_form_roles(edit->roles));
    MV_TRY(vend_principal_by_name(&vend->directory, edit->name, &row));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_UPDATE_PRINCIPAL, row.organisation, ""));
    MV_TRY(vend_organisation_by_id(&vend->directory, row.organisation, &organisation));
    /* or an officer could sell: who gives rights away gets none from it */
    if (row.id == identity.id && row.roles != edit->roles)
        return mv_fail(MV_OWN_RIGHTS, "roles");
    MV_TRY(keep_an_officer(vend, &row, edit->roles, edit->enabled));
    if (row.roles == edit->roles && row.enabled == edit->enabled)
        return mv_ok();
    row.roles = edit->roles;
    row.enabled = edit->enabled;
    return put(store, change, &row, organisation.name);
}

static mv_status read_back(struct vend *vend, const char *name, struct vend_principal *out)
{
    struct store_principal row;
    MV_TRY(vend_principal_by_name(&vend->directory, name, &row));
    vend_principal_fill(&vend->directory, &row, out);
    return mv_ok();
}

mv_status vend_create_principal(struct vend *vend, const struct vend_caller *caller, const char *name,
                                const char *organisation, uint32_t roles, struct vend_principal *principal)
{
    struct edit edit = {.caller = caller->principal, .name = name, .organisation = organisation, .roles = roles};
    MV_TRY(vend_change_call(vend, caller, VEND_CREATE_PRINCIPAL, name, create, &edit));
    return read_back(vend, name, principal);
}

mv_status vend_update_principal(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t roles,
                                bool enabled, struct vend_principal *principal)
{
    struct edit edit = {.caller = caller->principal, .name = name, .roles = roles, .enabled = enabled};
    MV_TRY(vend_change_call(vend, caller, VEND_UPDATE_PRINCIPAL, name, update, &edit));
    return read_back(vend, name, principal);
}

mv_status vend_who_am_i(struct vend *vend, const struct vend_caller *caller, struct vend_principal *principal)
{
    struct vend_identity identity;
    mv_status status = vend_may_call(&vend->directory, caller->principal, VEND_WHO_AM_I, &identity);
    if (status.ok)
        return read_back(vend, identity.name, principal);
    return vend_answer(vend, caller, VEND_WHO_AM_I, NULL, status);
}

static mv_status list_principals(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                                 const char *page_token, struct vend_principal_list *list)
{
    struct vend_identity identity;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_PRINCIPALS, &identity));
    MV_TRY(vend_form_page(&page_size));
    if (page_token[0] != '\0' && !vend_form_name(page_token, STORE_NAME, "page_token").ok)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    vend_principals_page(&vend->directory, identity.organisation, page_token, page_size, list);
    return mv_ok();
}

mv_status vend_list_principals(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                               const char *page_token, struct vend_principal_list *list)
{
    mv_status status = list_principals(vend, caller, page_size, page_token, list);
    return vend_answer(vend, caller, VEND_LIST_PRINCIPALS, NULL, status);
}
