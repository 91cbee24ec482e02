#include <string.h>

#include "store/sqlite/engine.h"

static mv_status begin(struct store *store, enum sql_name name, enum transaction transaction)
{
    if (store->transaction != TRANSACTION_NONE)
        return mv_fail(MV_INTERNAL_ERROR, "a transaction is open");
    struct sql sql = sql_read(store, name);
    MV_TRY(sql_run(&sql));
    store->transaction = transaction;
    store->head.known = false;
    return mv_ok();
}

mv_status store_begin_read(struct store *store)
{
    struct store_ledger_state state;
    MV_TRY(begin(store, SQL_BEGIN_READ, TRANSACTION_READ));
    /* SQLite takes its snapshot with the first row that is read */
    mv_status status = store_state_get(store, &state);
    if (!status.ok)
        store_rollback(store);
    return status;
}

mv_status store_begin_write(struct store *store)
{
    if (store->mode != STORE_WRITER)
        return mv_fail(MV_INTERNAL_ERROR, "the ledger is open for reading");
    return begin(store, SQL_BEGIN_WRITE, TRANSACTION_WRITE);
}

mv_status store_commit(struct store *store)
{
    mv_status status;
    if (store->transaction == TRANSACTION_NONE)
        return mv_fail(MV_INTERNAL_ERROR, "no transaction is open");
    if (sqlite3_get_autocommit(store->db) != 0) {
        status = mv_fail(MV_LEDGER_UNAVAILABLE, "write transaction was given up");
    } else {
        struct sql sql = sql_read(store, SQL_COMMIT);
        status = sql_run(&sql);
    }
    if (status.ok)
        store->transaction = TRANSACTION_NONE;
    else
        store_rollback(store);
    return status;
}

void store_rollback(struct store *store)
{
    if (store->transaction == TRANSACTION_WRITE) { /* tills that were opened in it are gone again */
        memset(store->tills, 0, sizeof store->tills);
        memset(store->names, 0, sizeof store->names);
    }
    store->transaction = TRANSACTION_NONE;
    store->head.known = false;
    /* not a kept statement: a rollback must work when there is no memory to prepare one later */
    if (store->db != NULL && sqlite3_get_autocommit(store->db) == 0)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

mv_status store_state_get(struct store *store, struct store_ledger_state *state)
{
    bool row;
    struct sql sql = sql_read(store, SQL_STATE_GET);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_LEDGER_CORRUPT, "ledger state");
    state->last_time_unix_s = sql_get_int(&sql);
    state->catalogue_generation = sql_get_u64(&sql);
    state->clock_unconfirmed = sql_get_bool(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_state_put(struct store *store, const struct store_ledger_state *state)
{
    struct sql sql = sql_write(store, SQL_STATE_PUT);
    sql_put_int(&sql, state->last_time_unix_s);
    sql_put_u64(&sql, state->catalogue_generation);
    sql_put_int(&sql, state->clock_unconfirmed);
    return sql_run(&sql);
}
