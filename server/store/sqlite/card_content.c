#include <string.h>

#include "store/cards.h"
#include "store/sqlite/engine.h"

mv_status store_card_content_note(struct store *store, const struct store_card_content *content)
{
    struct sql sql = sql_write(store, SQL_CARD_CONTENT_NOTE);
    sql_put_int(&sql, content->card);
    sql_put_blob(&sql, content->hash, sizeof content->hash);
    sql_put_int(&sql, content->purchase);
    sql_put_int(&sql, content->principal);
    sql_put_text(&sql, content->request_id);
    sql_put_int(&sql, content->noted_unix_s);
    return sql_run(&sql);
}

static mv_status one_content(struct sql *sql, struct store_card_content *content)
{
    bool row;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_RECORD_UNKNOWN, NULL);
    memset(content, 0, sizeof *content);
    content->id = sql_get_int(sql);
    content->card = sql_get_int(sql);
    sql_get_blob(sql, content->hash, sizeof content->hash);
    content->purchase = sql_get_u32(sql);
    content->principal = sql_get_int(sql);
    sql_get_text(sql, content->request_id, sizeof content->request_id);
    content->noted_unix_s = sql_get_int(sql);
    content->confirmed = sql_get_bool(sql);
    sql_done(sql);
    return sql_row_ok(sql);
}

mv_status store_card_content_find(struct store *store, int64_t card, const uint8_t hash[STORE_CARD_HASH],
                                  struct store_card_content *content)
{
    struct sql sql = sql_read(store, SQL_CARD_CONTENT_FIND);
    sql_put_int(&sql, card);
    sql_put_blob(&sql, hash, STORE_CARD_HASH);
    return one_content(&sql, content);
}

mv_status store_card_content_last(struct store *store, int64_t card, struct store_card_content *content)
{
    struct sql sql = sql_read(store, SQL_CARD_CONTENT_LAST);
    sql_put_int(&sql, card);
    return one_content(&sql, content);
}

mv_status store_card_content_confirm(struct store *store, int64_t id, int64_t now_unix_s)
{
    struct sql sql = sql_write(store, SQL_CARD_CONTENT_CONFIRM);
    sql_put_int(&sql, now_unix_s);
    sql_put_int(&sql, id);
    return sql_run(&sql);
}

mv_status store_card_event_insert(struct store *store, const struct store_card_event *event)
{
    struct sql sql = sql_write(store, SQL_CARD_EVENT_INSERT);
    sql_put_int(&sql, event->meter);
    sql_put_int(&sql, event->card);
    sql_put_int(&sql, event->kind);
    sql_put_int(&sql, event->purchase);
    sql_put_reference(&sql, event->other);
    sql_put_text(&sql, event->reason);
    sql_put_int(&sql, event->principal);
    sql_put_int(&sql, event->at_unix_s);
    return sql_run(&sql);
}
