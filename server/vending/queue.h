/* What waits for the writer: bounded, first come first served. */
#ifndef MV_VENDING_QUEUE_H
#define MV_VENDING_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum vend_job_kind {
    VEND_JOB_ORDER,   /* struct vend_order_job; many share a transaction */
    VEND_JOB_REFUSAL, /* struct vend_refusal_job; many share a transaction, with orders too */
    VEND_JOB_CHANGE,  /* struct vend_change; one transaction each */
};

struct vend_job {
    struct vend_job *next;
    enum vend_job_kind kind;
};

struct vend_queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct vend_job *first;
    struct vend_job **end;
    size_t count;
    size_t largest;
    size_t worth; /* fewer are left to gather */
    bool closed;
};

void vend_queue_init(struct vend_queue *queue, size_t largest);
void vend_queue_destroy(struct vend_queue *queue);
/* SERVER_BUSY when full, SHUTTING_DOWN when closed. */
MV_MUST_USE mv_status vend_queue_put(struct vend_queue *queue, struct vend_job *job);
/* The same, but leaves half of the queue to others. For what may be dropped. */
MV_MUST_USE mv_status vend_queue_offer(struct vend_queue *queue, struct vend_job *job);
/* Puts a taken job back to the front; only who takes may. */
void vend_queue_return(struct vend_queue *queue, struct vend_job *job);
/* From now on jobs are taken when so many wait; 1: when there are any. */
void vend_queue_gather(struct vend_queue *queue, size_t worth);
/* Waits for work; takes one change, or all orders and refusals that wait before the next change, up to `size`. Returns
 * how many; 0 when the queue is closed and empty. */
size_t vend_queue_take(struct vend_queue *queue, struct vend_job **jobs, size_t size);
/* The same, but never a change, and waits only while jobs gather: 0 when there is nothing to take. */
size_t vend_queue_more(struct vend_queue *queue, struct vend_job **jobs, size_t size);
size_t vend_queue_count(struct vend_queue *queue);
/* No more puts; the writer goes on until the queue is empty. */
void vend_queue_close(struct vend_queue *queue);

#endif
