#include "store/vendors.h"

#include "store/second_person.h"
#include "store/sqlite/engine.h"

/* ---- vendors and their terms ---- */
mv_status store_vendor_terms_get(struct store *store, int64_t organisation, uint32_t version,
                                 struct store_vendor_terms *terms)
{
    bool row;
    struct sql sql = sql_read(store, SQL_VENDOR_TERMS_GET);
    sql_put_int(&sql, organisation);
    sql_put_int(&sql, version);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_VENDOR_UNKNOWN, "version");
    terms->version = sql_get_u32(&sql);
    terms->credit_limit = sql_get_int(&sql);
    terms->sale_limit = sql_get_int(&sql);
    terms->day_limit = sql_get_int(&sql);
    terms->commission_e4 = sql_get_u32(&sql);
    terms->principal = sql_get_int(&sql);
    terms->put_at_unix_s = sql_get_int(&sql);
    terms->approver = sql_get_int(&sql);
    terms->approved_at_unix_s = sql_get_int(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_vendor_get(struct store *store, int64_t organisation, struct store_vendor *vendor)
{
    bool row;
    *vendor = (struct store_vendor){.organisation = organisation};
    struct sql sql = sql_read(store, SQL_VENDOR_GET);
    sql_put_int(&sql, organisation);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_VENDOR_UNKNOWN, NULL);
    vendor->organisation = sql_get_int(&sql);
    vendor->deposits = sql_get_u64(&sql);
    vendor->entries = sql_get_u64(&sql);
    vendor->balance = sql_get_int(&sql);
    vendor->day = sql_get_int(&sql);
    vendor->day_sold = sql_get_int(&sql);
    vendor->newest = sql_get_u32(&sql);
    uint32_t in_force = sql_get_u32(&sql);
    sql_done(&sql);
    MV_TRY(sql_row_ok(&sql));
    return in_force == 0 ? mv_ok() : store_vendor_terms_get(store, organisation, in_force, &vendor->terms);
}

mv_status store_vendor_of(struct store *store, int64_t organisation, struct store_vendor *vendor)
{
    bool row;
    struct sql sql = sql_read(store, SQL_VENDOR_OF);
    sql_put_int(&sql, organisation);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_VENDOR_UNKNOWN, NULL);
    int64_t id = sql_get_int(&sql);
    sql_done(&sql);
    return store_vendor_get(store, id, vendor);
}

mv_status store_vendor_list(struct store *store, int64_t organisation, const char *after, size_t limit,
                            int64_t *vendors, size_t *count)
{
    *count = 0;
    struct sql sql = sql_read(store, SQL_VENDOR_LIST);
    sql_put_int(&sql, organisation);
    sql_put_text(&sql, after);
    sql_put_u64(&sql, limit);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return sql_row_ok(&sql);
        if (*count == limit) {
            sql_done(&sql);
            return mv_fail(MV_LEDGER_CORRUPT, "vendors");
        }
        vendors[(*count)++] = sql_get_int(&sql);
    }
}

static mv_status open_vendor(struct store *store, int64_t organisation)
{
    struct store_vendor vendor;
    mv_status found = store_vendor_get(store, organisation, &vendor);
    if (found.ok || found.reason != MV_VENDOR_UNKNOWN)
        return found;
    struct sql sql = sql_write(store, SQL_VENDOR_INSERT);
    sql_put_int(&sql, organisation);
    mv_status status = sql_run(&sql);
    bool nested =
        sqlite_refused_by(status, SQLITE_CONSTRAINT_TRIGGER) || sqlite_refused_by(status, SQLITE_CONSTRAINT_CHECK);
    return nested ? mv_fail(MV_VENDOR_NESTED, NULL) : status;
}

mv_status store_vendor_terms_insert(struct store *store, int64_t organisation, struct store_vendor_terms *terms)
{
    struct store_vendor vendor;
    MV_TRY(open_vendor(store, organisation));
    MV_TRY(store_vendor_get(store, organisation, &vendor));
    terms->version = vendor.newest + 1;
    struct sql sql = sql_write(store, SQL_VENDOR_TERMS_INSERT);
    sql_put_int(&sql, organisation);
    sql_put_int(&sql, terms->version);
    sql_put_int(&sql, terms->credit_limit);
    sql_put_int(&sql, terms->sale_limit);
    sql_put_int(&sql, terms->day_limit);
    sql_put_int(&sql, terms->commission_e4);
    sql_put_int(&sql, terms->principal);
    sql_put_int(&sql, terms->put_at_unix_s);
    return sql_run(&sql);
}

mv_status store_vendor_terms_approve(struct store *store, const struct store_vendor *vendor,
                                     const struct store_vendor_terms *terms, int64_t principal, int64_t at_unix_s)
{
    const struct store_second_person approval = {.waits = terms->version > vendor->terms.version,
                                                 .first = terms->principal,
                                                 .second = principal,
                                                 .not_waiting = MV_VENDOR_TERMS_NOT_PENDING,
                                                 .same_person = MV_VENDOR_SAME_PERSON};
    MV_TRY(store_second_person_check(&approval));
    struct sql sql = sql_write(store, SQL_VENDOR_TERMS_APPROVE);
    sql_put_int(&sql, vendor->organisation);
    sql_put_int(&sql, terms->version);
    sql_put_int(&sql, principal);
    sql_put_int(&sql, at_unix_s);
    return sql_run(&sql);
}

/* ---- deposits ---- */
static mv_status read_deposit(struct sql *sql, struct store_vendor_deposit *deposit)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_DEPOSIT_UNKNOWN, NULL);
    deposit->vendor = sql_get_int(sql);
    deposit->number = sql_get_u64(sql);
    deposit->takes_back = sql_get_u64(sql);
    deposit->amount = sql_get_int(sql);
    sql_get_text(sql, deposit->slip, sizeof deposit->slip);
    sql_get_text(sql, deposit->request_id, sizeof deposit->request_id);
    deposit->principal = sql_get_int(sql);
    deposit->at_unix_s = sql_get_int(sql);
    deposit->balance = sql_get_int(sql);
    deposit->taken_back = sql_get_int(sql) != 0;
    sql_done(sql);
    return sql_row_ok(sql);
}

mv_status store_vendor_deposit_get(struct store *store, int64_t vendor, uint64_t number,
                                   struct store_vendor_deposit *deposit)
{
    struct sql sql = sql_read(store, SQL_VENDOR_DEPOSIT_GET);
    sql_put_int(&sql, vendor);
    sql_put_u64(&sql, number);
    return read_deposit(&sql, deposit);
}

mv_status store_vendor_deposit_by_request(struct store *store, int64_t principal, const char *request_id,
                                          struct store_vendor_deposit *deposit)
{
    struct sql sql = sql_read(store, SQL_VENDOR_DEPOSIT_BY_REQUEST);
    sql_put_int(&sql, principal);
    sql_put_text(&sql, request_id);
    return read_deposit(&sql, deposit);
}

mv_status store_vendor_deposit_insert(struct store *store, struct store_vendor_deposit *deposit)
{
    bool row;
    struct sql sql = sql_write(store, SQL_VENDOR_DEPOSIT_INSERT);
    sql_put_int(&sql, deposit->vendor);
    sql_put_u64(&sql, deposit->takes_back);
    sql_put_int(&sql, deposit->amount);
    sql_put_text(&sql, deposit->slip);
    sql_put_text(&sql, deposit->request_id);
    sql_put_int(&sql, deposit->principal);
    sql_put_int(&sql, deposit->at_unix_s);
    mv_status status = sql_step(&sql, &row);
    if (deposit->takes_back != 0 && sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE))
        return mv_fail(MV_DEPOSIT_TAKEN_BACK, "takes_back");
    MV_TRY(status);
    if (!row)
        return mv_fail(MV_VENDOR_UNKNOWN, NULL);
    deposit->number = sql_get_u64(&sql);
    sql_done(&sql);
    return store_vendor_deposit_get(store, deposit->vendor, deposit->number, deposit);
}

/* ---- entries ---- */
mv_status store_vendor_entry_insert(struct store *store, const struct store_vendor_entry *entry)
{
    struct sql sql = sql_write(store, SQL_VENDOR_ENTRY_INSERT);
    sql_put_int(&sql, entry->vendor);
    sql_put_int(&sql, entry->kind);
    sql_put_int(&sql, entry->amount);
    sql_put_int(&sql, entry->day);
    sql_put_reference(&sql, entry->sale);
    sql_put_reference(&sql, entry->act);
    sql_put_int(&sql, entry->principal);
    sql_put_int(&sql, entry->at_unix_s);
    return sql_run(&sql);
}

mv_status store_vendor_commission_back(struct store *store, int64_t sale, int64_t principal, int64_t at_unix_s)
{
    bool row;
    struct store_vendor_entry entry = {
        .kind = STORE_VENDOR_COMMISSION_BACK, .sale = sale, .principal = principal, .at_unix_s = at_unix_s};
    struct sql sql = sql_read(store, SQL_VENDOR_ENTRY_OF_SALE);
    sql_put_int(&sql, sale);
    sql_put_int(&sql, STORE_VENDOR_COMMISSION);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_ok();
    entry.vendor = sql_get_int(&sql);
    entry.amount = -sql_get_int(&sql);
    sql_done(&sql);
    return store_vendor_entry_insert(store, &entry);
}

static mv_status read_entry(struct sql *sql, struct store_vendor_entry *entry)
{
    entry->vendor = sql_get_int(sql);
    entry->entry = sql_get_u64(sql);
    entry->kind = sql_get_u8(sql);
    entry->amount = sql_get_int(sql);
    entry->balance = sql_get_int(sql);
    entry->terms = sql_get_u32(sql);
    entry->day = sql_get_int(sql);
    entry->day_sold = sql_get_int(sql);
    entry->deposit = sql_get_u64(sql);
    entry->sale = sql_get_int(sql);
    entry->act = sql_get_int(sql);
    entry->principal = sql_get_int(sql);
    entry->at_unix_s = sql_get_int(sql);
    sql_get_text(sql, entry->terminal, sizeof entry->terminal);
    entry->receipt = sql_get_u64(sql);
    sql_get_text(sql, entry->organisation, sizeof entry->organisation);
    return sql_row_ok(sql);
}

mv_status store_vendor_entries(struct store *store, int64_t vendor, uint64_t after, size_t limit,
                               store_vendor_entry_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_VENDOR_ENTRIES);
    sql_put_int(&sql, vendor);
    sql_put_u64(&sql, after);
    sql_put_u64(&sql, limit);
    for (;;) {
        bool row;
        struct store_vendor_entry entry;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        mv_status status = read_entry(&sql, &entry);
        if (status.ok)
            status = each(self, &entry);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}
