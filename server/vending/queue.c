#include "vending/queue.h"

void vend_queue_init(struct vend_queue *queue, size_t largest)
{
    *queue = (struct vend_queue){.largest = largest, .worth = 1};
    queue->end = &queue->first;
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->filled, NULL);
}

void vend_queue_destroy(struct vend_queue *queue)
{
    (void)pthread_mutex_destroy(&queue->lock);
    (void)pthread_cond_destroy(&queue->filled);
}

static mv_status put(struct vend_queue *queue, struct vend_job *job, size_t largest)
{
    mv_status status = mv_ok();
    pthread_mutex_lock(&queue->lock);
    if (queue->closed) {
        status = mv_fail(MV_SHUTTING_DOWN, NULL);
    } else if (queue->count >= largest) {
        status = mv_fail(MV_SERVER_BUSY, NULL);
    } else {
        job->next = NULL;
        *queue->end = job;
        queue->end = &job->next;
        /* who takes sleeps on fewer only */
        if (++queue->count == queue->worth)
            pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
    return status;
}

mv_status vend_queue_put(struct vend_queue *queue, struct vend_job *job)
{
    return put(queue, job, queue->largest);
}

mv_status vend_queue_offer(struct vend_queue *queue, struct vend_job *job)
{
    return put(queue, job, queue->largest / 2);
}

void vend_queue_return(struct vend_queue *queue, struct vend_job *job)
{
    pthread_mutex_lock(&queue->lock);
    job->next = queue->first;
    if (queue->first == NULL)
        queue->end = &job->next;
    queue->first = job;
    queue->count++;
    pthread_mutex_unlock(&queue->lock);
}

static struct vend_job *pop(struct vend_queue *queue)
{
    struct vend_job *job = queue->first;
    queue->first = job->next;
    if (queue->first == NULL)
        queue->end = &queue->first;
    queue->count--;
    return job;
}

static size_t pop_group(struct vend_queue *queue, struct vend_job **jobs, size_t size)
{
    size_t count = 0;
    while (queue->first != NULL && queue->first->kind != VEND_JOB_CHANGE && count < size)
        jobs[count++] = pop(queue);
    return count;
}

void vend_queue_gather(struct vend_queue *queue, size_t worth)
{
    pthread_mutex_lock(&queue->lock);
    queue->worth = worth;
    pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}

size_t vend_queue_take(struct vend_queue *queue, struct vend_job **jobs, size_t size)
{
    size_t count = 0;
    pthread_mutex_lock(&queue->lock);
    while (queue->count < queue->worth && !queue->closed)
        pthread_cond_wait(&queue->filled, &queue->lock);
    if (queue->first != NULL && queue->first->kind == VEND_JOB_CHANGE)
        jobs[count++] = pop(queue);
    else
        count = pop_group(queue, jobs, size);
    pthread_mutex_unlock(&queue->lock);
    return count;
}

size_t vend_queue_more(struct vend_queue *queue, struct vend_job **jobs, size_t size)
{
    pthread_mutex_lock(&queue->lock);
    while (size > 0 && queue->worth > 1 && queue->count < queue->worth && !queue->closed)
        pthread_cond_wait(&queue->filled, &queue->lock);
    size_t count = pop_group(queue, jobs, size);
    pthread_mutex_unlock(&queue->lock);
    return count;
}

size_t vend_queue_count(struct vend_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    size_t count = queue->count;
    pthread_mutex_unlock(&queue->lock);
    return count;
}

void vend_queue_close(struct vend_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}
