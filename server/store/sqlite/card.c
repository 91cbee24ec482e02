#include "store/cards.h"

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/engine.h"

mv_status store_card_meter_get(struct store *store, int64_t meter, struct store_card_meter *row)
{
    bool found;
    struct sql sql = sql_read(store, SQL_CARD_METER_GET);
    sql_put_int(&sql, meter);
    MV_TRY(sql_step(&sql, &found));
    if (!found)
        return mv_fail(MV_CARD_KEYS_DIFFER, NULL);
    row->meter = meter;
    row->key_version = sql_get_u8(&sql);
    row->area_version = sql_get_u8(&sql);
    row->last_version = sql_get_u16(&sql);
    sql_done(&sql);
    return sql_row_ok(&sql);
}

mv_status store_card_meter_put(struct store *store, const struct store_card_meter *row)
{
    struct sql sql = sql_write(store, SQL_CARD_METER_PUT);
    sql_put_int(&sql, row->meter);
    sql_put_int(&sql, row->key_version);
    sql_put_int(&sql, row->area_version);
    sql_put_int(&sql, row->last_version);
    return sql_run(&sql);
}

/* ---- cards ---- */

static mv_status get_card(struct sql *sql, struct store_card *card)
{
    memset(card, 0, sizeof *card);
    card->id = sql_get_int(sql);
    sql_get_blob(sql, card->uid, sizeof card->uid);
    card->kind = sql_get_u8(sql);
    card->state = (enum store_card_state)sql_get_u8(sql);
    card->organisation = sql_get_int(sql);
    card->meter = sql_get_int(sql);
    sql_get_blob(sql, card->domain, sizeof card->domain);
    card->version = sql_get_u16(sql);
    card->denied = (enum store_card_denied)sql_get_u8(sql);
    sql_get_text(sql, card->because, sizeof card->because);
    card->keys.issuer = sql_get_u8(sql);
    card->keys.office = sql_get_u8(sql);
    card->keys.meter = sql_get_u8(sql);
    card->keys.area = sql_get_u8(sql);
    card->keys.transport = sql_get_u8(sql);
    card->uses = sql_get_u64(sql);
    card->round = sql_get_u8(sql);
    card->since_unix_s = sql_get_int(sql);
    card->used_unix_s = sql_get_int(sql);
    return sql_row_ok(sql);
}

static mv_status one_card(struct sql *sql, struct store_card *card)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_CARD_UNKNOWN, NULL);
    mv_status status = get_card(sql, card);
    sql_done(sql);
    return status;
}

mv_status store_card_by_uid(struct store *store, const uint8_t uid[STORE_UID], struct store_card *card)
{
    struct sql sql = sql_read(store, SQL_CARD_BY_UID);
    sql_put_blob(&sql, uid, STORE_UID);
    return one_card(&sql, card);
}

mv_status store_card_of_meter(struct store *store, int64_t meter, struct store_card *card)
{
    struct sql sql = sql_read(store, SQL_CARD_OF_METER);
    sql_put_int(&sql, meter);
    return one_card(&sql, card);
}

static void put_card(struct sql *sql, const struct store_card *card)
{
    sql_put_int(sql, card->kind);
    sql_put_int(sql, card->state);
    sql_put_int(sql, card->organisation);
    sql_put_reference(sql, card->meter);
    sql_put_blob(sql, card->domain, sizeof card->domain);
    sql_put_int(sql, card->version);
    sql_put_int(sql, card->denied);
    sql_put_text(sql, card->because);
    sql_put_int(sql, card->keys.issuer);
    sql_put_int(sql, card->keys.office);
    sql_put_int(sql, card->keys.meter);
    sql_put_int(sql, card->keys.area);
    sql_put_int(sql, card->keys.transport);
    sql_put_u64(sql, card->uses);
    sql_put_int(sql, card->round);
    sql_put_int(sql, card->since_unix_s);
    sql_put_int(sql, card->used_unix_s);
}

static mv_status run_card(struct sql *sql)
{
    mv_status status = sql_run(sql);
    return sqlite_refused_by(status, SQLITE_CONSTRAINT_UNIQUE) ? mv_fail(MV_CARD_EXISTS, NULL) : status;
}

mv_status store_card_insert(struct store *store, struct store_card *card)
{
    struct sql sql = sql_write(store, SQL_CARD_INSERT);
    put_card(&sql, card);
    sql_put_blob(&sql, card->uid, sizeof card->uid);
    MV_TRY(run_card(&sql));
    card->id = sqlite3_last_insert_rowid(store->db);
    return mv_ok();
}

mv_status store_card_update(struct store *store, const struct store_card *card)
{
    struct sql sql = sql_write(store, SQL_CARD_UPDATE);
    put_card(&sql, card);
    sql_put_int(&sql, card->id);
    MV_TRY(run_card(&sql));
    return sqlite3_changes(store->db) == 1 ? mv_ok() : mv_fail(MV_CARD_UNKNOWN, NULL);
}

static mv_status walk_cards(struct sql *sql, store_card_fn *each, void *self)
{
    for (;;) {
        bool row;
        struct store_card card;
        MV_TRY(sql_step(sql, &row));
        if (!row)
            return mv_ok();
        mv_status status = get_card(sql, &card);
        if (status.ok)
            status = each(self, &card);
        if (!status.ok) {
            sql_done(sql);
            return status;
        }
    }
}

mv_status store_cards_after(struct store *store, const uint8_t after[STORE_UID], const int64_t *organisations,
                            size_t count, int64_t meter, bool denied_only, size_t limit, store_card_fn *each,
                            void *self)
{
    char *list = sqlite_number_list(organisations, count);
    if (list == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    struct sql sql = sql_read(store, SQL_CARDS_AFTER);
    sql_put_blob(&sql, after, STORE_UID);
    sql_put_text(&sql, list);
    sql_put_int(&sql, meter);
    sql_put_int(&sql, denied_only);
    sql_put_int(&sql, (int64_t)limit);
    mv_status status = walk_cards(&sql, each, self);
    free(list);
    return status;
}

/* ---- keys ---- */

mv_status store_card_key_uses(struct store *store, const char *label, uint64_t *uses)
{
    bool row;
    struct sql sql = sql_read(store, SQL_CARD_KEY_USES);
    sql_put_text(&sql, label);
    MV_TRY(sql_step(&sql, &row));
    *uses = row ? sql_get_u64(&sql) : 0;
    sql_done(&sql);
    return row ? sql_row_ok(&sql) : mv_ok();
}

mv_status store_card_key_used(struct store *store, const char *label)
{
    struct sql sql = sql_write(store, SQL_CARD_KEY_USED);
    sql_put_text(&sql, label);
    return sql_run(&sql);
}
