#include "store/tariffs.h"

#include "store/second_person.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/tariff_parts.h"

/* ---- the office ---- */
mv_status store_office_get(struct store *store, struct store_office *office)
{
    bool row;
    struct sql sql = sql_read(store, SQL_OFFICE_GET);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_CURRENCY_NOT_SET, NULL);
    sql_get_text(&sql, office->currency, sizeof office->currency);
    office->minor_digits = sql_get_u8(&sql);
    office->utc_offset_min = (int32_t)sql_get_int(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_office_insert(struct store *store, const struct store_office *office, int64_t principal,
                              int64_t at_unix_s)
{
    struct sql sql = sql_write(store, SQL_OFFICE_INSERT);
    sql_put_text(&sql, office->currency);
    sql_put_int(&sql, office->minor_digits);
    sql_put_int(&sql, office->utc_offset_min);
    sql_put_int(&sql, principal);
    sql_put_int(&sql, at_unix_s);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER))
        return mv_fail(MV_CURRENCY_SET, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_INVALID_FIELD, "office");
    return status;
}

/* ---- writing a version ---- */
static mv_status open_tariff(struct store *store, const struct store_tariff *tariff, int64_t *id)
{
    bool row;
    struct sql sql = sql_read(store, SQL_TARIFF_BY_NAME);
    sql_put_text(&sql, tariff->name);
    MV_TRY(sql_step(&sql, &row));
    if (row) {
        *id = sql_get_int(&sql);
        bool same = sql_get_int(&sql) == tariff->organisation && sql_get_u8(&sql) == tariff->utility;
        sql_done(&sql);
        MV_TRY(sql_row_ok(&sql));
        return same ? mv_ok() : mv_fail(MV_TARIFF_EXISTS, "name");
    }
    sql = sql_write(store, SQL_TARIFF_INSERT);
    sql_put_text(&sql, tariff->name);
    sql_put_int(&sql, tariff->organisation);
    sql_put_int(&sql, tariff->utility);
    MV_TRY(sql_run(&sql));
    *id = sqlite3_last_insert_rowid(store->db);
    return mv_ok();
}

/* Of the new version: its row's id and its number. */
static mv_status take_numbers(struct store *store, int64_t tariff, struct store_tariff *version)
{
    bool row;
    struct sql sql = sql_read(store, SQL_TARIFF_NEXT);
    sql_put_int(&sql, tariff);
    MV_TRY(sql_step(&sql, &row));
    version->id = sql_get_int(&sql);
    version->version = sql_get_u32(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

static mv_status insert_parts(struct store *store, const struct store_tariff *tariff)
{
    for (size_t i = 0; i < tariff->part_count; i++) {
        const struct store_tariff_part *part = &tariff->parts[i];
        struct sql sql = sql_write(store, SQL_TARIFF_PART_INSERT);
        sql_put_int(&sql, tariff->id);
        sql_put_u64(&sql, i + 1);
        sql_put_int(&sql, part->kind);
        sql_put_text(&sql, part->name);
        sql_put_int(&sql, part->a);
        sql_put_int(&sql, part->b);
        MV_TRY(sql_run(&sql));
    }
    return mv_ok();
}

mv_status store_tariff_insert(struct store *store, struct store_tariff *tariff)
{
    int64_t id = 0;
    MV_TRY(open_tariff(store, tariff, &id));
    MV_TRY(take_numbers(store, id, tariff));
    MV_TRY(insert_parts(store, tariff));
    struct sql sql = sql_write(store, SQL_TARIFF_VERSION_INSERT);
    sql_put_int(&sql, tariff->id);
    sql_put_int(&sql, id);
    sql_put_int(&sql, tariff->version);
    sql_put_int(&sql, tariff->kind);
    sql_put_int(&sql, tariff->valid_from_unix_s);
    sql_put_int(&sql, tariff->free_units_per_month);
    sql_put_int(&sql, tariff->free_carry_months);
    sql_put_int(&sql, tariff->fixed_charge_per_month);
    sql_put_int(&sql, tariff->minimum_purchase);
    sql_put_int(&sql, tariff->maximum_purchase);
    sql_put_int(&sql, tariff->round_to);
    sql_put_int(&sql, tariff->rounding);
    sql_put_u64(&sql, tariff->part_count);
    sql_put_text(&sql, tariff->doubt);
    sql_put_int(&sql, tariff->principal);
    sql_put_int(&sql, tariff->put_at_unix_s);
    return sql_run(&sql);
}

/* It is doubted, nobody has decided, and no later version is in force or will be. */
static mv_status waits_for_another(struct store *store, const struct store_tariff *tariff, bool *waits)
{
    struct store_tariff newest;
    mv_status status = store_tariff_in_force(store, tariff->name, INT64_MAX, &newest);
    if (!status.ok && status.reason != MV_TARIFF_UNKNOWN)
        return status;
    *waits = tariff->doubt[0] != '\0' && tariff->approver == 0 && tariff->dismissal.principal == 0 &&
             !(status.ok && newest.version > tariff->version);
    return mv_ok();
}

mv_status store_tariff_approve(struct store *store, const struct store_tariff *tariff, int64_t principal,
                               int64_t at_unix_s)
{
    bool waits = false;
    MV_TRY(waits_for_another(store, tariff, &waits));
    const struct store_second_person approval = {.waits = waits,
                                                 .first = tariff->principal,
                                                 .second = principal,
                                                 .not_waiting = MV_TARIFF_NOT_PENDING,
                                                 .same_person = MV_TARIFF_SAME_PERSON};
    MV_TRY(store_second_person_check(&approval));
    struct sql sql = sql_write(store, SQL_TARIFF_APPROVE);
    sql_put_int(&sql, tariff->id);
    sql_put_int(&sql, principal);
    sql_put_int(&sql, at_unix_s);
    return sql_run(&sql);
}

mv_status store_tariff_dismiss(struct store *store, const struct store_tariff *tariff,
                               const struct store_dismissal *dismissal)
{
    bool waits = false;
    MV_TRY(waits_for_another(store, tariff, &waits));
    const struct store_dismissal_of of = {.waits = waits, .id = tariff->id, .first = tariff->principal};
    return sqlite_dismiss(store, SQL_TARIFF_DISMISS, &of, dismissal);
}
