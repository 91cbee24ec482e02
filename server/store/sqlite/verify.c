#include <string.h>

#include "store/sqlite/engine.h"

static mv_status get(struct store *store, enum sql_name name, int64_t id, struct store_verify *verify)
{
    bool row;
    memset(verify, 0, sizeof *verify);
    struct sql sql = sql_read(store, name);
    sql_put_int(&sql, id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_ok();
    verify->wrong = sql_get_u32(&sql);
    verify->locked_until_unix_s = sql_get_int(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

static mv_status put(struct store *store, enum sql_name name, int64_t id, const struct store_verify *verify,
                     enum mv_reason unknown)
{
    struct sql sql = sql_write(store, name);
    sql_put_int(&sql, id);
    sql_put_int(&sql, verify->wrong);
    sql_put_int(&sql, verify->locked_until_unix_s);
    mv_status status = sql_run(&sql);
    return sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY) ? mv_fail(unknown, NULL) : status;
}

mv_status store_verify_get(struct store *store, int64_t meter, struct store_verify *verify)
{
    return get(store, SQL_VERIFY_GET, meter, verify);
}

mv_status store_verify_put(struct store *store, int64_t meter, const struct store_verify *verify)
{
    return put(store, SQL_VERIFY_PUT, meter, verify, MV_METER_UNKNOWN);
}

mv_status store_principal_verify_get(struct store *store, int64_t principal, struct store_verify *verify)
{
    return get(store, SQL_PRINCIPAL_VERIFY_GET, principal, verify);
}

mv_status store_principal_verify_put(struct store *store, int64_t principal, const struct store_verify *verify)
{
    return put(store, SQL_PRINCIPAL_VERIFY_PUT, principal, verify, MV_PRINCIPAL_UNKNOWN);
}
