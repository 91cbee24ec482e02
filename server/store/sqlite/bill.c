#include "store/bills.h"

#include <string.h>

#include "store/sqlite/engine.h"

mv_status store_account_month_get(struct store *store, int64_t account, struct store_account_month *month)
{
    bool row;
    struct sql sql = sql_read(store, SQL_ACCOUNT_MONTH);
    sql_put_int(&sql, account);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
    month->bill = sql_get_int(&sql);
    month->month = sql_get_int(&sql);
    month->paid_units = sql_get_int(&sql);
    month->free_units = sql_get_int(&sql);
    month->charged_through = sql_get_int(&sql);
    month->entries = sql_get_int(&sql);
    month->balance = sql_get_int(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_account_free(struct store *store, int64_t account, int64_t first, int64_t *taken, size_t count)
{
    memset(taken, 0, count * sizeof *taken);
    struct sql sql = sql_read(store, SQL_ACCOUNT_FREE);
    sql_put_int(&sql, account);
    sql_put_int(&sql, first);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        int64_t month = sql_get_int(&sql);
        int64_t units = sql_get_int(&sql);
        if (month - first < (int64_t)count)
            taken[month - first] = units;
    }
}

mv_status store_meter_free(struct store *store, int64_t account, int64_t meter, int64_t month, int64_t *taken)
{
    bool row;
    struct sql sql = sql_read(store, SQL_METER_FREE);
    sql_put_int(&sql, account);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, month);
    MV_TRY(sql_step(&sql, &row));
    *taken = row ? sql_get_int(&sql) : 0;
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

static mv_status insert_line(struct store *store, int64_t sale, size_t number, const struct store_bill_line *line)
{
    struct sql sql = sql_write(store, SQL_BILL_LINE_INSERT);
    sql_put_int(&sql, sale);
    sql_put_u64(&sql, number);
    sql_put_int(&sql, line->kind);
    sql_put_text(&sql, line->label);
    sql_put_int(&sql, line->units);
    sql_put_int(&sql, line->months);
    sql_put_int(&sql, line->rate_e5);
    sql_put_int(&sql, line->percent_e4);
    sql_put_int(&sql, line->amount);
    sql_put_reference(&sql, line->debt);
    return sql_run(&sql);
}

mv_status store_bill_insert(struct store *store, const struct store_bill *bill)
{
    for (size_t i = 0; i < bill->line_count; i++)
        MV_TRY(insert_line(store, bill->sale, i + 1, &bill->lines[i]));
    struct sql sql = sql_write(store, SQL_BILL_INSERT);
    sql_put_int(&sql, bill->sale);
    sql_put_int(&sql, bill->account);
    sql_put_int(&sql, bill->account_version);
    sql_put_text(&sql, bill->tariff);
    sql_put_int(&sql, bill->tariff_version);
    sql_put_int(&sql, bill->after.month);
    sql_put_int(&sql, bill->free_units);
    sql_put_int(&sql, bill->paid_units);
    sql_put_int(&sql, bill->after.free_units);
    sql_put_int(&sql, bill->after.paid_units);
    sql_put_int(&sql, bill->after.charged_through);
    sql_put_int(&sql, bill->total);
    sql_put_int(&sql, bill->energy);
    sql_put_int(&sql, bill->charges);
    sql_put_int(&sql, bill->taxes);
    sql_put_int(&sql, bill->debts);
    sql_put_int(&sql, bill->payment);
    sql_put_int(&sql, bill->tendered);
    sql_put_int(&sql, bill->change_kept);
    sql_put_int(&sql, bill->after.balance);
    MV_TRY(sql_run(&sql));
    return sqlite3_changes(store->db) == 1 ? mv_ok() : mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
}

static void get_bill(struct sql *sql, struct store_bill *bill, struct store_bill_of *of)
{
    bill->account = sql_get_int(sql);
    bill->account_version = sql_get_u32(sql);
    sql_get_text(sql, bill->tariff, sizeof bill->tariff);
    bill->tariff_version = sql_get_u32(sql);
    bill->free_units = sql_get_int(sql);
    bill->paid_units = sql_get_int(sql);
    bill->sale = bill->after.bill = sql_get_int(sql);
    bill->after.month = sql_get_int(sql);
    bill->after.paid_units = sql_get_int(sql);
    bill->after.free_units = sql_get_int(sql);
    bill->after.charged_through = sql_get_int(sql);
    bill->after.balance = sql_get_int(sql);
    bill->total = sql_get_int(sql);
    bill->energy = sql_get_int(sql);
    bill->charges = sql_get_int(sql);
    bill->taxes = sql_get_int(sql);
    bill->debts = sql_get_int(sql);
    bill->payment = sql_get_u8(sql);
    bill->tendered = sql_get_int(sql);
    bill->change_kept = sql_get_bool(sql);
    sql_get_text(sql, of->number, sizeof of->number);
    sql_get_text(sql, of->customer, sizeof of->customer);
}

static mv_status get_line(struct sql *sql, struct store_bill *bill)
{
    if (bill->line_count == STORE_BILL_LINES)
        return mv_fail(MV_LEDGER_CORRUPT, "bill");
    struct store_bill_line *line = &bill->lines[bill->line_count++];
    line->kind = sql_get_u8(sql);
    sql_get_text(sql, line->label, sizeof line->label);
    line->units = sql_get_int(sql);
    line->months = sql_get_u32(sql);
    line->rate_e5 = sql_get_int(sql);
    line->percent_e4 = sql_get_int(sql);
    line->amount = sql_get_int(sql);
    line->debt = sql_get_int(sql);
    return sql_row_ok(sql);
}

static mv_status get_lines(struct store *store, struct store_bill *bill)
{
    struct sql sql = sql_read(store, SQL_BILL_LINES);
    sql_put_int(&sql, bill->sale);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        mv_status status = get_line(&sql, bill);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

mv_status store_bill_get(struct store *store, int64_t sale, struct store_bill *bill, struct store_bill_of *of)
{
    bool row;
    *bill = (struct store_bill){.line_count = 0};
    struct sql sql = sql_read(store, SQL_BILL_GET);
    sql_put_int(&sql, sale);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_TOKEN_UNKNOWN, NULL);
    get_bill(&sql, bill, of);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status.ok ? get_lines(store, bill) : status;
}
