#include "store/claims.h"

#include "store/sqlite/engine.h"
#include "store/voids.h"

mv_status store_sale_confirm(struct store *store, int64_t sale, int64_t now_unix_s, bool *fresh)
{
    bool confirmed;
    struct store_claim claim;
    struct sql found = sql_read(store, SQL_SALE_CONFIRMED);
    sql_put_int(&found, sale);
    MV_TRY(sql_exists(&found, &confirmed));
    *fresh = !confirmed;
    if (confirmed)
        return mv_ok();
    mv_status reversed = store_claim_of_sale(store, sale, &claim);
    if (reversed.ok || reversed.reason != MV_CLAIM_UNKNOWN)
        return reversed.ok ? mv_fail(MV_SALE_REVERSED, NULL) : reversed;
    struct sql sql = sql_write(store, SQL_SALE_CONFIRM);
    sql_put_int(&sql, sale);
    sql_put_int(&sql, now_unix_s);
    return sql_run(&sql);
}

mv_status store_request_check(struct store *store, int64_t principal, const char *request_id)
{
    bool cancelled;
    struct sql sql = sql_read(store, SQL_REQUEST_CANCELLED);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    MV_TRY(sql_exists(&sql, &cancelled));
    return cancelled ? mv_fail(MV_REQUEST_CANCELLED, NULL) : mv_ok();
}

mv_status store_request_cancel(struct store *store, int64_t principal, const char *request_id, int64_t now_unix_s,
                               bool *fresh)
{
    mv_status before = store_request_check(store, principal, request_id);
    *fresh = before.ok;
    if (!before.ok)
        return before.reason == MV_REQUEST_CANCELLED ? mv_ok() : before;
    struct sql sql = sql_write(store, SQL_REQUEST_CANCEL);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    sql_put_int(&sql, now_unix_s);
    mv_status status = sql_run(&sql);
    return sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER) ? mv_fail(MV_SALE_MADE, NULL) : status;
}

/* ---- claims ---- */
static mv_status get_claim(struct sql *sql, struct store_claim *claim)
{
    claim->id = sql_get_int(sql);
    claim->kind = sql_get_u8(sql);
    claim->account = sql_get_int(sql);
    claim->meter = sql_get_int(sql);
    claim->sale = sql_get_int(sql);
    claim->amount = sql_get_int(sql);
    sql_get_text(sql, claim->reason, sizeof claim->reason);
    claim->principal = sql_get_int(sql);
    claim->at_unix_s = sql_get_int(sql);
    claim->approvals = sql_get_u32(sql);
    claim->act = sql_get_int(sql);
    claim->paid_sale = sql_get_int(sql);
    claim->proven = sql_get_bool(sql);
    return sql_row_ok(sql);
}

static mv_status one_claim(struct sql *sql, struct store_claim *claim)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_CLAIM_UNKNOWN, NULL);
    mv_status status = get_claim(sql, claim);
    sql_done(sql);
    return status;
}

mv_status store_claim_get(struct store *store, int64_t id, struct store_claim *claim)
{
    struct sql sql = sql_read(store, SQL_CLAIM_GET);
    sql_put_int(&sql, id);
    return one_claim(&sql, claim);
}

mv_status store_claim_of_sale(struct store *store, int64_t sale, struct store_claim *claim)
{
    struct sql sql = sql_read(store, SQL_CLAIM_OF_SALE);
    sql_put_int(&sql, sale);
    return one_claim(&sql, claim);
}

mv_status store_claims(struct store *store, int64_t account, store_claim_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_CLAIMS);
    sql_put_int(&sql, account);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_claim claim;
        mv_status status = get_claim(&sql, &claim);
        if (status.ok)
            status = each(self, &claim);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

/* Whoever confirmed one has no credit of it where a return shows that no meter ever takes it. */
static mv_status check_sale(struct store *store, int64_t sale)
{
    bool confirmed, is_void;
    struct store_claim other;
    struct sql sql = sql_read(store, SQL_SALE_CONFIRMED);
    sql_put_int(&sql, sale);
    MV_TRY(sql_exists(&sql, &confirmed));
    MV_TRY(store_sale_is_void(store, sale, &is_void));
    if (confirmed && !is_void)
        return mv_fail(MV_SALE_CONFIRMED, NULL);
    mv_status found = store_claim_of_sale(store, sale, &other);
    if (found.ok)
        return mv_fail(MV_SALE_REVERSED, NULL);
    return found.reason == MV_CLAIM_UNKNOWN ? mv_ok() : found;
}

mv_status store_claim_insert(struct store *store, struct store_claim *claim)
{
    if (claim->kind == STORE_CLAIM_SALE)
        MV_TRY(check_sale(store, claim->sale));
    struct sql sql = sql_write(store, SQL_CLAIM_INSERT);
    sql_put_int(&sql, claim->kind);
    sql_put_int(&sql, claim->account);
    sql_put_int(&sql, claim->meter);
    sql_put_reference(&sql, claim->sale);
    sql_put_int(&sql, claim->amount);
    sql_put_text(&sql, claim->reason);
    sql_put_int(&sql, claim->principal);
    sql_put_int(&sql, claim->at_unix_s);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE))
        return mv_fail(MV_CLAIM_NOT_DUE, NULL);
    claim->id = sqlite3_last_insert_rowid(store->db);
    return status;
}

mv_status store_claim_approve(struct store *store, const struct store_claim *claim, int64_t principal,
                              int64_t now_unix_s, bool *fresh)
{
    bool approved;
    if (claim->principal == principal)
        return mv_fail(MV_CLAIM_SAME_PERSON, NULL);
    struct sql found = sql_read(store, SQL_CLAIM_APPROVED);
    sql_put_int(&found, claim->id);
    sql_put_int(&found, principal);
    MV_TRY(sql_exists(&found, &approved));
    *fresh = !approved;
    if (approved)
        return mv_ok();
    struct sql sql = sql_write(store, SQL_CLAIM_APPROVE);
    sql_put_int(&sql, claim->id);
    sql_put_int(&sql, principal);
    sql_put_int(&sql, now_unix_s);
    return sql_run(&sql);
}

mv_status store_free_issue_insert(struct store *store, int64_t sale, const char *reason, int64_t claim)
{
    struct sql sql = sql_write(store, SQL_FREE_ISSUE_INSERT);
    sql_put_int(&sql, sale);
    sql_put_text(&sql, reason);
    sql_put_reference(&sql, claim);
    mv_status status = sql_run(&sql);
    bool refused = sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER) ||
                   sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE) ||
                   sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY);
    return refused ? mv_fail(MV_CLAIM_NOT_DUE, NULL) : status;
}

mv_status store_free_issue_reason(struct store *store, int64_t sale, char reason[STORE_ACT_REASON + 1])
{
    bool row;
    struct sql sql = sql_read(store, SQL_FREE_ISSUE_REASON);
    sql_put_int(&sql, sale);
    reason[0] = '\0';
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_ok();
    sql_get_text(&sql, reason, STORE_ACT_REASON + 1);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}
