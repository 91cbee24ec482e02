#include "store/proofs.h"

#include "store/sqlite/engine.h"

mv_status store_read_mark_get(struct store *store, int64_t read_request, struct store_read_mark *mark)
{
    bool row;
    struct sql sql = sql_read(store, SQL_READ_MARK_GET);
    sql_put_int(&sql, read_request);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_RECORD_UNKNOWN, NULL);
    mark->account = sql_get_int(&sql);
    mark->token_made_since = sql_get_bool(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_return_used(struct store *store, const struct store_return *row, bool *used, bool *other_used)
{
    bool found;
    struct sql sql = sql_read(store, SQL_RETURN_USED);
    sql_put_int(&sql, row->sequence);
    sql_put_int(&sql, row->meter);
    sql_put_int(&sql, row->epoch);
    *used = *other_used = false;
    MV_TRY(sql_step(&sql, &found));
    if (!found)
        return mv_ok();
    *used = sql_get_bool(&sql);
    *other_used = !*used;
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_claim_prove(struct store *store, int64_t claim, const struct store_return *row)
{
    struct sql sql = sql_write(store, SQL_CLAIM_PROVE);
    sql_put_int(&sql, claim);
    sql_put_int(&sql, row->meter);
    sql_put_int(&sql, row->epoch);
    sql_put_int(&sql, row->sequence);
    return sql_run(&sql);
}

mv_status store_reversed_any(struct store *store, int64_t account, int64_t meter, bool *any)
{
    struct sql sql = sql_read(store, SQL_REVERSED_ANY);
    sql_put_int(&sql, account);
    sql_put_int(&sql, meter);
    return sql_exists(&sql, any);
}

mv_status store_bill_units_get(struct store *store, int64_t sale, struct store_bill_units *bill)
{
    bool row;
    struct sql sql = sql_read(store, SQL_BILL_UNITS);
    sql_put_int(&sql, sale);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_TOKEN_UNKNOWN, NULL);
    bill->previous = sql_get_int(&sql);
    bill->meter = sql_get_int(&sql);
    bill->units = sql_get_int(&sql);
    bill->energy = sql_get_int(&sql);
    bill->charges = sql_get_int(&sql);
    bill->taxes = sql_get_int(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}
