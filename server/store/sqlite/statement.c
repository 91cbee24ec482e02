#include "store/sqlite/statement.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "store/sqlite/engine.h"
#include "store/sqlite/statement_text.h"

struct sql sql_read(struct store *store, enum sql_name name)
{
    struct sql sql = {.store = store, .status = mv_ok(), .where = sqlite_texts[name].where};
    if (store->statements[name] == NULL) {
        errno = 0;
        int code = sqlite3_prepare_v3(store->db, sqlite_texts[name].text, -1, SQLITE_PREPARE_PERSISTENT,
                                      &store->statements[name], NULL);
        if (code != SQLITE_OK)
            sql.status = sqlite_failure(code, sql.where);
    }
    sql.statement = store->statements[name];
    return sql;
}

struct sql sql_write(struct store *store, enum sql_name name)
{
    if (store->transaction != TRANSACTION_WRITE)
        return (struct sql){.status = mv_fail(MV_INTERNAL_ERROR, "no write transaction")};
    if (sqlite3_get_autocommit(store->db) != 0)
        return (struct sql){.status = mv_fail(MV_LEDGER_UNAVAILABLE, "write transaction was given up")};
    return sql_read(store, name);
}

static void bound(struct sql *sql, int code)
{
    if (code != SQLITE_OK)
        sql->status = sqlite_failure(code, sql->where);
}

void sql_put_int(struct sql *sql, int64_t value)
{
    if (sql->status.ok)
        bound(sql, sqlite3_bind_int64(sql->statement, ++sql->bound, value));
}

void sql_put_u64(struct sql *sql, uint64_t value)
{
    if (sql->status.ok && value > INT64_MAX)
        sql->status = mv_fail(MV_INTERNAL_ERROR, sql->where);
    sql_put_int(sql, (int64_t)value);
}

void sql_put_text(struct sql *sql, const char *text)
{
    if (sql->status.ok)
        bound(sql, sqlite3_bind_text(sql->statement, ++sql->bound, text, -1, SQLITE_STATIC));
}

void sql_put_blob(struct sql *sql, const void *data, size_t size)
{
    if (sql->status.ok)
        bound(sql, sqlite3_bind_blob64(sql->statement, ++sql->bound, data, size, SQLITE_STATIC));
}

void sql_put_reference(struct sql *sql, int64_t id)
{
    if (id != 0)
        sql_put_int(sql, id);
    else if (sql->status.ok)
        bound(sql, sqlite3_bind_null(sql->statement, ++sql->bound));
}

mv_status sql_exists(struct sql *sql, bool *found)
{
    MV_TRY(sql_step(sql, found));
    if (*found)
        sql_done(sql);
    return mv_ok();
}

void sql_done(struct sql *sql)
{
    if (sql->statement == NULL)
        return;
    /* reset tells the failure of the last step again, which the caller has */
    (void)sqlite3_reset(sql->statement);
    (void)sqlite3_clear_bindings(sql->statement);
}

mv_status sql_step(struct sql *sql, bool *row)
{
    *row = false;
    sql->column = 0;
    if (sql->status.ok) {
        errno = 0;
        int code = sqlite3_step(sql->statement);
        *row = code == SQLITE_ROW;
        if (!*row && code != SQLITE_DONE)
            sql->status = sqlite_failure(code, sql->where);
    }
    if (!*row)
        sql_done(sql);
    return sql->status;
}

mv_status sql_run(struct sql *sql)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    sql_done(sql);
    return mv_ok();
}

static void misfit(struct sql *sql)
{
    sql->status = mv_fail(MV_LEDGER_CORRUPT, sql->where);
}

int64_t sql_get_int(struct sql *sql)
{
    return sqlite3_column_int64(sql->statement, sql->column++);
}

uint64_t sql_get_u64(struct sql *sql)
{
    int64_t value = sql_get_int(sql);
    if (value < 0)
        misfit(sql);
    return value < 0 ? 0 : (uint64_t)value;
}

static uint64_t get_below(struct sql *sql, uint64_t highest)
{
    uint64_t value = sql_get_u64(sql);
    if (value <= highest)
        return value;
    misfit(sql);
    return 0;
}

uint8_t sql_get_u8(struct sql *sql)
{
    return (uint8_t)get_below(sql, UINT8_MAX);
}

uint16_t sql_get_u16(struct sql *sql)
{
    return (uint16_t)get_below(sql, UINT16_MAX);
}

uint32_t sql_get_u32(struct sql *sql)
{
    return (uint32_t)get_below(sql, UINT32_MAX);
}

bool sql_get_bool(struct sql *sql)
{
    return get_below(sql, 1) == 1;
}

void sql_get_text(struct sql *sql, char *text, size_t size)
{
    int column = sql->column++;
    const unsigned char *value = sqlite3_column_text(sql->statement, column);
    size_t length = (size_t)sqlite3_column_bytes(sql->statement, column);
    text[0] = '\0';
    if (value == NULL || length >= size || memchr(value, '\0', length) != NULL) {
        misfit(sql);
        return;
    }
    memcpy(text, value, length);
    text[length] = '\0';
}

void sql_get_blob(struct sql *sql, void *data, size_t size)
{
    int column = sql->column++;
    const void *value = sqlite3_column_blob(sql->statement, column);
    if (value == NULL || (size_t)sqlite3_column_bytes(sql->statement, column) != size) {
        memset(data, 0, size);
        misfit(sql);
        return;
    }
    memcpy(data, value, size);
}

void sql_get_blob_up_to(struct sql *sql, void *data, size_t size, size_t *used)
{
    int column = sql->column++;
    const void *value = sqlite3_column_blob(sql->statement, column);
    size_t length = (size_t)sqlite3_column_bytes(sql->statement, column);
    *used = 0;
    if (value == NULL || length > size) {
        misfit(sql);
        return;
    }
    memcpy(data, value, length);
    *used = length;
}

mv_status sql_row_ok(const struct sql *sql)
{
    return sql->status;
}
