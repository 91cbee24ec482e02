#include "store/sqlite/engine.h"

void sqlite_get_proposal(struct sql *sql, struct store_proposal *proposal)
{
    proposal->id = sql_get_int(sql);
    sql_get_text(sql, proposal->text, sizeof proposal->text);
    sql_get_text(sql, proposal->from_sgc, sizeof proposal->from_sgc);
    sql_get_text(sql, proposal->to_sgc, sizeof proposal->to_sgc);
    sql_get_text(sql, proposal->pan, sizeof proposal->pan);
    proposal->expires_unix_s = sql_get_int(sql);
    proposal->proposer = sql_get_int(sql);
    proposal->proposed_at_unix_s = sql_get_int(sql);
}

mv_status store_proposal_insert(struct store *store, struct store_proposal *proposal)
{
    struct sql sql = sql_write(store, SQL_PROPOSAL_INSERT);
    sql_put_text(&sql, proposal->text);
    sql_put_text(&sql, proposal->from_sgc);
    sql_put_text(&sql, proposal->to_sgc);
    sql_put_text(&sql, proposal->pan);
    sql_put_int(&sql, proposal->expires_unix_s);
    sql_put_int(&sql, proposal->proposer);
    sql_put_int(&sql, proposal->proposed_at_unix_s);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_INVALID_FIELD, "proposal");
    MV_TRY(status);
    proposal->id = sqlite3_last_insert_rowid(store->db);
    return mv_ok();
}

mv_status store_proposal_get(struct store *store, int64_t id, struct store_proposal *proposal)
{
    bool row;
    struct sql sql = sql_read(store, SQL_PROPOSAL_GET);
    sql_put_int(&sql, id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_PROPOSAL_UNKNOWN, NULL);
    sqlite_get_proposal(&sql, proposal);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_proposals(struct store *store, int64_t before, size_t limit, store_proposal_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_PROPOSALS);
    sql_put_int(&sql, before == 0 ? INT64_MAX : before);
    sql_put_u64(&sql, limit);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_proposal proposal;
        sqlite_get_proposal(&sql, &proposal);
        mv_status status = sql_row_ok(&sql);
        if (status.ok)
            status = each(self, &proposal);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}
