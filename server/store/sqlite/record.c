#include <string.h>

#include "store/sqlite/record_row.h"

static void get_keys(struct sql *sql, struct store_record_keys *keys)
{
    keys->mac_version = sql_get_u8(sql);
    keys->enc_version = sql_get_u8(sql);
    keys->epoch = sql_get_u16(sql);
}

static void put_keys(struct sql *sql, const struct store_record_keys *keys)
{
    sql_put_int(sql, keys->mac_version);
    sql_put_int(sql, keys->enc_version);
    sql_put_int(sql, keys->epoch);
}

mv_status store_record_meter_get(struct store *store, int64_t meter, struct store_record_meter *row)
{
    bool found;
    struct sql sql = sql_read(store, SQL_RECORD_METER_GET);
    sql_put_int(&sql, meter);
    MV_TRY(sql_step(&sql, &found));
    if (!found)
        return mv_fail(MV_RECORDS_NOT_PROVISIONED, NULL);
    row->meter = meter;
    sql_get_blob(&sql, row->domain, sizeof row->domain);
    get_keys(&sql, &row->keys);
    row->account_open = sql_get_bool(&sql);
    sql_get_blob(&sql, row->client, sizeof row->client);
    get_keys(&sql, &row->next);
    get_keys(&sql, &row->other);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_record_domain_has(struct store *store, const uint8_t domain[STORE_DOMAIN],
                                  store_organisation_is_fn *is_it, void *self, bool *has)
{
    bool found = true;
    struct sql sql = sql_read(store, SQL_RECORD_DOMAIN_METERS);
    sql_put_blob(&sql, domain, STORE_DOMAIN);
    *has = false;
    while (found && !*has) {
        MV_TRY(sql_step(&sql, &found));
        *has = found && is_it(self, sql_get_int(&sql));
    }
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_record_meter_insert(struct store *store, const struct store_record_meter *row)
{
    struct sql sql = sql_write(store, SQL_RECORD_METER_INSERT);
    sql_put_int(&sql, row->meter);
    sql_put_blob(&sql, row->domain, sizeof row->domain);
    put_keys(&sql, &row->keys);
    return sql_run(&sql);
}

mv_status store_record_meter_update(struct store *store, const struct store_record_meter *row)
{
    struct sql sql = sql_write(store, SQL_RECORD_METER_UPDATE);
    sql_put_blob(&sql, row->domain, sizeof row->domain);
    put_keys(&sql, &row->keys);
    sql_put_blob(&sql, row->account_open ? row->client : NULL, row->account_open ? sizeof row->client : 0);
    put_keys(&sql, &row->next);
    put_keys(&sql, &row->other);
    sql_put_int(&sql, row->meter);
    MV_TRY(sql_run(&sql));
    return sqlite3_changes(store->db) == 1 ? mv_ok() : mv_fail(MV_RECORDS_NOT_PROVISIONED, NULL);
}

static mv_status get_record(struct sql *sql, struct store_record *record)
{
    size_t size = 0;
    memset(record, 0, sizeof *record);
    record->id = sql_get_int(sql);
    record->meter = sql_get_int(sql);
    record->epoch = sql_get_u16(sql);
    record->kind = sql_get_u8(sql);
    record->sequence = sql_get_u32(sql);
    record->principal = sql_get_int(sql);
    sql_get_text(sql, record->request_id, sizeof record->request_id);
    record->part = sql_get_u8(sql);
    record->parts = sql_get_u8(sql);
    sql_get_blob(sql, record->digest, sizeof record->digest);
    record->amount = sql_get_int(sql);
    record->arrears = sql_get_int(sql);
    sql_get_blob(sql, record->nonce, sizeof record->nonce);
    sql_get_blob_up_to(sql, record->bytes, sizeof record->bytes, &size);
    record->size = (uint8_t)size;
    record->issued_at_unix_s = sql_get_int(sql);
    return sql_row_ok(sql);
}

mv_status store_record_insert(struct store *store, struct store_record *record)
{
    bool read = record->kind == 4;
    bool taken;
    struct sql check = sql_read(store, SQL_REQUEST_EXISTS);
    sql_put_int(&check, record->principal);
    sql_put_text(&check, record->request_id);
    MV_TRY(sql_step(&check, &taken));
    sql_done(&check);
    if (taken)
        return mv_fail(MV_REQUEST_ID_REUSED, NULL);
    struct sql sql = sql_write(store, SQL_RECORD_INSERT);
    sql_put_int(&sql, record->meter);
    sql_put_int(&sql, record->epoch);
    sql_put_int(&sql, record->kind);
    sql_put_int(&sql, record->sequence);
    sql_put_int(&sql, record->principal);
    sql_put_text(&sql, record->request_id);
    sql_put_int(&sql, record->part);
    sql_put_int(&sql, record->parts);
    sql_put_blob(&sql, record->digest, sizeof record->digest);
    sql_put_int(&sql, record->amount);
    sql_put_int(&sql, record->arrears);
    sql_put_blob(&sql, read ? record->nonce : NULL, read ? sizeof record->nonce : 0);
    sql_put_blob(&sql, record->bytes, record->size);
    sql_put_int(&sql, record->issued_at_unix_s);
    MV_TRY(sql_run(&sql));
    record->id = sqlite3_last_insert_rowid(store->db);
    return mv_ok();
}

/* A statement whose one row is a number, or that has none: 0. */
static mv_status one_number(struct sql *sql, uint32_t *number)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    *number = row ? sql_get_u32(sql) : 0;
    sql_done(sql);
    return row ? sql_row_ok(sql) : mv_ok();
}

mv_status store_record_last(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind, uint32_t *sequence)
{
    uint32_t floor;
    struct sql sql = sql_read(store, SQL_RECORD_LAST);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, kind);
    MV_TRY(one_number(&sql, sequence));
    sql = sql_read(store, SQL_RECORD_FLOOR_GET);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, kind);
    MV_TRY(one_number(&sql, &floor));
    *sequence = floor > *sequence ? floor : *sequence;
    return mv_ok();
}

mv_status store_record_floor(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind, uint32_t sequence)
{
    struct sql sql = sql_write(store, SQL_RECORD_FLOOR_PUT);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, kind);
    sql_put_int(&sql, sequence);
    return sql_run(&sql);
}

mv_status store_record_before(struct store *store, const struct store_record *record, uint8_t kind, uint32_t *sequence)
{
    struct sql sql = sql_read(store, SQL_RECORD_BEFORE);
    sql_put_int(&sql, record->meter);
    sql_put_int(&sql, record->epoch);
    sql_put_int(&sql, kind);
    sql_put_int(&sql, record->id);
    return one_number(&sql, sequence);
}

mv_status store_record_any(struct store *store, int64_t meter, bool *any)
{
    uint32_t found;
    struct sql sql = sql_read(store, SQL_RECORD_ANY);
    sql_put_int(&sql, meter);
    MV_TRY(one_number(&sql, &found));
    *any = found != 0;
    return mv_ok();
}

mv_status sqlite_each_record(struct sql *sql, store_record_fn *each, void *self)
{
    for (;;) {
        bool row;
        struct store_record record;
        MV_TRY(sql_step(sql, &row));
        if (!row)
            return mv_ok();
        mv_status status = get_record(sql, &record);
        if (status.ok)
            status = each(self, &record);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

mv_status store_records_by_request(struct store *store, int64_t principal, const char *request_id,
                                   store_record_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_RECORDS_BY_REQUEST);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    return sqlite_each_record(&sql, each, self);
}

static mv_status note(void *self, const struct store_record *row)
{
    bool *exists = self;
    (void)row;
    *exists = true;
    return mv_ok();
}

mv_status store_record_request_exists(struct store *store, int64_t principal, const char *request_id, bool *exists)
{
    *exists = false;
    return store_records_by_request(store, principal, request_id, note, exists);
}

/* The one row of a statement that is bound. */
static mv_status one_record(struct sql *sql, struct store_record *record)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_RECORD_UNKNOWN, NULL);
    mv_status status = get_record(sql, record);
    sql_done(sql);
    return status;
}

mv_status store_record_get(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind, uint32_t sequence,
                           struct store_record *record)
{
    struct sql sql = sql_read(store, SQL_RECORD_GET);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, kind);
    sql_put_int(&sql, sequence);
    return one_record(&sql, record);
}

mv_status store_record_last_read(struct store *store, int64_t meter, uint16_t epoch, struct store_record *record)
{
    struct sql sql = sql_read(store, SQL_RECORD_LAST_READ);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    return one_record(&sql, record);
}

mv_status store_return_insert(struct store *store, const struct store_return *row)
{
    struct sql sql = sql_write(store, SQL_RETURN_INSERT);
    sql_put_int(&sql, row->meter);
    sql_put_int(&sql, row->epoch);
    sql_put_int(&sql, row->sequence);
    sql_put_blob(&sql, row->bytes, row->size);
    sql_put_reference(&sql, row->answers);
    sql_put_int(&sql, row->principal);
    sql_put_int(&sql, row->received_at_unix_s);
    return sql_run(&sql);
}

mv_status store_return_last(struct store *store, int64_t meter, uint16_t epoch, struct store_return *out)
{
    bool row;
    size_t size = 0;
    struct sql sql = sql_read(store, SQL_RETURN_LAST);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_RECORD_UNKNOWN, NULL);
    memset(out, 0, sizeof *out);
    out->meter = meter;
    out->epoch = epoch;
    out->sequence = sql_get_u32(&sql);
    sql_get_blob_up_to(&sql, out->bytes, sizeof out->bytes, &size);
    out->size = (uint8_t)size;
    out->answers = sql_get_int(&sql);
    out->principal = sql_get_int(&sql);
    out->received_at_unix_s = sql_get_int(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_meter_state_set(struct store *store, int64_t meter, uint8_t state)
{
    struct store_meter row;
    MV_TRY(store_meter_by_id(store, meter, &row));
    if (row.state == state)
        return mv_ok();
    struct sql sql = sql_write(store, SQL_METER_STATE);
    sql_put_int(&sql, state);
    sql_put_int(&sql, meter);
    mv_status status = sql_run(&sql);
    return sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER) ? mv_fail(MV_METER_STATE_NOT_ALLOWED, "state") : status;
}
