#include "store/sqlite/engine.h"

static mv_status get_approval(struct sql *sql, struct store_approval *approval)
{
    approval->id = sql_get_int(sql);
    approval->proposal = sql_get_int(sql);
    approval->principal = sql_get_int(sql);
    sql_get_blob_up_to(sql, approval->certificate, sizeof approval->certificate, &approval->certificate_size);
    sql_get_blob_up_to(sql, approval->signature, sizeof approval->signature, &approval->signature_size);
    approval->approved_at_unix_s = sql_get_int(sql);
    return sql_row_ok(sql);
}

static mv_status explain(mv_status status)
{
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER))
        return mv_fail(MV_SAME_OFFICER, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_INVALID_FIELD, "approval");
    return status;
}

mv_status store_approval_insert(struct store *store, struct store_approval *approval)
{
    struct store_proposal proposal;
    if (approval->certificate_size > sizeof approval->certificate ||
        approval->signature_size > sizeof approval->signature)
        return mv_fail(MV_INVALID_FIELD, "approval");
    MV_TRY(store_proposal_get(store, approval->proposal, &proposal));
    struct sql sql = sql_write(store, SQL_APPROVAL_INSERT);
    sql_put_int(&sql, approval->proposal);
    sql_put_int(&sql, approval->principal);
    sql_put_blob(&sql, approval->certificate, approval->certificate_size);
    sql_put_blob(&sql, approval->signature, approval->signature_size);
    sql_put_int(&sql, approval->approved_at_unix_s);
    MV_TRY(explain(sql_run(&sql)));
    approval->id = sqlite3_last_insert_rowid(store->db);
    return mv_ok();
}

mv_status store_approvals(struct store *store, int64_t proposal, store_approval_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_APPROVALS);
    sql_put_int(&sql, proposal);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_approval approval;
        mv_status status = get_approval(&sql, &approval);
        if (status.ok)
            status = each(self, &approval);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

mv_status store_approval_covering(struct store *store, const struct store_move *move, store_good_approval_fn *good,
                                  void *self, struct store_proposal *proposal, struct store_approval *approval)
{
    struct sql sql = sql_read(store, SQL_APPROVAL_COVERING);
    sql_put_text(&sql, move->pan);
    sql_put_text(&sql, move->from_sgc);
    sql_put_text(&sql, move->to_sgc);
    sql_put_int(&sql, move->now_unix_s);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_fail(MV_APPROVAL_MISSING, NULL);
        sqlite_get_proposal(&sql, proposal);
        mv_status status = get_approval(&sql, approval);
        if (status.ok && !good(self, proposal, approval))
            continue;
        sql_done(&sql);
        return status;
    }
}
