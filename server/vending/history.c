/* Every key that a meter has held or may have held. */
#include <stdlib.h>
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"

struct walk {
    struct vend_key_history *history;
    int64_t changes[VEND_MAX_PAGE]; /* that the keys came with */
};

static mv_status add(void *self, const struct store_meter_key *row)
{
    struct walk *walk = self;
    struct vend_key_history *history = walk->history;
    if (history->count == VEND_MAX_PAGE) {
        history->count--;
        memmove(&history->keys[0], &history->keys[1], history->count * sizeof history->keys[0]);
        memmove(&walk->changes[0], &walk->changes[1], history->count * sizeof walk->changes[0]);
    }
    walk->changes[history->count] = row->key_change;
    history->keys[history->count++] =
        (struct vend_key_record){.key = row->key, .since_unix_s = row->since_unix_s, .rollover = row->rollover};
    return mv_ok();
}

/* The newest key that the meter took is the one it holds. */
static mv_status judge(struct store *store, struct walk *walk)
{
    bool held = false;
    for (size_t i = walk->history->count; i > 0; i--) {
        struct vend_key_record *record = &walk->history->keys[i - 1];
        struct store_key_change change = {.outcome = STORE_APPLIED};
        if (walk->changes[i - 1] != 0)
            MV_TRY(store_key_change_get(store, walk->changes[i - 1], &change));
        if (change.outcome == STORE_APPLIED) {
            record->state = held ? VEND_KEY_LEFT : VEND_KEY_HELD;
            held = true;
        } else {
            record->state = change.outcome == STORE_PENDING ? VEND_KEY_PENDING : VEND_KEY_NOT_TAKEN;
        }
    }
    return mv_ok();
}

static mv_status read_history(struct vend *vend, struct store *store, const struct vend_identity *identity,
                              const char *pan, struct walk *walk)
{
    struct store_meter meter;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_meter_by_pan(store, pan, &meter));
    MV_TRY(vend_may_touch(&vend->directory, identity, VEND_GET_METER_HISTORY, meter.organisation, meter.sgc));
    MV_TRY(store_meter_keys(store, meter.id, add, walk));
    return judge(store, walk);
}

static mv_status get_history(struct vend *vend, const struct vend_caller *caller, const char *pan,
                             struct vend_key_history *history)
{
    struct vend_identity identity;
    struct store *store = NULL;
    history->count = 0;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_METER_HISTORY, &identity));
    MV_TRY(vend_form_pan(pan));
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "history");
    walk->history = history;
    mv_status status = vend_reader_take(&vend->readers, &store);
    if (status.ok) {
        status = read_history(vend, store, &identity, pan, walk);
        vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    }
    free(walk);
    return status;
}

mv_status vend_meter_history(struct vend *vend, const struct vend_caller *caller, const char *pan,
                             struct vend_key_history *history)
{
    return vend_answer(vend, caller, VEND_GET_METER_HISTORY, vend_form_object(pan),
                       get_history(vend, caller, pan, history));
}
