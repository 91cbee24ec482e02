/* Keys in rows, and the keys that a meter held. */
#include "store/sqlite/engine.h"

void sqlite_get_key(struct sql *sql, struct store_key *key)
{
    sql_get_text(sql, key->sgc, sizeof key->sgc);
    key->krn = sql_get_u8(sql);
    key->ti = sql_get_u8(sql);
    key->kt = sql_get_u8(sql);
    key->ken = sql_get_u8(sql);
    key->ea = sql_get_u8(sql);
    key->dkga = sql_get_u8(sql);
    key->base_date = sql_get_u16(sql);
}

static mv_status get_meter_key(struct sql *sql, struct store_meter_key *row)
{
    row->sequence = sql_get_u32(sql);
    sqlite_get_key(sql, &row->key);
    row->since_unix_s = sql_get_int(sql);
    row->key_change = sql_get_int(sql);
    row->rollover = sql_get_bool(sql);
    return sql_row_ok(sql);
}

mv_status store_meter_keys(struct store *store, int64_t meter, store_meter_key_fn *each, void *self)
{
    struct sql sql = sql_read(store, SQL_METER_KEYS);
    sql_put_int(&sql, meter);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_meter_key key;
        mv_status status = get_meter_key(&sql, &key);
        if (status.ok)
            status = each(self, &key);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}
