#include <string.h>

#include "store/sqlite/engine.h"

enum { ALL_DIGITS = STORE_SECTIONS * STORE_DIGITS };

static void put_from(struct sql *sql, const struct store_key *from)
{
    sql_put_text(sql, from->sgc);
    sql_put_int(sql, from->krn);
    sql_put_int(sql, from->ti);
    sql_put_int(sql, from->kt);
    sql_put_int(sql, from->ken);
    sql_put_int(sql, from->ea);
    sql_put_int(sql, from->dkga);
    sql_put_int(sql, from->base_date);
}

/* Without the algorithm, which both keys have in common. */
static void put_to(struct sql *sql, const struct store_key *to)
{
    sql_put_text(sql, to->sgc);
    sql_put_int(sql, to->krn);
    sql_put_int(sql, to->ti);
    sql_put_int(sql, to->kt);
    sql_put_int(sql, to->ken);
    sql_put_int(sql, to->dkga);
    sql_put_int(sql, to->base_date);
}

static mv_status join_digits(const struct store_key_change *change, char text[ALL_DIGITS + 1])
{
    if (change->count > STORE_SECTIONS)
        return mv_fail(MV_INTERNAL_ERROR, "key change sections");
    for (size_t i = 0; i < change->count; i++) {
        if (strnlen(change->digits[i], STORE_DIGITS + 1) != STORE_DIGITS)
            return mv_fail(MV_INTERNAL_ERROR, "key change digits");
        memcpy(text + i * STORE_DIGITS, change->digits[i], STORE_DIGITS);
    }
    text[(size_t)change->count * STORE_DIGITS] = '\0';
    return mv_ok();
}

static mv_status insert(struct store *store, const struct store_key_change *change, const char *digits)
{
    struct sql sql = sql_write(store, SQL_KEY_CHANGE_INSERT);
    sql_put_int(&sql, change->meter);
    put_from(&sql, &change->from);
    put_to(&sql, &change->to);
    sql_put_int(&sql, change->rollover);
    sql_put_text(&sql, digits);
    sql_put_blob(&sql, change->tags, change->count * sizeof change->tags[0]);
    sql_put_blob(&sql, change->from_kcv, sizeof change->from_kcv);
    sql_put_blob(&sql, change->to_kcv, sizeof change->to_kcv);
    sql_put_int(&sql, change->issued_at_unix_s);
    sql_put_int(&sql, change->principal);
    sql_put_reference(&sql, change->approval);
    return sql_run(&sql);
}

mv_status store_key_change_insert(struct store *store, struct store_key_change *change)
{
    char digits[ALL_DIGITS + 1];
    struct store_meter meter;
    if (change->from.ea != change->to.ea)
        return mv_fail(MV_INTERNAL_ERROR, "key change to another algorithm");
    MV_TRY(join_digits(change, digits));
    MV_TRY(store_meter_by_id(store, change->meter, &meter));
    if (meter.pending_change != 0)
        return mv_fail(MV_KEY_CHANGE_PENDING, NULL);
    MV_TRY(insert(store, change, digits));
    change->id = sqlite3_last_insert_rowid(store->db);
    change->outcome = STORE_PENDING;
    change->ended_at_unix_s = 0;
    return mv_ok();
}

/* The schema has digits and tags of the same number of sections. */
static void get_sections(struct sql *sql, struct store_key_change *change)
{
    char digits[ALL_DIGITS + 1];
    size_t tags;
    sql_get_text(sql, digits, sizeof digits);
    sql_get_blob_up_to(sql, change->tags, sizeof change->tags, &tags);
    change->count = (uint8_t)(tags / STORE_TAG);
    for (size_t i = 0; i < change->count; i++)
        memcpy(change->digits[i], digits + i * STORE_DIGITS, STORE_DIGITS);
}

static mv_status get_change(struct sql *sql, struct store_key_change *change)
{
    memset(change, 0, sizeof *change);
    change->id = sql_get_int(sql);
    change->meter = sql_get_int(sql);
    sqlite_get_key(sql, &change->from);
    sqlite_get_key(sql, &change->to);
    change->rollover = sql_get_bool(sql);
    get_sections(sql, change);
    sql_get_blob(sql, change->from_kcv, sizeof change->from_kcv);
    sql_get_blob(sql, change->to_kcv, sizeof change->to_kcv);
    change->issued_at_unix_s = sql_get_int(sql);
    change->principal = sql_get_int(sql);
    change->approval = sql_get_int(sql);
    change->outcome = sql_get_u8(sql);
    change->ended_at_unix_s = sql_get_int(sql);
    return sql_row_ok(sql);
}

mv_status store_key_change_get(struct store *store, int64_t id, struct store_key_change *change)
{
    bool row;
    struct sql sql = sql_read(store, SQL_KEY_CHANGE_GET);
    sql_put_int(&sql, id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_NO_KEY_CHANGE_PENDING, NULL);
    mv_status status = get_change(&sql, change);
    sql_done(&sql);
    return status;
}

mv_status store_key_change_end(struct store *store, int64_t id, enum store_outcome outcome, const char *proof,
                               int64_t principal, int64_t at_unix_s)
{
    struct sql sql = sql_write(store, SQL_KEY_CHANGE_END);
    sql_put_int(&sql, id);
    sql_put_int(&sql, outcome);
    sql_put_text(&sql, proof);
    sql_put_int(&sql, principal);
    sql_put_int(&sql, at_unix_s);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER))
        return mv_fail(MV_NO_KEY_CHANGE_PENDING, NULL);
    return status;
}
