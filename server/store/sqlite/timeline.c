#include "store/accounts.h"
#include "store/sqlite/engine.h"

static mv_status get_event(struct sql *sql, struct store_event *event)
{
    event->place.time_unix_s = sql_get_int(sql);
    event->place.source = sql_get_int(sql);
    event->place.ordinal = sql_get_int(sql);
    event->kind = sql_get_u8(sql);
    sql_get_text(sql, event->principal, sizeof event->principal);
    sql_get_text(sql, event->text, sizeof event->text);
    event->amount = sql_get_int(sql);
    return sql_row_ok(sql);
}

mv_status store_timeline(struct store *store, int64_t account, const struct store_event_place *before, size_t limit,
                         store_event_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_TIMELINE);
    sql_put_int(&sql, account);
    sql_put_int(&sql, before->time_unix_s);
    sql_put_int(&sql, before->source);
    sql_put_int(&sql, before->ordinal);
    sql_put_u64(&sql, limit);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_event event;
        mv_status status = get_event(&sql, &event);
        if (status.ok)
            status = each(self, &event);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}
