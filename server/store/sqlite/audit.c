#include <string.h>

#include "store/sqlite/engine.h"

/* A SQLite ledger has one writer, so it has one chain. */
enum { OWN_CHAIN = 1 };
enum { LAST_CHAIN = (1 << (63 - SERIES_BITS)) - 1 };

static int64_t row_number(int64_t chain, uint64_t sequence)
{
    return (chain << SERIES_BITS) + (int64_t)sequence;
}

/* Read anew in each transaction: nothing then needs to be undone by a rollback. */
static mv_status load_head(struct store *store)
{
    bool row;
    if (store->head.known)
        return mv_ok();
    memset(&store->head, 0, sizeof store->head);
    struct sql sql = sql_read(store, SQL_AUDIT_HEAD);
    sql_put_int(&sql, row_number(OWN_CHAIN, 0));
    sql_put_int(&sql, row_number(OWN_CHAIN, SERIES_LAST));
    MV_TRY(sql_step(&sql, &row));
    if (row) {
        store->head.sequence = sql_get_u64(&sql);
        sql_get_blob(&sql, store->head.hash, sizeof store->head.hash);
        sql_done(&sql);
    }
    store->head.known = sql_row_ok(&sql).ok;
    return sql_row_ok(&sql);
}

static mv_status insert(struct store *store, const struct audit_record *record)
{
    struct sql sql = sql_write(store, SQL_AUDIT_INSERT);
    sql_put_int(&sql, row_number(record->chain, record->sequence));
    sql_put_int(&sql, record->time_unix_us);
    sql_put_text(&sql, record->principal);
    sql_put_text(&sql, record->action);
    sql_put_text(&sql, record->object);
    sql_put_text(&sql, record->outcome);
    sql_put_text(&sql, record->detail);
    sql_put_blob(&sql, record->hash, sizeof record->hash);
    return sql_run(&sql);
}

mv_status store_audit_append(struct store *store, struct audit_record *record)
{
    if (store->transaction != TRANSACTION_WRITE)
        return mv_fail(MV_INTERNAL_ERROR, "no write transaction");
    MV_TRY(load_head(store));
    record->chain = OWN_CHAIN;
    record->sequence = store->head.sequence + 1;
    MV_TRY(audit_seal(record, store->head.hash));
    MV_TRY(insert(store, record));
    store->head.sequence = record->sequence;
    memcpy(store->head.hash, record->hash, sizeof record->hash);
    return mv_ok();
}

static mv_status get_record(struct sql *sql, struct audit_record *record)
{
    record->chain = sql_get_u32(sql);
    record->sequence = sql_get_u64(sql);
    record->time_unix_us = sql_get_int(sql);
    sql_get_text(sql, record->principal, sizeof record->principal);
    sql_get_text(sql, record->action, sizeof record->action);
    sql_get_text(sql, record->object, sizeof record->object);
    sql_get_text(sql, record->outcome, sizeof record->outcome);
    sql_get_text(sql, record->detail, sizeof record->detail);
    sql_get_blob(sql, record->hash, sizeof record->hash);
    return sql_row_ok(sql);
}

mv_status store_audit(struct store *store, uint32_t chain, uint64_t first_sequence, store_audit_fn *each, void *self)
{
    if (chain == 0 || chain > LAST_CHAIN || first_sequence > SERIES_LAST)
        return mv_ok(); /* no such records */
    struct sql sql = sql_read(store, SQL_AUDIT_WALK);
    sql_put_int(&sql, row_number(chain, first_sequence));
    sql_put_int(&sql, row_number(chain, SERIES_LAST));
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct audit_record record;
        mv_status status = get_record(&sql, &record);
        if (status.ok)
            status = each(self, &record);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}
