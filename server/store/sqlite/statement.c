#include "store/sqlite/statement.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "store/sqlite/engine.h"

#define METER_COLUMNS                                                                                                  \
    "SELECT m.id, m.pan, m.organisation, m.utility, m.state, m.sgc, m.krn, m.ti, m.kt, m.ken, m.ea, m.dkga, "          \
    "m.base_date, t.last_tid, m.registered_at_unix_s FROM meter m JOIN meter_tid t ON t.meter = m.id "
#define SALE_COLUMNS                                                                                                   \
    "SELECT t.organisation, t.name, s.receipt, s.principal, s.request_id, s.digest, s.meter, s.tid, s.carrier, "       \
    "s.subclass, s.requested, s.encoded, s.digits, s.tag, s.vending_kcv, s.issued_at_unix_s, s.sgc, s.krn, s.ti, "     \
    "s.kt, s.ken, s.ea, s.dkga, s.base_date FROM sale s JOIN terminal t ON t.id = s.id >> 40 "

struct sql_text {
    const char *where; /* for messages */
    const char *text;
};

static const struct sql_text texts[SQL_COUNT] = {
    [SQL_BEGIN_READ] = {"ledger begin", "BEGIN"},
    [SQL_BEGIN_WRITE] = {"ledger begin", "BEGIN IMMEDIATE"},
    [SQL_COMMIT] = {"ledger commit", "COMMIT"},
    [SQL_STATE_GET] = {"ledger state",
                       "SELECT last_time_unix_s, catalogue_generation, clock_unconfirmed FROM ledger WHERE one = 1"},
    [SQL_STATE_PUT] = {"ledger state", "UPDATE ledger SET last_time_unix_s = ?, catalogue_generation = ?, "
                                       "clock_unconfirmed = ? WHERE one = 1"},
    [SQL_ORGANISATIONS] = {"organisation", "SELECT id, coalesce(parent, 0), name FROM organisation ORDER BY id"},
    [SQL_ORGANISATION_INSERT] = {"organisation", "INSERT INTO organisation (parent, name) VALUES (?, ?)"},
    [SQL_GRANTS] = {"grant", "SELECT organisation, sgc FROM supply_group_grant ORDER BY organisation, sgc"},
    [SQL_GRANT_INSERT] = {"grant", "INSERT INTO supply_group_grant VALUES (?, ?) ON CONFLICT DO NOTHING"},
    [SQL_GRANT_DELETE] = {"grant", "DELETE FROM supply_group_grant WHERE organisation = ? AND sgc = ?"},
    [SQL_PRINCIPALS] = {"principal", "SELECT id, organisation, name, roles, enabled FROM principal ORDER BY name"},
    [SQL_PRINCIPAL_INSERT] = {"principal",
                              "INSERT INTO principal (organisation, name, roles, enabled) VALUES (?, ?, ?, ?)"},
    [SQL_PRINCIPAL_UPDATE] = {"principal", "UPDATE principal SET organisation = ?, name = ?, roles = ?, enabled = ? "
                                           "WHERE id = ?"},
    [SQL_METER_BY_PAN] = {"meter", METER_COLUMNS "WHERE m.pan = ?"},
    [SQL_METER_BY_ID] = {"meter", METER_COLUMNS "WHERE m.id = ?"},
    [SQL_METER_INSERT] = {"meter", "INSERT INTO meter (pan, organisation, utility, state, sgc, krn, ti, kt, ken, ea, "
                                   "dkga, base_date, registered_at_unix_s) "
                                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_METER_TID_INSERT] = {"meter", "INSERT INTO meter_tid VALUES (?, ?)"},
    /* the plus signs keep the walk in the order of the PAN's index: a page costs the rows that it passes, not all */
    [SQL_METERS] = {"meter", METER_COLUMNS "WHERE m.pan > ?1 AND (?2 = '' OR +m.sgc = ?2) "
                                           "AND +m.organisation IN (SELECT value FROM json_each(?3)) "
                                           "ORDER BY m.pan LIMIT ?4"},
    [SQL_TERMINAL] = {"terminal", "SELECT id FROM terminal WHERE organisation = ? AND name = ?"},
    [SQL_TERMINAL_COUNT] = {"terminal", "SELECT count(*) FROM terminal WHERE organisation = ?"},
    [SQL_TERMINAL_INSERT] = {"terminal", "INSERT INTO terminal (organisation, name) VALUES (?, ?)"},
    [SQL_RECEIPT_LAST] = {"sale", "SELECT id FROM sale WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"},
    [SQL_SALE_INSERT] = {"sale", "INSERT INTO sale (id, principal, request_id, digest, meter, tid, carrier, subclass, "
                                 "requested, encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, "
                                 "ken, ea, dkga, base_date) "
                                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_SALE_BY_REQUEST] = {"sale", SALE_COLUMNS "WHERE s.principal = ? AND s.request_id = ?"},
    [SQL_SALE_BY_ID] = {"sale", SALE_COLUMNS "WHERE s.id = ?"},
    [SQL_SALE_LAST] = {"sale", SALE_COLUMNS "WHERE s.id = "
                                            "(SELECT sale FROM last_sale WHERE principal = ? AND terminal_name = ?)"},
    [SQL_REQUEST_EXISTS] = {"sale", "SELECT 1 FROM sale WHERE principal = ? AND request_id = ?"},
    [SQL_AUDIT_HEAD] = {"audit", "SELECT sequence, hash FROM audit WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"},
    [SQL_AUDIT_INSERT] = {"audit", "INSERT INTO audit (id, time_unix_us, principal, action, object, outcome, detail, "
                                   "hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
    [SQL_AUDIT_WALK] = {"audit", "SELECT chain, sequence, time_unix_us, principal, action, object, outcome, detail, "
                                 "hash FROM audit WHERE id BETWEEN ? AND ? ORDER BY id"},
};

struct sql sql_read(struct store *store, enum sql_name name)
{
    struct sql sql = {.store = store, .status = mv_ok(), .where = texts[name].where};
    if (store->statements[name] == NULL) {
        errno = 0;
        int code = sqlite3_prepare_v3(store->db, texts[name].text, -1, SQLITE_PREPARE_PERSISTENT,
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

mv_status sql_row_ok(const struct sql *sql)
{
    return sql->status;
}
