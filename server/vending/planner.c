/* The thread that has the next group ready when the writer comes for it: takes what waits, decides what may be issued
 * and gets the keys, while the group before is written. Nobody may notice that it runs ahead:
 *
 *  - a change waits until everything before it is answered, and what comes after it waits until it is done;
 *  - so does a second request of one caller under one id: it must find the first one's answer in the ledger;
 *  - what earlier groups may change about a meter is read again inside the transaction. */
#include <string.h>

#include "vending/internal.h"

static bool is_among(const uint64_t *keys, size_t count, uint64_t key)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i] == key)
            return true;
    return false;
}

/* Whether the job's double is in this group or in the one that is being written. Two keys may be equal by chance: then
 * a job waits for nothing. */
static bool must_wait(struct vend_planner *planner, const struct vend_order_job *job)
{
    if (is_among(planner->taken, planner->taken_count, job->key) ||
        is_among(planner->passed, planner->passed_count, job->key))
        return true;
    planner->taken[planner->taken_count++] = job->key;
    return false;
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
        planner->passed_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i]->kind == VEND_JOB_ORDER && must_wait(planner, (struct vend_order_job *)jobs[i]))
            jobs[held++] = jobs[i];
        else
            add(group, jobs[i]);
    }
    bool any = held > 0;
    while (held > 0)
        vend_queue_return(&vend->queue, jobs[--held]);
    return any;
}

static void pass(struct vend *vend, struct vend_group *group)
{
    struct vend_planner *planner = &vend->planner;
    memcpy(planner->passed, planner->taken, planner->taken_count * sizeof planner->taken[0]);
    planner->passed_count = planner->taken_count;
    vend_handover_pass(&vend->handover, group);
}

static void plan_change(struct vend *vend, struct vend_group *group)
{
    group->change = (struct vend_change *)vend->planner.jobs[0];
    vend->planner.taken_count = 0;
    vend_handover_drain(&vend->handover);
    pass(vend, group);
    vend_handover_drain(&vend->handover);
}

static bool add_jobs(struct vend *vend, struct vend_group *group, size_t count)
{
    size_t first = group->count;
    bool doubles = fill(vend, group, count);
    vend_group_admit(vend, group, first);
    if (group->ledger.ok)
        vend_group_prepare(vend, group, first);
    return doubles;
}

static void plan_group(struct vend *vend, struct vend_group *group, size_t count)
{
    struct vend_planner *planner = &vend->planner;
    group->clock = vend_clock_now(&vend->clock, &group->now);
    /* a later group's time is never before this one's, though this one is not written yet */
    if (group->clock.ok)
        vend_clock_seen(&vend->clock, group->now.issue_s);
    group->ledger = vend_ledger_state(vend);
    planner->taken_count = 0;
    group->approval_count = 0;
    group->spoiled = false;
    bool doubles = false;
    while (count > 0 && !doubles) {
        doubles = add_jobs(vend, group, count);
        /* what came meanwhile has room while the writer is busy with the group before */
        count = doubles || !vend_handover_busy(&vend->handover)
                    ? 0
                    : vend_queue_more(&vend->queue, planner->jobs, vend->group_max - group->count);
    }
    pass(vend, group);
    if (doubles)
        vend_handover_drain(&vend->handover);
}

/* At the end: what is still with the writer may come back to the queue. */
static bool is_over(struct vend *vend)
{
    vend_handover_drain(&vend->handover);
    return vend_queue_empty(&vend->queue);
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
        if (count == 0) {
            vend_handover_put(&vend->handover, group);
            if (is_over(vend))
                break;
        } else if (vend->planner.jobs[0]->kind == VEND_JOB_CHANGE) {
            plan_change(vend, group);
        } else {
            plan_group(vend, group, count);
        }
    }
    vend_handover_close(&vend->handover);
    return NULL;
}
