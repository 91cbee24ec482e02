#include "store/sqlite/engine.h"

mv_status store_organisations(struct store *store, store_organisation_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_ORGANISATIONS);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_organisation organisation;
        organisation.id = sql_get_int(&sql);
        organisation.parent = sql_get_int(&sql);
        sql_get_text(&sql, organisation.name, sizeof organisation.name);
        mv_status status = sql_row_ok(&sql);
        if (status.ok)
            status = each(self, &organisation);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

static mv_status explain(mv_status status)
{
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE))
        return mv_fail(MV_ORGANISATION_EXISTS, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY) || sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_ORGANISATION_UNKNOWN, "parent");
    return status;
}

mv_status store_organisation_insert(struct store *store, struct store_organisation *row)
{
    if (row->name[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "name");
    struct sql sql = sql_write(store, SQL_ORGANISATION_INSERT);
    sql_put_int(&sql, row->parent);
    sql_put_text(&sql, row->name);
    MV_TRY(explain(sql_run(&sql)));
    row->id = sqlite3_last_insert_rowid(store->db);
    return mv_ok();
}

mv_status store_grants(struct store *store, store_grant_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_GRANTS);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_grant grant;
        grant.organisation = sql_get_int(&sql);
        sql_get_text(&sql, grant.sgc, sizeof grant.sgc);
        mv_status status = sql_row_ok(&sql);
        if (status.ok)
            status = each(self, &grant);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

mv_status store_grant_put(struct store *store, const struct store_grant *row, bool granted)
{
    struct sql sql = sql_write(store, granted ? SQL_GRANT_INSERT : SQL_GRANT_DELETE);
    sql_put_int(&sql, row->organisation);
    sql_put_text(&sql, row->sgc);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY))
        return mv_fail(MV_ORGANISATION_UNKNOWN, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_INVALID_FIELD, "sgc");
    return status;
}
