/* Tariff versions read back. */
#include "store/sqlite/engine.h"
#include "store/sqlite/tariff_parts.h"
#include "store/tariffs.h"

static void get_version(struct sql *sql, struct store_tariff *tariff)
{
    *tariff = (struct store_tariff){.id = sql_get_int(sql)};
    sql_get_text(sql, tariff->name, sizeof tariff->name);
    tariff->version = sql_get_u32(sql);
    tariff->organisation = sql_get_int(sql);
    tariff->utility = sql_get_u8(sql);
    tariff->kind = sql_get_u8(sql);
    tariff->valid_from_unix_s = sql_get_int(sql);
    tariff->free_units_per_month = sql_get_int(sql);
    tariff->free_carry_months = sql_get_u32(sql);
    tariff->fixed_charge_per_month = sql_get_int(sql);
    tariff->minimum_purchase = sql_get_int(sql);
    tariff->maximum_purchase = sql_get_int(sql);
    tariff->round_to = sql_get_int(sql);
    tariff->rounding = sql_get_u8(sql);
    sql_get_text(sql, tariff->doubt, sizeof tariff->doubt);
    tariff->principal = sql_get_int(sql);
    tariff->put_at_unix_s = sql_get_int(sql);
    tariff->approver = sql_get_int(sql);
    tariff->approved_at_unix_s = sql_get_int(sql);
    sqlite_get_dismissal(sql, &tariff->dismissal);
}

static mv_status get_parts(struct store *store, struct store_tariff *tariff)
{
    struct sql sql = sql_read(store, SQL_TARIFF_PARTS);
    sql_put_int(&sql, tariff->id);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        if (tariff->part_count == STORE_TARIFF_PARTS) {
            sql_done(&sql);
            return mv_fail(MV_LEDGER_CORRUPT, "tariff_part");
        }
        struct store_tariff_part *part = &tariff->parts[tariff->part_count++];
        part->kind = sql_get_u8(&sql);
        sql_get_text(&sql, part->name, sizeof part->name);
        part->a = sql_get_int(&sql);
        part->b = sql_get_int(&sql);
        mv_status status = sql_row_ok(&sql);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

static mv_status get_one(struct sql *sql, struct store_tariff *tariff)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_TARIFF_UNKNOWN, NULL);
    get_version(sql, tariff);
    sql_done(sql);
    MV_TRY(sql_row_ok(sql));
    return get_parts(sql->store, tariff);
}

mv_status store_tariff_get(struct store *store, const char *name, uint32_t version, struct store_tariff *tariff)
{
    struct sql sql = sql_read(store, SQL_TARIFF_GET);
    sql_put_text(&sql, name);
    sql_put_int(&sql, version);
    return get_one(&sql, tariff);
}

mv_status store_tariff_in_force(struct store *store, const char *name, int64_t at_unix_s, struct store_tariff *tariff)
{
    struct sql sql = sql_read(store, SQL_TARIFF_IN_FORCE);
    sql_put_text(&sql, name);
    sql_put_int(&sql, at_unix_s);
    return get_one(&sql, tariff);
}

mv_status store_tariff_agreed(struct store *store, const char *name, struct store_tariff *tariff)
{
    struct sql sql = sql_read(store, SQL_TARIFF_AGREED);
    sql_put_text(&sql, name);
    return get_one(&sql, tariff);
}

mv_status store_tariffs(struct store *store, const struct store_tariff_filter *filter, size_t limit,
                        store_tariff_fn *each, void *self)
{
    struct sql sql = sql_read(store, filter->waiting ? SQL_TARIFFS_WAITING : SQL_TARIFFS);
    sql_put_text(&sql, filter->after_name);
    sql_put_int(&sql, filter->after_version);
    if (filter->waiting)
        sql_put_int(&sql, filter->since_unix_s);
    sql_put_u64(&sql, limit);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_tariff tariff;
        get_version(&sql, &tariff);
        mv_status status = sql_row_ok(&sql);
        if (status.ok)
            status = get_parts(store, &tariff);
        if (status.ok)
            status = each(self, &tariff);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}
