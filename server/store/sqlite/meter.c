#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/sqlite/engine.h"

static void get_wanted(struct sql *sql, struct store_meter *meter)
{
    sql_get_text(sql, meter->wanted_sgc, sizeof meter->wanted_sgc);
    meter->wanted_krn = sql_get_u8(sql);
    meter->wanted_kt = sql_get_u8(sql);
    meter->wanted_ti = (int16_t)sql_get_int(sql); /* the schema keeps it in -1..99 */
    meter->has_wanted =
        meter->wanted_sgc[0] != '\0' || meter->wanted_krn != 0 || meter->wanted_kt != 0 || meter->wanted_ti >= 0;
}

static mv_status get_meter(struct sql *sql, struct store_meter *meter)
{
    meter->id = sql_get_int(sql);
    sql_get_text(sql, meter->pan, sizeof meter->pan);
    meter->organisation = sql_get_int(sql);
    meter->utility = sql_get_u8(sql);
    meter->state = sql_get_u8(sql);
    sql_get_text(sql, meter->sgc, sizeof meter->sgc);
    meter->krn = sql_get_u8(sql);
    meter->ti = sql_get_u8(sql);
    meter->kt = sql_get_u8(sql);
    meter->ken = sql_get_u8(sql);
    meter->ea = sql_get_u8(sql);
    meter->dkga = sql_get_u8(sql);
    meter->base_date = sql_get_u16(sql);
    meter->last_tid = sql_get_u64(sql);
    meter->registered_at_unix_s = sql_get_int(sql);
    meter->currency = sql_get_bool(sql);
    meter->pending_change = sql_get_int(sql);
    get_wanted(sql, meter);
    meter->key_version = sql_get_u32(sql);
    meter->last_sale = sql_get_int(sql);
    return sql_row_ok(sql);
}

static mv_status one_meter(struct sql *sql, struct store_meter *meter)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_METER_UNKNOWN, NULL);
    mv_status status = get_meter(sql, meter);
    sql_done(sql);
    return status;
}

mv_status store_meter_by_pan(struct store *store, const char *pan, struct store_meter *meter)
{
    struct sql sql = sql_read(store, SQL_METER_BY_PAN);
    sql_put_text(&sql, pan);
    return one_meter(&sql, meter);
}

mv_status store_meter_by_id(struct store *store, int64_t id, struct store_meter *meter)
{
    struct sql sql = sql_read(store, SQL_METER_BY_ID);
    sql_put_int(&sql, id);
    return one_meter(&sql, meter);
}

/* The schema raises key_version with every change of state, key, wishes or pending change; the rest of a row stays. */
static mv_status follow(struct sql *sql, struct store_meter *meter)
{
    bool same = sql_get_int(sql) == meter->organisation;
    same = sql_get_u8(sql) == meter->state && same;
    same = sql_get_u32(sql) == meter->key_version && same;
    uint64_t last_tid = sql_get_u64(sql);
    int64_t last_sale = sql_get_int(sql);
    MV_TRY(sql_row_ok(sql));
    if (!same)
        return mv_fail(MV_METER_CHANGED, NULL);
    meter->last_tid = last_tid;
    meter->last_sale = last_sale;
    return mv_ok();
}

mv_status store_meter_follow(struct store *store, struct store_meter *meter)
{
    bool row;
    struct sql sql = sql_read(store, SQL_METER_FOLLOW);
    sql_put_int(&sql, meter->id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_METER_UNKNOWN, NULL);
    mv_status status = follow(&sql, meter);
    sql_done(&sql);
    return status;
}

static mv_status insert_row(struct store *store, const struct store_meter *meter)
{
    struct sql sql = sql_write(store, SQL_METER_INSERT);
    sql_put_text(&sql, meter->pan);
    sql_put_int(&sql, meter->organisation);
    sql_put_int(&sql, meter->utility);
    sql_put_int(&sql, meter->state);
    sql_put_text(&sql, meter->sgc);
    sql_put_int(&sql, meter->krn);
    sql_put_int(&sql, meter->ti);
    sql_put_int(&sql, meter->kt);
    sql_put_int(&sql, meter->ken);
    sql_put_int(&sql, meter->ea);
    sql_put_int(&sql, meter->dkga);
    sql_put_int(&sql, meter->base_date);
    sql_put_int(&sql, meter->registered_at_unix_s);
    sql_put_int(&sql, meter->currency);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE))
        return mv_fail(MV_METER_EXISTS, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY))
        return mv_fail(MV_ORGANISATION_UNKNOWN, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_INVALID_FIELD, "pan or sgc");
    return status;
}

mv_status store_meter_insert(struct store *store, struct store_meter *meter)
{
    if (meter->last_tid > INT64_MAX)
        return mv_fail(MV_INVALID_FIELD, "last_tid");
    MV_TRY(insert_row(store, meter));
    meter->id = sqlite3_last_insert_rowid(store->db);
    struct sql sql = sql_write(store, SQL_METER_TID_INSERT);
    sql_put_int(&sql, meter->id);
    sql_put_u64(&sql, meter->last_tid);
    return sql_run(&sql);
}

mv_status store_meter_assign(struct store *store, int64_t meter, const struct store_wanted *wanted)
{
    struct sql sql = sql_write(store, SQL_METER_ASSIGN);
    sql_put_text(&sql, wanted->sgc);
    sql_put_int(&sql, wanted->krn);
    sql_put_int(&sql, wanted->kt);
    sql_put_int(&sql, wanted->ti);
    sql_put_int(&sql, meter);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_INVALID_FIELD, "key");
    MV_TRY(status);
    return sqlite3_changes(store->db) == 1 ? mv_ok() : mv_fail(MV_METER_UNKNOWN, NULL);
}

char *sqlite_number_list(const int64_t *numbers, size_t count)
{
    enum { LONGEST = 21 }; /* sign, 19 digits, comma */
    if (count > (SIZE_MAX - 3) / LONGEST)
        return NULL;
    size_t size = count * LONGEST + 3;
    char *list = malloc(size);
    if (list == NULL)
        return NULL;
    size_t used = 0;
    list[used++] = '[';
    for (size_t i = 0; i < count; i++) {
        int length = snprintf(list + used, size - used, "%s%" PRId64, i == 0 ? "" : ",", numbers[i]);
        used += (size_t)length;
    }
    list[used++] = ']';
    list[used] = '\0';
    return list;
}

static mv_status walk(struct sql *sql, store_meter_fn *each, void *self)
{
    for (;;) {
        bool row;
        MV_TRY(sql_step(sql, &row));
        if (!row)
            return mv_ok();
        struct store_meter meter;
        mv_status status = get_meter(sql, &meter);
        if (status.ok)
            status = each(self, &meter);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

mv_status store_meters(struct store *store, const struct store_meter_filter *filter, store_meter_fn *each, void *self)
{
    char *organisations = sqlite_number_list(filter->organisations, filter->organisation_count);
    if (organisations == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "meter list");
    struct sql sql = sql_read(store, SQL_METERS);
    sql_put_text(&sql, filter->after_pan);
    sql_put_text(&sql, filter->sgc);
    sql_put_text(&sql, organisations);
    sql_put_u64(&sql, filter->limit);
    sql_put_int(&sql, filter->krn);
    sql_put_int(&sql, filter->pending_only);
    mv_status status = walk(&sql, each, self);
    free(organisations);
    return status;
}
