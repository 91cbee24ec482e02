#include "store/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/engine.h"

static void get_customer(struct sql *sql, struct store_customer *customer)
{
    sql_get_text(sql, customer->name, sizeof customer->name);
    sql_get_text(sql, customer->address, sizeof customer->address);
    sql_get_text(sql, customer->contact, sizeof customer->contact);
    sql_get_text(sql, customer->reference, sizeof customer->reference);
}

static mv_status get_account(struct sql *sql, struct store_account *account)
{
    account->id = sql_get_int(sql);
    sql_get_text(sql, account->number, sizeof account->number);
    account->organisation = sql_get_int(sql);
    account->meter = sql_get_int(sql);
    sql_get_text(sql, account->pan, sizeof account->pan);
    get_customer(sql, &account->customer);
    sql_get_text(sql, account->tariff_class, sizeof account->tariff_class);
    account->state = sql_get_u8(sql);
    account->version = sql_get_u32(sql);
    account->opened_at_unix_s = sql_get_int(sql);
    account->balance = sql_get_int(sql);
    return sql_row_ok(sql);
}

static mv_status one_account(struct sql *sql, struct store_account *account)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
    mv_status status = get_account(sql, account);
    sql_done(sql);
    return status;
}

mv_status store_account_by_number(struct store *store, const char *number, struct store_account *account)
{
    struct sql sql = sql_read(store, SQL_ACCOUNT_BY_NUMBER);
    sql_put_text(&sql, number);
    return one_account(&sql, account);
}

mv_status store_account_by_meter(struct store *store, int64_t meter, struct store_account *account)
{
    struct sql sql = sql_read(store, SQL_ACCOUNT_BY_METER);
    sql_put_int(&sql, meter);
    return one_account(&sql, account);
}

mv_status store_account_by_id(struct store *store, int64_t id, struct store_account *account)
{
    struct sql sql = sql_read(store, SQL_ACCOUNT_BY_ID);
    sql_put_int(&sql, id);
    return one_account(&sql, account);
}

mv_status store_account_first(struct store *store, int64_t id, struct store_customer *customer,
                              char tariff_class[STORE_TARIFF_CLASS + 1])
{
    bool row;
    struct sql sql = sql_read(store, SQL_ACCOUNT_FIRST);
    sql_put_int(&sql, id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
    get_customer(&sql, customer);
    sql_get_text(&sql, tariff_class, STORE_TARIFF_CLASS + 1);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_account_class_since(struct store *store, int64_t id, struct store_account_class_change *change)
{
    bool row;
    struct sql sql = sql_read(store, SQL_ACCOUNT_CLASS_SINCE);
    sql_put_int(&sql, id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
    change->at_unix_s = sql_get_int(&sql);
    change->changed_by = sql_get_int(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_account_class_at(struct store *store, int64_t id, int64_t at_unix_s, struct store_account_class *found)
{
    bool row;
    struct sql sql = sql_read(store, SQL_ACCOUNT_CLASS_AT);
    sql_put_int(&sql, id);
    sql_put_int(&sql, at_unix_s);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_ACCOUNT_UNKNOWN, NULL);
    sql_get_text(&sql, found->name, sizeof found->name);
    found->since_unix_s = sql_get_int(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

mv_status store_account_had_meter(struct store *store, int64_t id, int64_t meter, bool *had)
{
    struct sql sql = sql_read(store, SQL_ACCOUNT_HAD_METER);
    sql_put_int(&sql, id);
    sql_put_int(&sql, meter);
    MV_TRY(sql_step(&sql, had));
    if (*had)
        sql_done(&sql);
    return mv_ok();
}

static mv_status insert_version(struct store *store, const struct store_account *account,
                                const struct store_account_act *act)
{
    struct sql sql = sql_write(store, SQL_ACCOUNT_VERSION_INSERT);
    sql_put_int(&sql, account->id);
    sql_put_int(&sql, account->version);
    sql_put_int(&sql, act->kind);
    sql_put_int(&sql, account->state);
    sql_put_int(&sql, account->meter);
    sql_put_text(&sql, account->customer.name);
    sql_put_text(&sql, account->customer.address);
    sql_put_text(&sql, account->customer.contact);
    sql_put_text(&sql, account->customer.reference);
    sql_put_text(&sql, account->tariff_class);
    sql_put_text(&sql, act->note);
    sql_put_int(&sql, act->principal);
    sql_put_int(&sql, act->at_unix_s);
    return sql_run(&sql);
}

/* Looked at first, because SQLite does not say which rule it was that two rows may not share. */
static mv_status check_free(struct store *store, const struct store_account *account)
{
    struct store_account other;
    mv_status found = store_account_by_number(store, account->number, &other);
    if (found.ok)
        return mv_fail(MV_ACCOUNT_EXISTS, "account_number");
    if (found.reason != MV_ACCOUNT_UNKNOWN)
        return found;
    found = store_account_by_meter(store, account->meter, &other);
    if (found.ok)
        return mv_fail(MV_METER_HAS_ACCOUNT, "meter_pan");
    return found.reason == MV_ACCOUNT_UNKNOWN ? mv_ok() : found;
}

mv_status store_account_open(struct store *store, struct store_account *account, const struct store_account_act *act)
{
    MV_TRY(check_free(store, account));
    struct sql sql = sql_write(store, SQL_ACCOUNT_INSERT);
    sql_put_text(&sql, account->number);
    sql_put_int(&sql, account->organisation);
    sql_put_int(&sql, account->meter);
    MV_TRY(sql_run(&sql));
    account->id = sqlite3_last_insert_rowid(store->db);
    account->state = STORE_ACCOUNT_IN_USE;
    account->version = 1;
    account->opened_at_unix_s = act->at_unix_s;
    account->balance = 0;
    return insert_version(store, account, act);
}

mv_status store_account_change(struct store *store, struct store_account *account, const struct store_account_act *act)
{
    account->version++;
    return insert_version(store, account, act);
}

static mv_status walk(struct sql *sql, store_account_fn *each, void *self)
{
    for (;;) {
        bool row;
        MV_TRY(sql_step(sql, &row));
        if (!row)
            return mv_ok();
        struct store_account account;
        mv_status status = get_account(sql, &account);
        if (status.ok)
            status = each(self, &account);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

mv_status store_account_owes(struct store *store, int64_t id, struct store_account_owes *owes)
{
    bool row;
    struct sql sql = sql_read(store, SQL_ACCOUNT_OWES);
    sql_put_int(&sql, id);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_fail(MV_INTERNAL_ERROR, "account");
    owes->owed = sql_get_int(&sql);
    owes->deposit = sql_get_int(&sql);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

/* ---- lists ---- */
/* Room for a number and one character more. */
struct range {
    char from[STORE_ACCOUNT_NUMBER + 2]; /* inclusive */
    char to[STORE_ACCOUNT_NUMBER + 2];   /* exclusive */
};

/* A number is followed by itself and the lowest character; '~' is above all that numbers have. */
static void find_range(const struct store_account_filter *filter, struct range *range)
{
    bool begun = strcmp(filter->after, filter->number) >= 0 && filter->after[0] != '\0';
    (void)snprintf(range->from, sizeof range->from, "%s%s", begun ? filter->after : filter->number,
                   begun ? "\001" : "");
    (void)snprintf(range->to, sizeof range->to, "%s~", filter->number);
}

/* What lies behind the accounts that are looked at is left for the next page. */
static mv_status find_end(struct store *store, const struct range *range, const char *organisations,
                          char through[STORE_ACCOUNT_NUMBER + 1])
{
    bool row;
    struct sql sql = sql_read(store, SQL_ACCOUNTS_END);
    sql_put_text(&sql, range->from);
    sql_put_text(&sql, range->to);
    sql_put_text(&sql, organisations);
    sql_put_int(&sql, STORE_ACCOUNTS_LOOKED_AT);
    MV_TRY(sql_step(&sql, &row));
    if (!row)
        return mv_ok();
    sql_get_text(&sql, through, STORE_ACCOUNT_NUMBER + 1);
    mv_status status = sql_row_ok(&sql);
    sql_done(&sql);
    return status;
}

static mv_status walk_range(struct store *store, const struct store_account_filter *filter, const struct range *range,
                            const char *organisations, store_account_fn *each, void *self)
{
    struct sql sql = sql_read(store, filter->meter == 0 ? SQL_ACCOUNTS : SQL_ACCOUNTS_OF_METER);
    sql_put_text(&sql, range->from);
    sql_put_text(&sql, range->to);
    sql_put_text(&sql, organisations);
    sql_put_int(&sql, filter->state);
    sql_put_text(&sql, filter->search);
    sql_put_u64(&sql, filter->limit);
    sql_put_int(&sql, filter->meter == 0 ? STORE_ACCOUNTS_LOOKED_AT : filter->meter);
    return walk(&sql, each, self);
}

mv_status store_accounts(struct store *store, const struct store_account_filter *filter, store_account_fn *each,
                         void *self, char through[STORE_ACCOUNT_NUMBER + 1])
{
    struct range range;
    through[0] = '\0';
    find_range(filter, &range);
    char *organisations = sqlite_number_list(filter->organisations, filter->organisation_count);
    if (organisations == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "account list");
    mv_status status = filter->meter == 0 ? find_end(store, &range, organisations, through) : mv_ok();
    if (status.ok)
        status = walk_range(store, filter, &range, organisations, each, self);
    free(organisations);
    return status;
}
