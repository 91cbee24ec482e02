/* Tariffs put in and approved; the office's currency. */
#include "vending/tariffs.h"

#include <inttypes.h>
#include <string.h>

#include "vending/internal.h"
#include "vending/tariff_parts.h"

/* ---- currency ---- */
struct setting {
    const char *principal;
    const struct store_office *office;
};

static bool same_office(const struct store_office *a, const struct store_office *b)
{
    return strcmp(a->currency, b->currency) == 0 && a->minor_digits == b->minor_digits &&
           a->utc_offset_min == b->utc_offset_min;
}

static mv_status set_office(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct setting *setting = change->arg;
    const struct store_office *office = setting->office;
    struct vend_identity identity;
    struct store_office before;
    MV_TRY(vend_may_call(&vend->directory, setting->principal, VEND_SET_OFFICE, &identity));
    mv_status status = store_office_get(store, &before);
    if (status.ok)
        return same_office(&before, office) ? mv_ok() : mv_fail(MV_CURRENCY_SET, NULL);
    if (status.reason != MV_CURRENCY_NOT_SET)
        return status;
    MV_TRY(store_office_insert(store, office, identity.id, change->now_us / 1000000));
    vend_note_detail(&change->record, "currency=%s digits=%u utc_offset_min=%" PRId32, office->currency,
                     office->minor_digits, office->utc_offset_min);
    change->changed = true;
    return mv_ok();
}

mv_status vend_set_office(struct vend *vend, const struct vend_caller *caller, const struct store_office *office)
{
    struct setting setting = {caller->principal, office};
    return vend_change_call(vend, caller, VEND_SET_OFFICE, NULL, set_office, &setting);
}

mv_status vend_get_office(struct vend *vend, const struct vend_caller *caller, struct store_office *office)
{
    struct vend_identity identity;
    struct store *store = NULL;
    mv_status status = vend_may_call(&vend->directory, caller->principal, VEND_GET_OFFICE, &identity);
    if (status.ok)
        status = vend_reader_take(&vend->readers, &store);
    if (store != NULL) {
        status = store_office_get(store, office);
        vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    }
    return vend_answer(vend, caller, VEND_GET_OFFICE, NULL, status);
}

/* ---- a version put in ---- */
struct putting {
    const char *principal;
    const char *organisation;
    const struct vend_tariff_version *version;
    struct store_tariff row;
};

static bool same_parts(const struct store_tariff *a, const struct store_tariff *b)
{
    if (a->part_count != b->part_count)
        return false;
    for (size_t i = 0; i < a->part_count; i++) {
        const struct store_tariff_part *p = &a->parts[i];
        const struct store_tariff_part *q = &b->parts[i];
        if (p->kind != q->kind || p->a != q->a || p->b != q->b || strcmp(p->name, q->name) != 0)
            return false;
    }
    return true;
}

/* All that is said; not who said it, when, and under which number. */
static bool same_version(const struct store_tariff *a, const struct store_tariff *b)
{
    return a->organisation == b->organisation && a->utility == b->utility && a->kind == b->kind &&
           a->rounding == b->rounding && a->valid_from_unix_s == b->valid_from_unix_s &&
           a->free_units_per_month == b->free_units_per_month && a->free_carry_months == b->free_carry_months &&
           a->fixed_charge_per_month == b->fixed_charge_per_month && a->minimum_purchase == b->minimum_purchase &&
           a->maximum_purchase == b->maximum_purchase && a->round_to == b->round_to && same_parts(a, b);
}

static mv_status found_or_none(mv_status status)
{
    return !status.ok && status.reason == MV_TARIFF_UNKNOWN ? mv_ok() : status;
}

/* It begins after the version in force, and takes the place of those that have not begun; it is compared with the one
 * that two people agreed to last. */
static mv_status compare(struct store *store, const struct vend_tariff_version *version, int64_t now_unix_s,
                         struct store_tariff *row)
{
    struct store_tariff before;
    struct store_tariff agreed_row;
    struct vend_tariff_version agreed;
    mv_status status = store_tariff_in_force(store, version->name, now_unix_s, &before);
    MV_TRY(found_or_none(status));
    if (status.ok && version->valid_from_unix_s <= before.valid_from_unix_s)
        return mv_fail(MV_TARIFF_INVALID, "valid_from_unix_s");
    /* the first in force may say an earlier date: it is not in force before it is approved */
    bool first = !status.ok && version->valid_from_unix_s <= now_unix_s;
    if (!first && !vend_tariff_may_begin(version->valid_from_unix_s, now_unix_s))
        return mv_fail(MV_TARIFF_INVALID, "valid_from_unix_s");
    status = store_tariff_agreed(store, version->name, &agreed_row);
    MV_TRY(found_or_none(status));
    if (status.ok)
        MV_TRY(vend_tariff_from_row(&agreed_row, &agreed));
    const char *doubt = vend_tariff_doubt(status.ok ? &agreed : NULL, version);
    vend_copy(row->doubt, sizeof row->doubt, doubt == NULL ? "" : doubt);
    return mv_ok();
}

/* It was dismissed, or waited too long: what is said again is something new. */
static bool is_over(const struct store_tariff *row, int64_t now_unix_s)
{
    bool waited = row->doubt[0] != '\0' && row->approver == 0 && vend_tariff_waited(row->put_at_unix_s, now_unix_s);
    return row->dismissal.principal != 0 || waited;
}

/* A bill names a charge by its name, and so does the file of a version. */
static mv_status check_names(const struct vend_tariff_version *version)
{
    for (size_t i = 0; i < version->period_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(version->periods[i].name, version->periods[j].name) == 0)
                return mv_fail(MV_TARIFF_INVALID, "periods.name");
    for (size_t i = 0; i < version->charge_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(version->charges[i].name, version->charges[j].name) == 0)
                return mv_fail(MV_TARIFF_INVALID, "charges.name");
    for (size_t i = 0; i < version->tax_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(version->taxes[i].name, version->taxes[j].name) == 0)
                return mv_fail(MV_TARIFF_INVALID, "taxes.name");
    return mv_ok();
}

static mv_status put(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct putting *putting = change->arg;
    struct vend_identity identity;
    struct store_organisation organisation;
    struct store_office office;
    struct store_tariff newest;
    struct store_tariff *row = &putting->row;
    MV_TRY(vend_may_call(&vend->directory, putting->principal, VEND_PUT_TARIFF, &identity));
    MV_TRY(vend_form_name(putting->version->name, STORE_NAME, "name"));
    MV_TRY(vend_form_name(putting->organisation, STORE_NAME, "organisation"));
    MV_TRY(vend_tariff_check(putting->version));
    MV_TRY(check_names(putting->version));
    MV_TRY(vend_organisation_by_name(&vend->directory, putting->organisation, "organisation", &organisation));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_PUT_TARIFF, organisation.id, ""));
    MV_TRY(store_office_get(store, &office));
    vend_tariff_to_row(putting->version, row);
    row->organisation = organisation.id;
    mv_status status = store_tariff_get(store, row->name, 0, &newest);
    if (status.ok && same_version(&newest, row) && !is_over(&newest, change->now_us / 1000000)) {
        *row = newest;
        return mv_ok();
    }
    if (!status.ok && status.reason != MV_TARIFF_UNKNOWN)
        return status;
    MV_TRY(compare(store, putting->version, change->now_us / 1000000, row));
    row->principal = identity.id;
    row->put_at_unix_s = change->now_us / 1000000;
    MV_TRY(store_tariff_insert(store, row));
    vend_note_detail(&change->record, "organisation=%s version=%" PRIu32 " valid_from=%" PRId64 " doubt=%s",
                     organisation.name, row->version, row->valid_from_unix_s, row->doubt[0] != '\0' ? row->doubt : "-");
    change->changed = true;
    return mv_ok();
}

mv_status vend_put_tariff(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                          const struct vend_tariff_version *version, struct vend_tariff *tariff)
{
    struct putting putting = {.principal = caller->principal, .organisation = organisation, .version = version};
    MV_TRY(vend_change_call(vend, caller, VEND_PUT_TARIFF, version->name, put, &putting));
    return vend_tariff_fill(vend, &putting.row, tariff);
}

/* ---- approved ---- */
struct approving {
    const char *principal;
    const char *name;
    uint32_t version;
    struct store_tariff row;
};

static mv_status approve(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct approving *approving = change->arg;
    struct vend_identity identity;
    MV_TRY(vend_may_call(&vend->directory, approving->principal, VEND_APPROVE_TARIFF, &identity));
    MV_TRY(vend_form_name(approving->name, STORE_NAME, "name"));
    if (approving->version == 0)
        return mv_fail(MV_INVALID_FIELD, "version");
    MV_TRY(store_tariff_get(store, approving->name, approving->version, &approving->row));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_APPROVE_TARIFF, approving->row.organisation, ""));
    if (vend_tariff_waited(approving->row.put_at_unix_s, change->now_us / 1000000))
        return mv_fail(MV_TARIFF_NOT_PENDING, "expired");
    MV_TRY(store_tariff_approve(store, &approving->row, identity.id, change->now_us / 1000000));
    vend_note_detail(&change->record, "version=%" PRIu32 " doubt=%s", approving->version, approving->row.doubt);
    change->changed = true;
    return store_tariff_get(store, approving->name, approving->version, &approving->row);
}

mv_status vend_approve_tariff(struct vend *vend, const struct vend_caller *caller, const char *name, uint32_t version,
                              struct vend_tariff *tariff)
{
    struct approving approving = {.principal = caller->principal, .name = name, .version = version};
    MV_TRY(
        vend_told(VEND_APPROVE_TARIFF, vend_change_call(vend, caller, VEND_APPROVE_TARIFF, name, approve, &approving)));
    return vend_tariff_fill(vend, &approving.row, tariff);
}
