#include "store/batches.h"

#include "store/sqlite/engine.h"

/* ---- reading ---- */
static mv_status read_sum(struct sql *sql, struct store_batch_sum *sum)
{
    sum->what = sql_get_u8(sql);
    sum->key = sql_get_u8(sql);
    sum->count = sql_get_u64(sql);
    sum->amount = sql_get_int(sql);
    return sql_row_ok(sql);
}

static mv_status add_sum(struct store_batch *batch, const struct store_batch_sum *sum)
{
    for (size_t i = 0; i < batch->sum_count; i++) {
        struct store_batch_sum *known = &batch->sums[i];
        if (known->what != sum->what || known->key != sum->key)
            continue;
        if (__builtin_add_overflow(known->amount, sum->amount, &known->amount))
            return mv_fail(MV_INTERNAL_ERROR, "batch sum");
        known->count += sum->count;
        return mv_ok();
    }
    if (batch->sum_count == STORE_BATCH_SUMS)
        return mv_fail(MV_LEDGER_CORRUPT, "batch sums");
    batch->sums[batch->sum_count++] = *sum;
    return mv_ok();
}

/* All rows of a bound statement. */
static mv_status add_sums(struct sql *sql, struct store_batch *batch)
{
    for (;;) {
        bool row;
        struct store_batch_sum sum;
        MV_TRY(sql_step(sql, &row));
        if (!row)
            return mv_ok();
        mv_status status = read_sum(sql, &sum);
        if (status.ok)
            status = add_sum(batch, &sum);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

static mv_status read_batch(struct store *store, struct sql *sql, struct store_batch *batch)
{
    bool row;
    *batch = (struct store_batch){.sum_count = 0};
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_BATCH_UNKNOWN, NULL);
    batch->id = sql_get_int(sql);
    batch->kind = sql_get_u8(sql);
    batch->organisation = sql_get_int(sql);
    sql_get_text(sql, batch->terminal, sizeof batch->terminal);
    batch->number = sql_get_u64(sql);
    batch->principal = sql_get_int(sql);
    sql_get_text(sql, batch->request_id, sizeof batch->request_id);
    batch->started_at_unix_s = sql_get_int(sql);
    batch->ended_by = sql_get_int(sql);
    batch->ended_at_unix_s = sql_get_int(sql);
    batch->ended = batch->ended_by != 0;
    sql_done(sql);
    MV_TRY(sql_row_ok(sql));
    struct sql sums = sql_read(store, SQL_BATCH_SUM_GET);
    sql_put_int(&sums, batch->id);
    return add_sums(&sums, batch);
}

mv_status store_batch_get(struct store *store, uint8_t kind, int64_t organisation, const char *terminal,
                          uint64_t number, struct store_batch *batch)
{
    struct sql sql = sql_read(store, SQL_BATCH_GET);
    sql_put_int(&sql, kind);
    sql_put_int(&sql, organisation);
    sql_put_text(&sql, terminal);
    sql_put_u64(&sql, number);
    return read_batch(store, &sql, batch);
}

static mv_status by_request(struct store *store, enum sql_name name, int64_t principal, const char *request_id,
                            struct store_batch *batch)
{
    struct sql sql = sql_read(store, name);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    return read_batch(store, &sql, batch);
}

mv_status store_batch_by_start(struct store *store, int64_t principal, const char *request_id,
                               struct store_batch *batch)
{
    return by_request(store, SQL_BATCH_BY_START, principal, request_id, batch);
}

mv_status store_batch_by_end(struct store *store, int64_t principal, const char *request_id, struct store_batch *batch)
{
    return by_request(store, SQL_BATCH_BY_END, principal, request_id, batch);
}

/* ---- starting ---- */
/* The last receipt of a till now; 0 of one that was never used, and for kinds that go on from the one before. */
static mv_status find_start(struct store *store, const struct store_batch *batch, int64_t *after)
{
    bool row;
    *after = 0;
    if (batch->kind > STORE_BATCH_SALES)
        return mv_ok();
    struct sql sql = sql_read(store, SQL_BATCH_AFTER);
    sql_put_int(&sql, batch->organisation);
    sql_put_text(&sql, batch->terminal);
    MV_TRY(sql_step(&sql, &row));
    if (row)
        *after = sql_get_int(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_batch_start(struct store *store, struct store_batch *batch)
{
    bool row;
    int64_t after;
    MV_TRY(find_start(store, batch, &after));
    struct sql sql = sql_write(store, SQL_BATCH_START);
    sql_put_int(&sql, batch->kind);
    sql_put_int(&sql, batch->organisation);
    sql_put_text(&sql, batch->terminal);
    sql_put_int(&sql, after);
    sql_put_int(&sql, batch->principal);
    sql_put_text(&sql, batch->request_id);
    sql_put_int(&sql, batch->started_at_unix_s);
    mv_status status = sql_step(&sql, &row);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER))
        return mv_fail(MV_BATCH_OPEN, NULL);
    MV_TRY(status);
    if (!row)
        return mv_fail(MV_INTERNAL_ERROR, "batch");
    batch->id = sql_get_int(&sql);
    batch->number = sql_get_u64(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

/* ---- sums ---- */
struct till {
    int64_t id, after, through;
    char name[STORE_TERMINAL + 1];
};

/* The batch's next till by name; id 0 at the end. */
static mv_status next_till(struct store *store, const struct store_batch *batch, struct till *till)
{
    bool row;
    struct sql sql = sql_read(store, SQL_BATCH_TILLS);
    sql_put_int(&sql, batch->id);
    sql_put_text(&sql, till->name);
    MV_TRY(sql_step(&sql, &row));
    *till = (struct till){.id = 0};
    if (!row)
        return mv_ok();
    till->id = sql_get_int(&sql);
    sql_get_text(&sql, till->name, sizeof till->name);
    till->after = sql_get_int(&sql);
    till->through = sql_get_int(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

static mv_status add_till(struct store *store, struct store_batch *batch, const struct till *till)
{
    struct sql sql = sql_read(store, SQL_BATCH_SUMS);
    sql_put_int(&sql, (till->id << SERIES_BITS) + till->after);
    sql_put_int(&sql, (till->id << SERIES_BITS) + till->through);
    sql_put_int(&sql, batch->kind == STORE_BATCH_SHIFT ? batch->principal : 0);
    return add_sums(&sql, batch);
}

static mv_status keep_till(struct store *store, const struct store_batch *batch, const struct till *till)
{
    struct sql sql = sql_write(store, SQL_BATCH_TILL_INSERT);
    sql_put_int(&sql, batch->id);
    sql_put_int(&sql, till->id);
    sql_put_int(&sql, batch->kind);
    sql_put_int(&sql, till->after);
    sql_put_int(&sql, till->through);
    return sql_run(&sql);
}

/* What was paid at the counter besides sales: of acts up to now, or up to where a batch that ends has them. */
static mv_status add_acts(struct store *store, struct store_batch *batch)
{
    struct sql sql = sql_read(store, SQL_BATCH_ACT_SUMS);
    sql_put_int(&sql, batch->id);
    return add_sums(&sql, batch);
}

static mv_status sum_tills(struct store *store, struct store_batch *batch, bool keep)
{
    struct till till = {.id = 0};
    batch->sum_count = 0;
    for (;;) {
        MV_TRY(next_till(store, batch, &till));
        if (till.id == 0)
            return add_acts(store, batch);
        if (till.through == till.after)
            continue;
        MV_TRY(add_till(store, batch, &till));
        if (keep)
            MV_TRY(keep_till(store, batch, &till));
    }
}

mv_status store_batch_total(struct store *store, struct store_batch *batch)
{
    return sum_tills(store, batch, false);
}

/* ---- ending ---- */
static mv_status end_acts(struct store *store, const struct store_batch *batch)
{
    struct sql sql = sql_write(store, SQL_BATCH_ACT_END);
    sql_put_int(&sql, batch->id);
    return sql_run(&sql);
}

static mv_status keep_sums(struct store *store, const struct store_batch *batch)
{
    for (size_t i = 0; i < batch->sum_count; i++) {
        const struct store_batch_sum *sum = &batch->sums[i];
        struct sql sql = sql_write(store, SQL_BATCH_SUM_INSERT);
        sql_put_int(&sql, batch->id);
        sql_put_int(&sql, sum->what);
        sql_put_int(&sql, sum->key);
        sql_put_u64(&sql, sum->count);
        sql_put_int(&sql, sum->amount);
        MV_TRY(sql_run(&sql));
    }
    return mv_ok();
}

mv_status store_batch_end(struct store *store, struct store_batch *batch, int64_t principal, const char *request_id,
                          int64_t at_unix_s)
{
    MV_TRY(end_acts(store, batch));
    MV_TRY(sum_tills(store, batch, true));
    MV_TRY(keep_sums(store, batch));
    struct sql sql = sql_write(store, SQL_BATCH_END);
    sql_put_int(&sql, batch->id);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    sql_put_int(&sql, at_unix_s);
    MV_TRY(sql_run(&sql));
    batch->ended = true;
    batch->ended_by = principal;
    batch->ended_at_unix_s = at_unix_s;
    return mv_ok();
}
