#include "store/debts.h"

#include "store/sqlite/debt_row.h"

static mv_status get_debt(struct sql *sql, struct store_debt *debt)
{
    debt->id = sql_get_int(sql);
    debt->account = sql_get_int(sql);
    debt->outstanding = sql_get_int(sql);
    debt->taken_at_unix_s = sql_get_int(sql);
    debt->terms.priority = sql_get_u8(sql);
    sql_get_text(sql, debt->terms.label, sizeof debt->terms.label);
    debt->terms.rule = sql_get_u8(sql);
    debt->terms.amount = sql_get_int(sql);
    debt->terms.percent_e4 = sql_get_int(sql);
    return sql_row_ok(sql);
}

mv_status sqlite_each_debt(struct sql *sql, store_debt_fn *each, void *self)
{
    for (;;) {
        bool row;
        MV_TRY(sql_step(sql, &row));
        if (!row)
            return mv_ok();
        struct store_debt debt;
        mv_status status = get_debt(sql, &debt);
        if (status.ok)
            status = each(self, &debt);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

mv_status store_debt_get(struct store *store, int64_t id, struct store_debt *debt)
{
    bool row;
    struct sql sql = sql_read(store, SQL_DEBT_GET);
    sql_put_int(&sql, id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_DEBT_UNKNOWN, NULL);
    mv_status status = get_debt(&sql, debt);
    sql_done(&sql);
    return status;
}

mv_status store_debts(struct store *store, int64_t account, bool all, store_debt_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_DEBTS);
    sql_put_int(&sql, account);
    sql_put_int(&sql, all);
    return sqlite_each_debt(&sql, each, self);
}

/* ---- acts ---- */
static mv_status one_number(struct sql *sql, int64_t *number)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
    *number = sql_get_int(sql);
    mv_status status = sql_row_ok(sql);
    sql_done(sql);
    return status;
}

mv_status store_deposit_get(struct store *store, int64_t account, int64_t *held)
{
    struct sql sql = sql_read(store, SQL_DEPOSIT_GET);
    sql_put_int(&sql, account);
    return one_number(&sql, held);
}

static mv_status insert_debt(struct store *store, struct store_act *act)
{
    struct sql sql = sql_write(store, SQL_DEBT_INSERT);
    sql_put_int(&sql, act->account);
    sql_put_int(&sql, act->at_unix_s);
    MV_TRY(sql_run(&sql));
    act->debt = sqlite3_last_insert_rowid(store->db);
    act->owed = 0;
    return mv_ok();
}

static mv_status insert_terms(struct store *store, const struct store_act *act, const struct store_debt_terms *terms)
{
    struct sql sql = sql_write(store, SQL_DEBT_TERMS_INSERT);
    sql_put_int(&sql, act->id);
    sql_put_int(&sql, act->debt);
    sql_put_int(&sql, terms->priority);
    sql_put_text(&sql, terms->label);
    sql_put_int(&sql, terms->rule);
    sql_put_int(&sql, terms->amount);
    sql_put_int(&sql, terms->percent_e4);
    return sql_run(&sql);
}

static bool adds_debt(const struct store_act *act)
{
    return act->kind == STORE_ACT_DEBT_ADDED || act->kind == STORE_ACT_DEBT_MOVED_HERE;
}

/* What holds before the act. */
static mv_status find_before(struct store *store, struct store_act *act)
{
    struct store_account_month month;
    struct store_debt debt;
    MV_TRY(store_account_month_get(store, act->account, &month));
    act->balance = month.balance;
    MV_TRY(store_deposit_get(store, act->account, &act->deposit));
    struct sql sql = sql_read(store, SQL_ACT_NEXT);
    MV_TRY(one_number(&sql, &act->id));
    act->owed = 0;
    if (adds_debt(act))
        return insert_debt(store, act);
    if (act->debt == 0)
        return mv_ok();
    MV_TRY(store_debt_get(store, act->debt, &debt));
    act->owed = debt.outstanding;
    return debt.account == act->account ? mv_ok() : mv_fail(MV_DEBT_UNKNOWN, NULL);
}

/* Which of the three an act raises (1) or lowers (-1). */
static void signs_of(const struct store_act *act, int *balance, int *deposit, int *owed)
{
    const bool own = act->payment == STORE_PAY_BALANCE;
    *balance = *deposit = *owed = 0;
    switch ((enum store_act_kind)act->kind) {
    case STORE_ACT_DEBT_ADDED:
    case STORE_ACT_DEBT_MOVED_HERE:
        *owed = 1;
        break;
    case STORE_ACT_DEBT_CHANGED:
        break;
    case STORE_ACT_DEBT_PAID:
        *balance = own ? -1 : 0;
        *owed = -1;
        break;
    case STORE_ACT_DEBT_WRITTEN_OFF:
    case STORE_ACT_DEBT_MOVED_AWAY:
        *owed = -1;
        break;
    case STORE_ACT_DEPOSIT_TAKEN:
        *balance = own ? -1 : 0;
        *deposit = 1;
        break;
    case STORE_ACT_DEPOSIT_RETURNED:
        *balance = own ? 1 : 0;
        *deposit = -1;
        break;
    case STORE_ACT_PAID_OUT:
        *balance = -1;
        break;
    case STORE_ACT_PAID_IN:
    case STORE_ACT_CLAIM_PAID:
        *balance = 1;
        break;
    }
}

static mv_status move(int64_t *held, int sign, int64_t amount, enum mv_reason too_small)
{
    static const int64_t MOST = INT64_C(1000000000000000); /* VEND_MONEY_MOST */
    if (sign < 0 && *held < amount)
        return mv_fail(too_small, "amount");
    if (sign > 0 && *held > MOST - amount)
        return mv_fail(MV_MONEY_TOO_MUCH, "amount");
    *held += sign * amount;
    return mv_ok();
}

static mv_status insert_act(struct store *store, const struct store_act *act)
{
    struct sql sql = sql_write(store, SQL_ACT_INSERT);
    sql_put_int(&sql, act->id);
    sql_put_int(&sql, act->principal);
    sql_put_text(&sql, act->request_id);
    sql_put_blob(&sql, act->digest, sizeof act->digest);
    sql_put_int(&sql, act->account);
    sql_put_int(&sql, act->kind);
    sql_put_int(&sql, act->amount);
    sql_put_reference(&sql, act->debt);
    sql_put_reference(&sql, act->other);
    sql_put_int(&sql, act->payment);
    sql_put_text(&sql, act->terminal);
    sql_put_text(&sql, act->reason);
    sql_put_int(&sql, act->balance);
    sql_put_int(&sql, act->deposit);
    sql_put_int(&sql, act->owed);
    sql_put_int(&sql, act->at_unix_s);
    return sql_run(&sql);
}

mv_status store_act_insert(struct store *store, struct store_act *act, const struct store_debt_terms *terms)
{
    int balance, deposit, owed;
    MV_TRY(find_before(store, act));
    signs_of(act, &balance, &deposit, &owed);
    MV_TRY(move(&act->owed, owed, act->amount, MV_OWED_LESS));
    MV_TRY(move(&act->deposit, deposit, act->amount, MV_DEPOSIT_TOO_SMALL));
    MV_TRY(move(&act->balance, balance, act->amount, MV_BALANCE_TOO_SMALL));
    if (terms != NULL)
        MV_TRY(insert_terms(store, act, terms));
    mv_status status = insert_act(store, act);
    return sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE) ? mv_fail(MV_REQUEST_ID_REUSED, NULL) : status;
}

static mv_status one_act(struct sql *sql, struct store_act *act, bool *found)
{
    MV_TRY(sql_step(sql, found));
    if (!*found)
        return mv_ok();
    *act = (struct store_act){.id = sql_get_int(sql)};
    act->principal = sql_get_int(sql);
    sql_get_text(sql, act->request_id, sizeof act->request_id);
    sql_get_blob(sql, act->digest, sizeof act->digest);
    act->account = sql_get_int(sql);
    act->kind = sql_get_u8(sql);
    act->amount = sql_get_int(sql);
    act->debt = sql_get_int(sql);
    act->other = sql_get_int(sql);
    act->payment = sql_get_u8(sql);
    sql_get_text(sql, act->terminal, sizeof act->terminal);
    sql_get_text(sql, act->reason, sizeof act->reason);
    act->balance = sql_get_int(sql);
    act->deposit = sql_get_int(sql);
    act->owed = sql_get_int(sql);
    act->at_unix_s = sql_get_int(sql);
    mv_status status = sql_row_ok(sql);
    sql_done(sql);
    return status;
}

mv_status store_act_get(struct store *store, int64_t id, struct store_act *act)
{
    bool found;
    struct sql sql = sql_read(store, SQL_ACT_GET);
    sql_put_int(&sql, id);
    MV_TRY(one_act(&sql, act, &found));
    return found ? mv_ok() : mv_fail(MV_SLIP_UNKNOWN, NULL);
}

mv_status store_act_by_request(struct store *store, int64_t principal, const char *request_id, struct store_act *act,
                               bool *found)
{
    struct sql sql = sql_read(store, SQL_ACT_BY_REQUEST);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    return one_act(&sql, act, found);
}
