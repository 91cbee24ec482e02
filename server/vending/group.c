/* Sales and refusals that wait together share one transaction. An item's own failure hurts only that item; a failure of
 * the transaction is everybody's, and then nothing is half done: whether a commit whose answer was lost took place is
 * decided by the stored answer when the caller asks again. */
#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"
#include "vending/issued.h"

static bool anything_to_write(struct vend *vend, struct vend_group *group, const struct store_ledger_state *before,
                              const struct store_ledger_state *after)
{
    bool anything = before->clock_unconfirmed != after->clock_unconfirmed;
    for (size_t i = 0; i < group->count; i++)
        group->items[i].noted = group->items[i].recorded = false;
    vend_group_note(vend, group);
    for (size_t i = 0; i < group->count; i++)
        anything = anything || group->items[i].live || group->items[i].recorded;
    return anything;
}

static mv_status transact(struct vend *vend, struct vend_group *group, const struct store_ledger_state *state)
{
    struct store *store = vend->writer.store;
    MV_TRY(store_begin_write(store));
    MV_TRY(vend_group_reserve(vend, group));
    MV_TRY(vend_group_encrypt(group));
    vend_handover_asked(&vend->handover);
    MV_TRY(vend_group_book(vend, group));
    MV_TRY(vend_state_write(vend, state, group->now.real_us));
    vend_handover_committing(&vend->handover);
    return store_commit(store);
}

/* One try at the write transaction; what it may change is saved, so that a second try starts from the same point. */
static mv_status write_once(struct vend *vend, struct vend_group *group)
{
    struct store_ledger_state before = vend_state(vend);
    struct store_ledger_state after = before;
    after.clock_unconfirmed = vend_clock_unconfirmed(&vend->clock);
    /* the clock may have stepped since: what was sampled before that stays true */
    if (group->clock.ok && group->now.issue_s > after.last_time_unix_s)
        after.last_time_unix_s = group->now.issue_s;
    bool needed = anything_to_write(vend, group, &before, &after);
    mv_status status = needed ? transact(vend, group, &after) : mv_ok();
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

/* What the items before it took (money of the account, credit of the vendor, identifiers) nobody has after all. */
static void judge_again(struct vend_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (!item->crowded)
            continue;
        item->crowded = false;
        item->live = true;
        item->status = mv_ok();
    }
}

static void refuse_live(struct vend_group *group, mv_status status)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->items[i].live) {
            group->items[i].live = false;
            group->items[i].status = status;
        }
}

/* No ledger, no answer: neither a token nor a refusal that should have been recorded. */
static void fail_written(struct vend_group *group, mv_status status)
{
    for (size_t i = 0; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (item->live || vend_noted(item->status)) {
            item->live = false;
            item->status = status;
        }
    }
}

/* Once more with fresh keys. */
static mv_status write_again(struct vend *vend, struct vend_group *group)
{
    group->spoiled = false;
    judge_again(group);
    vend_group_release(group);
    vend_group_prepare(vend, group, 0);
    return write_once(vend, group);
}

static mv_status issue(struct vend *vend, struct vend_group *group)
{
    bool lost = false;
    /* either may have failed since the other was asked */
    MV_TRY(group->ledger);
    MV_TRY(vend_ledger_state(vend));
    mv_status status = write_once(vend, group);
    /* each time with one item less, or once when the key process was lost before anything was written */
    while (!status.ok && (group->spoiled || (status.reason == MV_KEY_SERVICE_UNAVAILABLE && !lost))) {
        lost = lost || !group->spoiled;
        status = write_again(vend, group);
    }
    if (status.ok || status.reason != MV_KEY_SERVICE_UNAVAILABLE)
        return status;
    vend_catalogue_report(&vend->catalogue, status);
    vend_keeper_wake(vend);
    judge_again(group);
    refuse_live(group, status);
    return write_once(vend, group);
}

static void answer_order(struct vend *vend, struct vend_item *item)
{
    struct vend_order_job *request = item->request;
    struct vend_issued issued;
    if (!item->status.ok) {
        request->done(request->self, vend_told(vend_call_of_order(&request->order), item->status), NULL);
        return;
    }
    const struct vend_issued_parts parts = {.sale = &item->sale,
                                            .set = item->sale.key_change == 0 ? NULL : &item->set,
                                            .pan = item->meter.pan,
                                            .principal = item->seller.name,
                                            .free_reason = request->order.free_reason,
                                            .resent = item->replayed ? item->resent : !item->plan.fresh,
                                            .replayed = item->replayed};
    vend_issued_fill(vend, &parts, &issued);
    if (request->pricing != NULL)
        issued.charged = &request->pricing->charged;
    request->done(request->self, item->status, &issued);
}

static void answer(struct vend *vend, struct vend_item *item)
{
    if (item->request == NULL) {
        struct vend_refusal_job *refusal = (struct vend_refusal_job *)item->job;
        refusal->done(refusal->self, item->status, NULL);
    } else {
        answer_order(vend, item);
    }
    free(item->job);
}

void vend_group_write(struct vend *vend, struct vend_group *group)
{
    mv_status status = issue(vend, group);
    if (!status.ok)
        fail_written(group, status);
    vend_group_release(group);
    for (size_t i = 0; i < group->count; i++)
        answer(vend, &group->items[i]);
}
