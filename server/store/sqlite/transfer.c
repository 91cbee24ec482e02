#include "store/transfers.h"

#include <string.h>

#include "store/sqlite/debt_row.h"

static void add_sales(struct sql *sql, struct store_halves *halves)
{
    bool later = sql_get_bool(sql);
    for (int what = STORE_PART_SALES; what <= STORE_PART_DEBTS_TAKEN; what++) {
        int64_t sum = sql_get_int(sql);
        if (later)
            halves->of[what].after = sum;
        else
            halves->of[what].before = sum;
    }
}

static mv_status get_sales(struct store *store, int64_t account, int64_t cut_unix_s, struct store_halves *halves)
{
    struct sql sql = sql_read(store, SQL_TRANSFER_SALES);
    sql_put_int(&sql, account);
    sql_put_int(&sql, cut_unix_s);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        add_sales(&sql, halves);
    }
}

static mv_status get_held(struct store *store, int64_t account, int64_t cut_unix_s, struct store_halves *halves)
{
    bool row;
    struct sql sql = sql_read(store, SQL_TRANSFER_HELD);
    sql_put_int(&sql, account);
    sql_put_int(&sql, cut_unix_s);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_INTERNAL_ERROR, "account");
    for (int what = STORE_PART_BALANCE; what <= STORE_PART_DEPOSIT; what++) {
        struct store_half *half = &halves->of[what];
        half->before = sql_get_int(&sql);
        half->after = sql_get_int(&sql) - half->before;
    }
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_transfer_debts(struct store *store, int64_t account, int64_t cut_unix_s, bool after,
                               store_debt_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_TRANSFER_DEBTS);
    sql_put_int(&sql, account);
    sql_put_int(&sql, cut_unix_s);
    sql_put_int(&sql, after);
    return sqlite_each_debt(&sql, each, self);
}

static mv_status add_owed(void *self, const struct store_debt *row)
{
    int64_t *owed = self;
    *owed += row->outstanding;
    return mv_ok();
}

mv_status store_halves_get(struct store *store, int64_t account, int64_t cut_unix_s, struct store_halves *halves)
{
    struct store_half *owed = &halves->of[STORE_PART_OWED];
    memset(halves, 0, sizeof *halves);
    MV_TRY(get_sales(store, account, cut_unix_s, halves));
    MV_TRY(get_held(store, account, cut_unix_s, halves));
    MV_TRY(store_transfer_debts(store, account, cut_unix_s, false, add_owed, &owed->before));
    return store_transfer_debts(store, account, cut_unix_s, true, add_owed, &owed->after);
}

static mv_status one_number(struct sql *sql, int64_t *number, bool *found)
{
    MV_TRY(sql_step(sql, found));
    if (!*found)
        return mv_ok();
    *number = sql_get_int(sql);
    mv_status status = sql_row_ok(sql);
    sql_done(sql);
    return status;
}

mv_status store_transfer_since(struct store *store, int64_t account, int64_t *unix_s)
{
    bool found;
    struct sql sql = sql_read(store, SQL_TRANSFER_SINCE);
    sql_put_int(&sql, account);
    MV_TRY(one_number(&sql, unix_s, &found));
    return found ? mv_ok() : mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
}

mv_status store_transfer_charged(struct store *store, int64_t next, int64_t *through, int64_t *cut_unix_s, bool *found)
{
    struct sql sql = sql_read(store, SQL_TRANSFER_TO);
    sql_put_int(&sql, next);
    MV_TRY(sql_step(&sql, found));
    if (!*found)
        return mv_ok();
    *through = sql_get_int(&sql);
    *cut_unix_s = sql_get_int(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_transfer_bought(struct store *store, int64_t next, int64_t month, int64_t *units)
{
    bool found;
    struct sql sql = sql_read(store, SQL_TRANSFER_BOUGHT);
    sql_put_int(&sql, next);
    sql_put_int(&sql, month);
    *units = 0;
    return one_number(&sql, units, &found);
}

static mv_status insert_part(struct store *store, const struct store_transfer *transfer, int what)
{
    struct sql sql = sql_write(store, SQL_TRANSFER_PART_INSERT);
    sql_put_int(&sql, transfer->account);
    sql_put_int(&sql, what);
    sql_put_int(&sql, transfer->halves.of[what].before);
    sql_put_int(&sql, transfer->halves.of[what].after);
    return sql_run(&sql);
}

mv_status store_transfer_insert(struct store *store, const struct store_transfer *transfer)
{
    struct sql sql = sql_write(store, SQL_TRANSFER_INSERT);
    sql_put_int(&sql, transfer->account);
    sql_put_int(&sql, transfer->next);
    sql_put_int(&sql, transfer->cut_unix_s);
    sql_put_int(&sql, transfer->balance);
    sql_put_int(&sql, transfer->charged_through);
    sql_put_int(&sql, transfer->principal);
    sql_put_int(&sql, transfer->at_unix_s);
    MV_TRY(sql_run(&sql));
    for (int what = STORE_PART_SALES; what < STORE_PARTS; what++)
        MV_TRY(insert_part(store, transfer, what));
    return mv_ok();
}

static mv_status get_parts(struct store *store, struct store_transfer *transfer)
{
    struct sql sql = sql_read(store, SQL_TRANSFER_PARTS);
    sql_put_int(&sql, transfer->account);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        int64_t what = sql_get_int(&sql);
        struct store_half half = {.before = sql_get_int(&sql)};
        half.after = sql_get_int(&sql);
        if (what >= STORE_PART_SALES && what < STORE_PARTS)
            transfer->halves.of[what] = half;
    }
}

mv_status store_transfer_get(struct store *store, int64_t account, struct store_transfer *transfer, bool *found)
{
    struct sql sql = sql_read(store, SQL_TRANSFER_GET);
    sql_put_int(&sql, account);
    MV_TRY(sql_step(&sql, found));
    if (!*found)
        return mv_ok();
    *transfer = (struct store_transfer){.account = sql_get_int(&sql)};
    transfer->next = sql_get_int(&sql);
    transfer->cut_unix_s = sql_get_int(&sql);
    transfer->balance = sql_get_int(&sql);
    transfer->charged_through = sql_get_int(&sql);
    transfer->principal = sql_get_int(&sql);
    transfer->at_unix_s = sql_get_int(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status.ok ? get_parts(store, transfer) : status;
}
