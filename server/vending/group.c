/* Sales and refusals that wait together share one transaction. An item's own failure hurts only that item; a failure of
 * the transaction is everybody's, and then nothing is half done: whether a commit whose answer was lost took place is
 * decided by the stored answer when the caller asks again. */
#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"

/* Two jobs of one caller and one request id: the second must find the first one's answer in the ledger. */
static bool taken(const struct vend_writer *writer, const struct vend_sale_job *job)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct vend_sale_job *other = writer->items[i].request;
        if (other != NULL && strcmp(other->request_id, job->request_id) == 0 &&
            strcmp(other->principal, job->principal) == 0)
            return true;
    }
    return false;
}

static void add(struct vend_writer *writer, struct vend_job *job)
{
    struct vend_item *item = &writer->items[writer->count++];
    memset(item, 0, sizeof *item);
    item->job = job;
    item->status = mv_ok();
    if (job->kind == VEND_JOB_SALE)
        item->request = (struct vend_sale_job *)job;
    else
        item->status = ((struct vend_refusal_job *)job)->refusal;
}

/* Takes the jobs in; duplicates go back to the queue and so into the next group. */
static void fill(struct vend *vend, struct vend_job **jobs, size_t count)
{
    struct vend_writer *writer = &vend->writer;
    size_t held = 0;
    writer->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i]->kind == VEND_JOB_SALE && taken(writer, (struct vend_sale_job *)jobs[i]))
            jobs[held++] = jobs[i];
        else
            add(writer, jobs[i]);
    }
    while (held > 0)
        vend_queue_return(&vend->queue, jobs[--held]);
}

static bool anything_to_write(struct vend *vend, const struct store_ledger_state *before,
                              const struct store_ledger_state *after)
{
    struct vend_writer *writer = &vend->writer;
    bool anything = before->clock_unconfirmed != after->clock_unconfirmed;
    for (size_t i = 0; i < writer->count; i++)
        writer->items[i].noted = writer->items[i].recorded = false;
    vend_group_note(vend);
    for (size_t i = 0; i < writer->count; i++)
        anything = anything || writer->items[i].live || writer->items[i].recorded;
    return anything;
}

static mv_status transact(struct vend *vend, const struct store_ledger_state *state)
{
    struct store *store = vend->writer.store;
    MV_TRY(store_begin_write(store));
    MV_TRY(vend_group_reserve(vend));
    MV_TRY(vend_group_encrypt(vend));
    MV_TRY(vend_group_book(vend));
    MV_TRY(vend_state_write(vend, state, vend->writer.now.real_us));
    return store_commit(store);
}

/* One try at the write transaction; what it may change is saved, so that a second try starts from the same point. */
static mv_status write_once(struct vend *vend)
{
    struct store_ledger_state before = vend_state(vend);
    struct store_ledger_state after = before;
    after.clock_unconfirmed = vend_clock_unconfirmed(&vend->clock);
    if (!after.clock_unconfirmed && vend->writer.now.issue_s > after.last_time_unix_s)
        after.last_time_unix_s = vend->writer.now.issue_s;
    bool needed = anything_to_write(vend, &before, &after);
    mv_status status = needed ? transact(vend, &after) : mv_ok();
    vend_repeats_end(&vend->writer.repeats, status.ok);
    if (!needed)
        return status;
    if (status.ok) {
        vend_state_set(vend, &after);
        vend_clock_seen(&vend->clock, after.last_time_unix_s);
    } else {
        store_rollback(vend->writer.store);
    }
    vend_ledger_report(vend, status);
    return status;
}

static void refuse_live(struct vend_writer *writer, mv_status status)
{
    for (size_t i = 0; i < writer->count; i++)
        if (writer->items[i].live) {
            writer->items[i].live = false;
            writer->items[i].status = status;
        }
}

/* No ledger, no answer: neither a token nor a refusal that should have been recorded. */
static void fail_written(struct vend_writer *writer, mv_status status)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct vend_item *item = &writer->items[i];
        if (item->live || vend_recorded(item->status)) {
            item->live = false;
            item->status = status;
        }
    }
}

static mv_status issue(struct vend *vend)
{
    mv_status status = vend_ledger_state(vend);
    if (!status.ok)
        return status;
    vend_group_prepare(vend);
    status = write_once(vend);
    if (status.ok || status.reason != MV_KEY_SERVICE_UNAVAILABLE)
        return status;
    /* the key process was lost before anything was written: once more with fresh keys */
    vend_group_release(vend);
    vend_group_prepare(vend);
    status = write_once(vend);
    if (status.ok || status.reason != MV_KEY_SERVICE_UNAVAILABLE)
        return status;
    vend_catalogue_report(&vend->catalogue, status);
    vend_keeper_wake(vend);
    refuse_live(&vend->writer, status);
    return write_once(vend);
}

static void answer(struct vend *vend, struct vend_item *item)
{
    if (item->request == NULL) {
        struct vend_refusal_job *refusal = (struct vend_refusal_job *)item->job;
        refusal->done(refusal->self, item->status, NULL);
    } else if (!item->status.ok) {
        item->request->done(item->request->self, vend_told(VEND_ISSUE_CREDIT, item->status), NULL);
    } else {
        struct vend_sale sale;
        vend_sale_fill(vend, &item->sale, item->meter.pan, item->seller.name, item->replayed, &sale);
        item->request->done(item->request->self, item->status, &sale);
    }
    free(item->job);
}

void vend_group_run(struct vend *vend, struct vend_job **jobs, size_t count)
{
    struct vend_writer *writer = &vend->writer;
    fill(vend, jobs, count);
    vend_group_admit(vend);
    mv_status status = issue(vend);
    if (!status.ok)
        fail_written(writer, status);
    vend_group_release(vend);
    for (size_t i = 0; i < writer->count; i++)
        answer(vend, &writer->items[i]);
}
