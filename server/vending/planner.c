/* The thread that has the next group ready when the writer comes for it: takes what waits, decides what may be issued
 * and gets the keys, while the group before is written. Nobody may notice that it runs ahead:
 *
 *  - a change waits until everything before it is answered, and what comes after it waits until it is done;
 *  - so does a second request of one caller under one id: it must find the first one's answer in the ledger;
 *  - so does an order of a meter that gets a key change set from an order before it: it must find that set;
 *  - what earlier orders change about a meter otherwise, its last identifier, is read again inside the transaction.
 *
 * Orders of one meter are so carried out in the order in which they were queued. */
#include <string.h>

#include "vending/internal.h"

static bool has_key(const struct vend_under_way *group, uint64_t key)
{
    for (size_t i = 0; i < group->key_count; i++)
        if (group->keys[i] == key)
            return true;
    return false;
}

/* Whether the job's double is in this group or in the one that is being written. Two keys may be equal by chance: then
 * a job waits for nothing. */
static bool is_double(struct vend_planner *planner, const struct vend_order_job *job)
{
    if (has_key(&planner->taken, job->key) || has_key(&planner->passed, job->key))
        return true;
    planner->taken.keys[planner->taken.key_count++] = job->key;
    return false;
}

static bool has_meter(const struct vend_under_way *group, int64_t meter)
{
    for (size_t i = 0; i < group->meter_count; i++)
        if (group->meters[i] == meter)
            return true;
    return false;
}

bool vend_must_wait(const struct vend_planner *planner, int64_t meter)
{
    return has_meter(&planner->taken, meter) || has_meter(&planner->passed, meter);
}

void vend_let_wait(struct vend_planner *planner, int64_t meter)
{
    if (!has_meter(&planner->taken, meter))
        planner->taken.meters[planner->taken.meter_count++] = meter;
}

static void add(struct vend_group *group, struct vend_job *job)
{
    struct vend_item *item = &group->items[group->count++];
    memset(item, 0, sizeof *item);
    item->job = job;
    item->status = mv_ok();
    if (job->kind == VEND_JOB_ORDER)
        item->request = (struct vend_order_job *)job;
    else
        item->status = ((struct vend_refusal_job *)job)->refusal;
}

/* Takes the jobs in; doubles go back to the queue, in their order. Returns whether there were any. */
static bool fill(struct vend *vend, struct vend_group *group, size_t count)
{
    struct vend_planner *planner = &vend->planner;
    struct vend_job **jobs = planner->jobs;
    size_t held = 0;
    if (!vend_handover_busy(&vend->handover))
        planner->passed.key_count = planner->passed.meter_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i]->kind == VEND_JOB_ORDER && is_double(planner, (struct vend_order_job *)jobs[i]))
            jobs[held++] = jobs[i];
        else
            add(group, jobs[i]);
    }
    bool any = held > 0;
    while (held > 0)
        vend_queue_return(&vend->queue, jobs[--held]);
    return any;
}

/* Held items go back to the queue too, before the doubles of theirs. Returns whether there were any. */
static bool take_out(struct vend *vend, struct vend_group *group, size_t first)
{
    struct vend_job **jobs = vend->planner.jobs;
    size_t held = 0;
    size_t kept = first;
    for (size_t i = first; i < group->count; i++) {
        if (group->items[i].held)
            jobs[held++] = group->items[i].job;
        else if (kept++ != i)
            group->items[kept - 1] = group->items[i];
    }
    group->count = kept;
    bool any = held > 0;
    while (held > 0)
        vend_queue_return(&vend->queue, jobs[--held]);
    return any;
}

static void pass(struct vend *vend, struct vend_group *group)
{
    struct vend_planner *planner = &vend->planner;
    planner->passed = planner->taken;
    planner->taken.key_count = planner->taken.meter_count = 0;
    vend_handover_pass(&vend->handover, group);
}

static void plan_change(struct vend *vend, struct vend_group *group)
{
    group->change = (struct vend_change *)vend->planner.jobs[0];
    /* it is gone when it is done */
    bool silent = group->change->silent;
    vend_handover_drain(&vend->handover);
    pass(vend, group);
    vend_handover_drain(&vend->handover);
    if (!silent)
        vend_meter_cache_forget_all(&vend->planner.meters);
}

/* Returns whether something has to wait until this group is answered. */
static bool add_jobs(struct vend *vend, struct vend_group *group, size_t count)
{
    size_t first = group->count;
    bool waits = fill(vend, group, count);
    vend_group_admit(vend, group, first);
    waits = take_out(vend, group, first) || waits;
    if (group->ledger.ok)
        vend_group_prepare(vend, group, first);
    return waits;
}

static void begin(struct vend *vend, struct vend_group *group)
{
    group->clock = vend_clock_now(&vend->clock, &group->now);
    /* a later group's time is never before this one's, though this one is not written yet */
    if (group->clock.ok)
        vend_clock_seen(&vend->clock, group->now.issue_s);
    group->ledger = vend_ledger_state(vend);
    group->approval_count = 0;
    group->spoiled = false;
}

static void plan_group(struct vend *vend, struct vend_group *group, size_t count)
{
    bool waits = false;
    begin(vend, group);
    while (count > 0 && !waits) {
        waits = add_jobs(vend, group, count);
        /* what came meanwhile has room while the writer is busy with the group before */
        bool room = !waits && vend_handover_busy(&vend->handover);
        count = room ? vend_queue_more(&vend->queue, vend->planner.jobs, vend->group_max - group->count) : 0;
    }
    pass(vend, group);
    if (waits)
        vend_handover_drain(&vend->handover);
}

void *vend_plan(void *self)
{
    struct vend *vend = self;
    (void)pthread_setname_np(pthread_self(), "vend-planner");
    for (;;) {
        struct vend_group *group = vend_handover_take(&vend->handover);
        group->change = NULL;
        group->count = 0;
        size_t count = vend_queue_take(&vend->queue, vend->planner.jobs, vend->group_max);
        if (count == 0)
            break;
        if (vend->planner.jobs[0]->kind == VEND_JOB_CHANGE)
            plan_change(vend, group);
        else
            plan_group(vend, group, count);
    }
    vend_handover_close(&vend->handover);
    return NULL;
}
