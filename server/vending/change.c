/* Administrative changes: each has its own transaction and its own audit record. */
#include "vending/internal.h"

/* A connection that failed for good (its file was moved, its handle broke) is replaced by one that works. A full disk
 * or another process's lock is not the connection's fault. */
static void reopen(struct vend *vend, mv_status failure)
{
    if (failure.reason == MV_LEDGER_FULL || failure.reason == MV_LEDGER_LOCKED)
        return;
    struct store *fresh = NULL;
    mv_status opened = store_open(vend->ledger, STORE_WRITER, &fresh);
    if (!opened.ok)
        return;
    store_close(vend->writer.store);
    vend->writer.store = fresh;
    /* the planner stands still during a change, and must not go on reading the lost file */
    store_close(vend->planner.store);
    vend->planner.store = NULL;
}

static mv_status append(struct vend *vend, struct vend_change *change)
{
    if (change->silent)
        return mv_ok();
    change->record.time_unix_us = change->now_us;
    vend_note_outcome(&change->record, mv_ok());
    return store_audit_append(vend->writer.store, &change->record);
}

static mv_status write_refusal(struct vend *vend, const struct vend_change *change)
{
    struct store *store = vend->writer.store;
    struct audit_record record = change->record;
    MV_TRY(store_begin_write(store));
    MV_TRY(store_audit_append(store, &record));
    return store_commit(store);
}

static mv_status record_refusal(struct vend *vend, struct vend_change *change, mv_status refusal)
{
    struct vend_repeats *repeats = &vend->writer.repeats;
    change->record.time_unix_us = change->now_us;
    vend_note_outcome(&change->record, refusal);
    bool counted = vend_repeats_counted(repeats, &change->record);
    mv_status status = counted ? mv_ok() : write_refusal(vend, change);
    vend_repeats_end(repeats, status.ok);
    return status;
}

static mv_status apply(struct vend *vend, struct vend_change *change, struct vend_tree **tree)
{
    struct store *store = vend->writer.store;
    MV_TRY(store_begin_write(store));
    MV_TRY(change->work(vend, store, change));
    if (!change->changed)
        return mv_ok();
    MV_TRY(append(vend, change));
    MV_TRY(vend_repeats_write(&vend->writer.repeats, store, change->now_us, change->last));
    if (change->state_changed)
        MV_TRY(vend_state_write(vend, &change->state, change->now_us));
    if (change->directory_changed)
        MV_TRY(vend_tree_load(store, tree));
    return store_commit(store);
}

/* The ledger has it: now memory may have it too. */
static void adopt(struct vend *vend, const struct vend_change *change, struct vend_tree *tree)
{
    if (change->state_changed)
        vend_state_set(vend, &change->state);
    if (change->directory_changed)
        vend_directory_swap(&vend->directory, tree);
    if (change->clock_confirmed)
        vend_clock_confirm(&vend->clock, change->state.last_time_unix_s);
}

static mv_status carry_out(struct vend *vend, struct vend_change *change)
{
    struct vend_tree *tree = NULL;
    mv_status status = apply(vend, change, &tree);
    vend_repeats_end(&vend->writer.repeats, status.ok && change->changed);
    if (status.ok && change->changed) {
        adopt(vend, change, tree);
        return status;
    }
    vend_tree_free(tree);
    store_rollback(vend->writer.store);
    if (!vend_noted(status) || change->silent)
        return status;
    mv_status recorded = record_refusal(vend, change, status);
    return recorded.ok ? status : recorded;
}

static mv_status attempt(struct vend *vend, struct vend_change *change)
{
    struct vend_now now;
    if (vend_monotonic_ns() > change->deadline_ns)
        return mv_fail(MV_DEADLINE_PASSED, NULL);
    /* the probe is what closes the circuit again */
    if (!change->silent)
        MV_TRY(vend_ledger_state(vend));
    /* changes are made under an unconfirmed clock too: one of them confirms it */
    mv_status trusted = vend_clock_now(&vend->clock, &now);
    change->now_us = now.real_us;
    change->state = vend_state(vend);
    change->state.clock_unconfirmed = !trusted.ok;
    mv_status status = carry_out(vend, change);
    store_rollback(vend->writer.store);
    if (!status.ok || change->changed)
        vend_ledger_report(vend, status);
    return status;
}

void vend_change_do(struct vend *vend, struct vend_change *change)
{
    mv_status status = attempt(vend, change);
    if (change->silent && !status.ok)
        reopen(vend, status);
    vend_waiter_done(&change->waiter, status);
}
