#include "vending/job.h"

#include <stdlib.h>
#include <time.h>

#include "vending/internal.h"

int64_t vend_monotonic_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void vend_waiter_init(struct vend_waiter *waiter)
{
    *waiter = (struct vend_waiter){0};
    (void)pthread_mutex_init(&waiter->lock, NULL);
    (void)pthread_cond_init(&waiter->changed, NULL);
}

void vend_waiter_done(struct vend_waiter *waiter, mv_status status)
{
    pthread_mutex_lock(&waiter->lock);
    waiter->status = status;
    waiter->done = true;
    pthread_cond_signal(&waiter->changed);
    pthread_mutex_unlock(&waiter->lock);
}

mv_status vend_waiter_wait(struct vend_waiter *waiter)
{
    pthread_mutex_lock(&waiter->lock);
    while (!waiter->done)
        pthread_cond_wait(&waiter->changed, &waiter->lock);
    mv_status status = waiter->status;
    pthread_mutex_unlock(&waiter->lock);
    (void)pthread_mutex_destroy(&waiter->lock);
    (void)pthread_cond_destroy(&waiter->changed);
    return status;
}

typedef mv_status put_fn(struct vend_queue *queue, struct vend_job *job);

static mv_status put_record(struct vend *vend, const struct audit_record *record, mv_status refusal, put_fn *put,
                            vend_issued_fn *done, void *self)
{
    struct vend_refusal_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "refusal");
    job->base.kind = VEND_JOB_REFUSAL;
    job->refusal = refusal;
    job->done = done;
    job->self = self;
    job->record = *record;
    vend_note_outcome(&job->record, refusal);
    mv_status status = put(&vend->queue, &job->base);
    if (!status.ok)
        free(job);
    return status;
}

static mv_status put_refusal(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                             const char *object, mv_status refusal, vend_issued_fn *done, void *self)
{
    struct audit_record record;
    vend_note(&record, caller->principal, vend_permission(call)->action, object);
    return put_record(vend, &record, refusal, vend_queue_put, done, self);
}

/* Nobody waits for this one; `status` is not the refusal when it could not be recorded. */
static void forget(void *self, mv_status status, const struct vend_issued *issued)
{
    struct vend *vend = self;
    (void)issued;
    if (!vend_noted(status))
        vend_repeats_drop(&vend->writer.repeats);
}

void vend_refused(struct vend *vend, const char *principal, const char *action, mv_status refusal)
{
    struct audit_record record;
    if (!vend_noted(refusal))
        return;
    vend_note(&record, principal, action, NULL);
    if (!put_record(vend, &record, refusal, vend_queue_offer, forget, vend).ok)
        vend_repeats_drop(&vend->writer.repeats);
}

static void wake(void *self, mv_status status, const struct vend_issued *issued)
{
    (void)issued;
    vend_waiter_done(self, status);
}

mv_status vend_answer(struct vend *vend, const struct vend_caller *caller, enum vend_call call, const char *object,
                      mv_status status)
{
    if (!vend_noted(status))
        return status;
    struct vend_waiter waiter;
    vend_waiter_init(&waiter);
    mv_status put = put_refusal(vend, caller, call, object, status, wake, &waiter);
    if (!put.ok)
        vend_waiter_done(&waiter, put);
    return vend_told(call, vend_waiter_wait(&waiter));
}

mv_status vend_refuse(struct vend *vend, const struct vend_caller *caller, enum vend_call call, mv_status refusal)
{
    return vend_answer(vend, caller, call, NULL, refusal);
}

/* What is refused before it is queued is recorded under the call that it is for. */
static enum vend_call known_call(const struct vend_order *order)
{
    return order->kind <= VEND_ORDER_KEY_CHANGE ? vend_call_of_order(order) : VEND_ISSUE_CREDIT;
}

void vend_refuse_issue(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order,
                       mv_status refusal, vend_issued_fn *done, void *self)
{
    mv_status status = refusal;
    if (vend_noted(refusal)) {
        status = put_refusal(vend, caller, known_call(order), NULL, refusal, done, self);
        if (status.ok)
            return;
    }
    done(self, status, NULL);
}

mv_status vend_change_run(struct vend *vend, struct vend_change *change)
{
    change->base.kind = VEND_JOB_CHANGE;
    vend_waiter_init(&change->waiter);
    mv_status put = vend_queue_put(&vend->queue, &change->base);
    if (!put.ok)
        vend_waiter_done(&change->waiter, put);
    return vend_waiter_wait(&change->waiter);
}

mv_status vend_change_call(struct vend *vend, const struct vend_caller *caller, enum vend_call call, const char *object,
                           vend_work_fn *work, void *arg)
{
    struct vend_change change = {.work = work, .arg = arg, .deadline_ns = caller->deadline_ns};
    vend_note(&change.record, caller->principal, vend_permission(call)->action, object);
    return vend_change_run(vend, &change);
}
