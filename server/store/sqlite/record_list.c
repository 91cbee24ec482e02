#include "store/record_list.h"

#include <string.h>

#include "store/sqlite/record_row.h"

mv_status store_records_from(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind, uint32_t from,
                             size_t limit, store_record_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_RECORDS_FROM);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, kind);
    sql_put_int(&sql, from);
    sql_put_int(&sql, (int64_t)limit);
    return sqlite_each_record(&sql, each, self);
}

static mv_status get_return(struct sql *sql, struct store_return *back, uint32_t *question)
{
    size_t size = 0;
    memset(back, 0, sizeof *back);
    back->meter = sql_get_int(sql);
    back->epoch = sql_get_u16(sql);
    back->sequence = sql_get_u32(sql);
    sql_get_blob_up_to(sql, back->bytes, sizeof back->bytes, &size);
    back->size = (uint8_t)size;
    back->answers = sql_get_int(sql);
    back->principal = sql_get_int(sql);
    back->received_at_unix_s = sql_get_int(sql);
    *question = sql_get_u32(sql);
    return sql_row_ok(sql);
}

mv_status store_returns_before(struct store *store, int64_t meter, uint32_t epoch, uint32_t sequence, size_t limit,
                               store_return_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_RETURNS_BEFORE);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, epoch);
    sql_put_int(&sql, sequence);
    sql_put_int(&sql, (int64_t)limit);
    for (;;) {
        bool row;
        struct store_return back;
        uint32_t question;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        mv_status status = get_return(&sql, &back, &question);
        if (status.ok)
            status = each(self, &back, question);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}
