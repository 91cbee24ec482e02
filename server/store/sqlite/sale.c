#include <string.h>

#include "store/records.h"
#include "store/sqlite/engine.h"

static mv_status get_sale(struct sql *sql, struct store_sale *sale)
{
    sale->organisation = sql_get_int(sql);
    sql_get_text(sql, sale->terminal, sizeof sale->terminal);
    sale->receipt = sql_get_u64(sql);
    sale->principal = sql_get_int(sql);
    sql_get_text(sql, sale->request_id, sizeof sale->request_id);
    sql_get_blob(sql, sale->digest, sizeof sale->digest);
    sale->meter = sql_get_int(sql);
    sale->tid = sql_get_u64(sql);
    sale->carrier = sql_get_u8(sql);
    sale->subclass = sql_get_u8(sql);
    sale->requested = sql_get_int(sql);
    sale->encoded = sql_get_int(sql);
    sql_get_text(sql, sale->digits, sizeof sale->digits);
    sql_get_blob(sql, sale->tag, sizeof sale->tag);
    sql_get_blob(sql, sale->vending_kcv, sizeof sale->vending_kcv);
    sale->issued_at_unix_s = sql_get_int(sql);
    sql_get_text(sql, sale->sgc, sizeof sale->sgc);
    sale->krn = sql_get_u8(sql);
    sale->ti = sql_get_u8(sql);
    sale->kt = sql_get_u8(sql);
    sale->ken = sql_get_u8(sql);
    sale->ea = sql_get_u8(sql);
    sale->dkga = sql_get_u8(sql);
    sale->base_date = sql_get_u16(sql);
    sale->id = sql_get_int(sql);
    sale->previous = sql_get_int(sql);
    sale->order = sql_get_u8(sql);
    sale->key_change = sql_get_int(sql);
    return sql_row_ok(sql);
}

static mv_status one_sale(struct sql *sql, struct store_sale *sale)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_TOKEN_UNKNOWN, NULL);
    mv_status status = get_sale(sql, sale);
    sql_done(sql);
    return status;
}

mv_status store_sale_by_request(struct store *store, int64_t principal, const char *request_id, struct store_sale *sale)
{
    struct sql sql = sql_read(store, SQL_SALE_BY_REQUEST);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    return one_sale(&sql, sale);
}

mv_status store_sale_last(struct store *store, int64_t principal, const char *terminal, struct store_sale *sale)
{
    struct sql sql = sql_read(store, SQL_SALE_LAST);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, terminal);
    return one_sale(&sql, sale);
}

mv_status store_sale_before(struct store *store, int64_t meter, int64_t before, struct store_sale *sale)
{
    struct sql sql = sql_read(store, SQL_SALE_BEFORE);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, before);
    return one_sale(&sql, sale);
}

/* Where the till would be remembered (FNV-1a). */
static struct till_name *remembered(struct store *store, int64_t organisation, const char *name)
{
    uint64_t hash = 14695981039346656037U ^ (uint64_t)organisation;
    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211U;
    return &store->names[hash % TILL_NAMES];
}

/* 0 when the organisation has no such terminal. */
static mv_status find_terminal(struct store *store, int64_t organisation, const char *name, int64_t *id)
{
    bool row;
    struct till_name *till = remembered(store, organisation, name);
    if (till->id != 0 && till->organisation == organisation && strcmp(till->name, name) == 0) {
        *id = till->id;
        return mv_ok();
    }
    *id = 0;
    struct sql sql = sql_read(store, SQL_TERMINAL);
    sql_put_int(&sql, organisation);
    sql_put_text(&sql, name);
    MV_TRY(sql_step(&sql, &row));
    if (row)
        *id = sql_get_int(&sql);
    sql_done(&sql);
    if (!row || strlen(name) >= sizeof till->name)
        return mv_ok();
    *till = (struct till_name){.id = *id, .organisation = organisation};
    memcpy(till->name, name, strlen(name));
    return mv_ok();
}

mv_status store_sale_by_receipt(struct store *store, int64_t organisation, const char *terminal, uint64_t receipt,
                                struct store_sale *sale)
{
    int64_t till;
    MV_TRY(find_terminal(store, organisation, terminal, &till));
    if (till == 0 || receipt == 0 || receipt > SERIES_LAST)
        return mv_fail(MV_TOKEN_UNKNOWN, NULL);
    struct sql sql = sql_read(store, SQL_SALE_BY_ID);
    sql_put_int(&sql, (till << SERIES_BITS) + (int64_t)receipt);
    return one_sale(&sql, sale);
}

static mv_status count_tills(struct store *store, int64_t organisation, struct till_count **count)
{
    bool row;
    *count = &store->tills[(uint64_t)organisation % TILL_COUNTS];
    if ((*count)->organisation == organisation)
        return mv_ok();
    struct sql sql = sql_read(store, SQL_TERMINAL_COUNT);
    sql_put_int(&sql, organisation);
    MV_TRY(sql_step(&sql, &row));
    **count = (struct till_count){.organisation = organisation, .tills = row ? sql_get_int(&sql) : 0};
    sql_done(&sql);
    return mv_ok();
}

static mv_status find_or_open_terminal(struct store *store, const struct store_sale *sale, int64_t *id)
{
    MV_TRY(find_terminal(store, sale->organisation, sale->terminal, id));
    if (*id != 0)
        return mv_ok();
    struct till_count *count;
    MV_TRY(count_tills(store, sale->organisation, &count));
    if (count->tills >= STORE_MAX_TILLS)
        return mv_fail(MV_TILLS_EXHAUSTED, "terminal_id");
    struct sql sql = sql_write(store, SQL_TERMINAL_INSERT);
    sql_put_int(&sql, sale->organisation);
    sql_put_text(&sql, sale->terminal);
    mv_status status = sql_run(&sql);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_FOREIGNKEY))
        return mv_fail(MV_ORGANISATION_UNKNOWN, NULL);
    if (sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK))
        return mv_fail(MV_TILLS_EXHAUSTED, "ledger"); /* of all organisations together */
    MV_TRY(status);
    *id = sqlite3_last_insert_rowid(store->db);
    count->tills++;
    return mv_ok();
}

/* Sets id, receipt and previous: next in the till's series and in the meter's. */
static mv_status find_place(struct store *store, int64_t terminal, struct store_sale *sale)
{
    bool row;
    int64_t series = terminal << SERIES_BITS;
    struct sql sql = sql_read(store, SQL_SALE_PLACE);
    sql_put_int(&sql, series);
    sql_put_int(&sql, series + SERIES_LAST);
    sql_put_int(&sql, sale->meter);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_INTERNAL_ERROR, "sale");
    int64_t last = sql_get_int(&sql);
    sale->previous = sql_get_int(&sql);
    sql_done(&sql);
    if (last == series + SERIES_LAST)
        return mv_fail(MV_INTERNAL_ERROR, "receipt series is used up");
    sale->id = (last == 0 ? series : last) + 1;
    sale->receipt = (uint64_t)(sale->id & SERIES_LAST);
    return mv_ok();
}

static mv_status insert(struct store *store, const struct store_sale *sale)
{
    struct sql sql = sql_write(store, SQL_SALE_INSERT);
    sql_put_int(&sql, sale->id);
    sql_put_int(&sql, sale->principal);
    sql_put_text(&sql, sale->request_id);
    sql_put_blob(&sql, sale->digest, sizeof sale->digest);
    sql_put_int(&sql, sale->meter);
    sql_put_u64(&sql, sale->tid);
    sql_put_int(&sql, sale->carrier);
    sql_put_int(&sql, sale->subclass);
    sql_put_int(&sql, sale->requested);
    sql_put_int(&sql, sale->encoded);
    sql_put_text(&sql, sale->digits);
    sql_put_blob(&sql, sale->tag, sizeof sale->tag);
    sql_put_blob(&sql, sale->vending_kcv, sizeof sale->vending_kcv);
    sql_put_int(&sql, sale->issued_at_unix_s);
    sql_put_text(&sql, sale->sgc);
    sql_put_int(&sql, sale->krn);
    sql_put_int(&sql, sale->ti);
    sql_put_int(&sql, sale->kt);
    sql_put_int(&sql, sale->ken);
    sql_put_int(&sql, sale->ea);
    sql_put_int(&sql, sale->dkga);
    sql_put_int(&sql, sale->base_date);
    sql_put_int(&sql, sale->previous);
    sql_put_int(&sql, sale->order);
    sql_put_reference(&sql, sale->key_change);
    return sql_run(&sql);
}

/* SQLite does not say which rule it was that two rows may not share. */
static mv_status explain(struct store *store, const struct store_sale *sale, mv_status refusal)
{
    bool row;
    if (sqlite_refused_by(refusal, SQLITE_CONSTRAINT_TRIGGER)) {
        MV_TRY(store_record_request_exists(store, sale->principal, sale->request_id, &row));
        return row ? mv_fail(MV_REQUEST_ID_REUSED, NULL) : refusal;
    }
    if (!sqlite_refused_by(refusal, SQLITE_CONSTRAINT_UNIQUE))
        return refusal;
    struct sql sql = sql_read(store, SQL_REQUEST_EXISTS);
    sql_put_int(&sql, sale->principal);
    sql_put_text(&sql, sale->request_id);
    MV_TRY(sql_step(&sql, &row));
    sql_done(&sql);
    return row ? mv_fail(MV_REQUEST_ID_REUSED, NULL) : refusal;
}

mv_status store_till_open(struct store *store, const struct store_sale *sale)
{
    int64_t terminal;
    return find_or_open_terminal(store, sale, &terminal);
}

mv_status store_sale_insert(struct store *store, struct store_sale *sale)
{
    int64_t terminal;
    MV_TRY(find_or_open_terminal(store, sale, &terminal));
    MV_TRY(find_place(store, terminal, sale));
    mv_status status = insert(store, sale);
    return status.ok ? status : explain(store, sale, status);
}
