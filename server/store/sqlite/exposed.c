/* Which meters had to do with a vending key, for the day when it is known to others. */
#include <stdlib.h>

#include "store/sqlite/engine.h"

static mv_status get_exposed(struct sql *sql, struct store_exposed_meter *meter)
{
    sql_get_text(sql, meter->pan, sizeof meter->pan);
    meter->organisation = sql_get_int(sql);
    meter->since_unix_s = sql_get_int(sql);
    meter->held = sql_get_bool(sql);
    int64_t left = sql_get_int(sql);
    meter->left_unix_s = meter->held ? 0 : left; /* it may have come back since */
    return sql_row_ok(sql);
}

static mv_status walk(struct sql *sql, store_exposed_fn *each, void *self)
{
    for (;;) {
        bool row;
        MV_TRY(sql_step(sql, &row));
        if (!row)
            return mv_ok();
        struct store_exposed_meter meter;
        mv_status status = get_exposed(sql, &meter);
        if (status.ok)
            status = each(self, &meter);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

mv_status store_exposed(struct store *store, const struct store_exposed_filter *filter, store_exposed_fn *each,
                        void *self)
{
    char *organisations = sqlite_number_list(filter->organisations, filter->organisation_count);
    if (organisations == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "exposed meters");
    struct sql sql = sql_read(store, SQL_EXPOSED);
    sql_put_text(&sql, filter->after_pan);
    sql_put_text(&sql, filter->sgc);
    sql_put_int(&sql, filter->krn);
    sql_put_int(&sql, filter->kt);
    sql_put_text(&sql, organisations);
    sql_put_u64(&sql, filter->limit);
    mv_status status = walk(&sql, each, self);
    free(organisations);
    return status;
}
