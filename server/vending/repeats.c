#include "vending/repeats.h"

#include <string.h>

#include "vending/audit_note.h"

static int64_t second_of(int64_t time_us)
{
    return time_us / 1000000;
}

static bool same(const struct audit_record *a, const struct audit_record *b)
{
    return second_of(a->time_unix_us) == second_of(b->time_unix_us) && strcmp(a->principal, b->principal) == 0 &&
           strcmp(a->outcome, b->outcome) == 0 && strcmp(a->action, b->action) == 0;
}

static bool is_due(const struct vend_repeat *row, int64_t now_us, bool all)
{
    return row->used && row->more > 0 && (all || second_of(row->record.time_unix_us) != second_of(now_us));
}

bool vend_repeats_counted(struct vend_repeats *repeats, const struct audit_record *record)
{
    struct vend_repeat *place = NULL;
    for (size_t i = 0; i < VEND_REPEATS; i++) {
        struct vend_repeat *row = &repeats->rows[i];
        if (row->used && same(&row->record, record)) {
            row->open++;
            return true;
        }
        bool over = second_of(row->record.time_unix_us) != second_of(record->time_unix_us);
        if (!row->used || (over && row->more == 0 && row->open == 0 && !row->fresh))
            place = row;
    }
    /* no place: this one and its repetitions each become a record */
    if (place != NULL)
        *place = (struct vend_repeat){.used = true, .fresh = true, .record = *record};
    return false;
}

void vend_repeats_drop(struct vend_repeats *repeats)
{
    repeats->dropped++;
}

static bool dropped_due(const struct vend_repeats *repeats, int64_t now_us, bool all)
{
    return repeats->dropped > 0 && (all || second_of(now_us) != repeats->told_second);
}

bool vend_repeats_due(const struct vend_repeats *repeats, int64_t now_us, bool all)
{
    if (dropped_due(repeats, now_us, all))
        return true;
    for (size_t i = 0; i < VEND_REPEATS; i++)
        if (is_due(&repeats->rows[i], now_us, all))
            return true;
    return false;
}

static mv_status write_dropped(struct vend_repeats *repeats, struct store *store, int64_t now_us)
{
    struct audit_record sum;
    repeats->telling = repeats->dropped;
    repeats->told_second = second_of(now_us);
    vend_note(&sum, NULL, "refusals.dropped", NULL);
    vend_note_outcome(&sum, mv_fail(MV_SERVER_BUSY, NULL));
    vend_note_detail(&sum, "repeated=%llu", (unsigned long long)repeats->telling);
    sum.time_unix_us = now_us;
    return store_audit_append(store, &sum);
}

mv_status vend_repeats_write(struct vend_repeats *repeats, struct store *store, int64_t now_us, bool all)
{
    if (dropped_due(repeats, now_us, all))
        MV_TRY(write_dropped(repeats, store, now_us));
    for (size_t i = 0; i < VEND_REPEATS; i++) {
        struct vend_repeat *row = &repeats->rows[i];
        if (!is_due(row, now_us, all))
            continue;
        struct audit_record sum = row->record;
        sum.detail[0] = '\0';
        sum.time_unix_us = now_us;
        vend_note_detail(&sum, "repeated=%llu second=%lld", (unsigned long long)row->more,
                         (long long)second_of(row->record.time_unix_us));
        MV_TRY(store_audit_append(store, &sum));
        row->summing = true;
    }
    return mv_ok();
}

static void end_row(struct vend_repeat *row, bool committed)
{
    bool gone = committed ? row->summing : row->fresh;
    if (gone) {
        *row = (struct vend_repeat){0};
        return;
    }
    if (committed)
        row->more += row->open;
    row->open = 0;
    row->fresh = false;
    row->summing = false;
}

void vend_repeats_end(struct vend_repeats *repeats, bool committed)
{
    for (size_t i = 0; i < VEND_REPEATS; i++)
        if (repeats->rows[i].used)
            end_row(&repeats->rows[i], committed);
    if (committed)
        repeats->dropped -= repeats->telling;
    repeats->telling = 0;
}
