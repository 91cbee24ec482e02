#include "store/sqlite/engine.h"

mv_status store_principals(struct store *store, store_principal_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_PRINCIPALS);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_principal principal;
        principal.id = sql_get_int(&sql);
        principal.organisation = sql_get_int(&sql);
        sql_get_text(&sql, principal.name, sizeof principal.name);
        principal.roles = sql_get_u32(&sql);
        principal.enabled = sql_get_bool(&sql);
        mv_status status = sql_row_ok(&sql);
        if (status.ok)
            status = each(self, &principal);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

mv_status store_principal_put(struct store *store, struct store_principal *row)
{
    if (row->name[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "name");
    struct sql sql = sql_write(store, row->id == 0 ? SQL_PRINCIPAL_INSERT : SQL_PRINCIPAL_UPDATE);
    sql_put_int(&sql, row->organisation);
    sql_put_text(&sql, row->name);
    sql_put_int(&sql, row->roles);
    sql_put_int(&sql, row->enabled);
    if (row->id != 0)
        sql_put_int(&sql, row->id);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE))
        return mv_fail(MV_PRINCIPAL_EXISTS, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY))
        return mv_fail(MV_ORGANISATION_UNKNOWN, NULL);
    if (!status.ok)
        return status;
    if (sqlite3_changes(store->db) != 1)
        return mv_fail(MV_PRINCIPAL_UNKNOWN, "id");
    if (row->id == 0)
        row->id = sqlite3_last_insert_rowid(store->db);
    return mv_ok();
}
