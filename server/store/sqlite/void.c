#include "store/voids.h"

#include "store/sqlite/engine.h"

mv_status store_void_insert(struct store *store, int64_t meter, uint16_t epoch, uint32_t voided_by, uint32_t sequence)
{
    struct sql sql = sql_write(store, SQL_VOID_INSERT);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, voided_by);
    sql_put_int(&sql, sequence);
    MV_TRY(sql_run(&sql));
    return sqlite3_changes(store->db) == 1 ? mv_ok() : mv_fail(MV_RECORD_UNKNOWN, NULL);
}

mv_status store_void_exists(struct store *store, int64_t record, bool *voided)
{
    struct sql sql = sql_read(store, SQL_VOID_EXISTS);
    sql_put_int(&sql, record);
    return sql_exists(&sql, voided);
}

mv_status store_sale_is_void(struct store *store, int64_t sale, bool *is_void)
{
    struct sql sql = sql_read(store, SQL_SALE_IS_VOID);
    sql_put_int(&sql, sale);
    return sql_exists(&sql, is_void);
}

static mv_status get_void(struct sql *sql, struct store_void *row)
{
    row->record = sql_get_int(sql);
    row->voided_by = sql_get_u32(sql);
    row->sequence = sql_get_u32(sql);
    row->amount = sql_get_int(sql);
    row->principal = sql_get_int(sql);
    sql_get_text(sql, row->request_id, sizeof row->request_id);
    row->taken = sql_get_bool(sql);
    return sql_row_ok(sql);
}

static mv_status each_void(struct sql *sql, store_void_fn *each, void *self)
{
    for (;;) {
        bool found;
        struct store_void row;
        MV_TRY(sql_step(sql, &found));
        if (!found)
            return mv_ok();
        mv_status status = get_void(sql, &row);
        if (status.ok)
            status = each(self, &row);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

mv_status store_voids_waiting(struct store *store, int64_t meter, uint16_t epoch, uint32_t voided_by,
                              store_void_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_VOIDS_WAITING);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, voided_by);
    return each_void(&sql, each, self);
}

mv_status store_voids_ended(struct store *store, const struct store_return *row, store_void_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_VOIDS_ENDED);
    sql_put_int(&sql, row->meter);
    sql_put_int(&sql, row->epoch);
    sql_put_int(&sql, row->sequence);
    return each_void(&sql, each, self);
}

mv_status store_void_end(struct store *store, int64_t record, const struct store_return *row, bool taken)
{
    struct sql sql = sql_write(store, SQL_VOID_END);
    sql_put_int(&sql, record);
    sql_put_int(&sql, row->meter);
    sql_put_int(&sql, row->epoch);
    sql_put_int(&sql, row->sequence);
    sql_put_int(&sql, taken);
    return sql_run(&sql);
}

mv_status store_purchases_sum(struct store *store, int64_t meter, uint16_t epoch, uint32_t sequence, int64_t *sum,
                              uint32_t *count)
{
    bool row;
    struct sql sql = sql_read(store, SQL_PURCHASES_SUM);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, sequence);
    MV_TRY(sql_step(&sql, &row));
    *sum = sql_get_int(&sql);
    *count = sql_get_u32(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}
