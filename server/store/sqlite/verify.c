#include <string.h>

#include "store/sqlite/engine.h"

mv_status store_verify_get(struct store *store, int64_t meter, struct store_verify *verify)
{
    bool row;
    memset(verify, 0, sizeof *verify);
    struct sql sql = sql_read(store, SQL_VERIFY_GET);
    sql_put_int(&sql, meter);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_ok();
    verify->wrong = sql_get_u32(&sql);
    verify->locked_until_unix_s = sql_get_int(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_verify_put(struct store *store, int64_t meter, const struct store_verify *verify)
{
    struct sql sql = sql_write(store, SQL_VERIFY_PUT);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, verify->wrong);
    sql_put_int(&sql, verify->locked_until_unix_s);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY))
        return mv_fail(MV_METER_UNKNOWN, NULL);
    return status;
}
