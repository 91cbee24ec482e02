#include "vending/handover.h"

#include "vending/queue.h"

enum { WORTH_A_START = 8 };

void vend_handover_init(struct vend_handover *handover, struct vend_group *const groups[VEND_GROUPS],
                        struct vend_queue *queue, size_t group_max)
{
    *handover = (struct vend_handover){
        .idle_count = VEND_GROUPS, .queue = queue, .worth = group_max < WORTH_A_START ? group_max : WORTH_A_START};
    for (size_t i = 0; i < VEND_GROUPS; i++)
        handover->idle[i] = groups[i];
    (void)pthread_mutex_init(&handover->lock, NULL);
    (void)pthread_cond_init(&handover->changed, NULL);
}

void vend_handover_destroy(struct vend_handover *handover)
{
    (void)pthread_mutex_destroy(&handover->lock);
    (void)pthread_cond_destroy(&handover->changed);
}

struct vend_group *vend_handover_take(struct vend_handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    while (handover->idle_count == 0 || handover->asking)
        pthread_cond_wait(&handover->changed, &handover->lock);
    struct vend_group *group = handover->idle[--handover->idle_count];
    pthread_mutex_unlock(&handover->lock);
    return group;
}

bool vend_handover_busy(struct vend_handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    bool busy = handover->out > 0;
    pthread_mutex_unlock(&handover->lock);
    return busy;
}

/* Under the lock, so that the queue hears of it in the right order. */
static void gather(struct vend_handover *handover, bool working)
{
    vend_queue_gather(handover->queue, working ? handover->worth : 1);
}

void vend_handover_pass(struct vend_handover *handover, struct vend_group *group)
{
    pthread_mutex_lock(&handover->lock);
    handover->passed = group;
    handover->out++;
    handover->asking = true;
    gather(handover, true);
    pthread_cond_broadcast(&handover->changed);
    pthread_mutex_unlock(&handover->lock);
}

void vend_handover_drain(struct vend_handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    while (handover->out > 0)
        pthread_cond_wait(&handover->changed, &handover->lock);
    pthread_mutex_unlock(&handover->lock);
}

void vend_handover_close(struct vend_handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    handover->closed = true;
    pthread_cond_broadcast(&handover->changed);
    pthread_mutex_unlock(&handover->lock);
}

struct vend_group *vend_handover_next(struct vend_handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    while (handover->passed == NULL && !handover->closed)
        pthread_cond_wait(&handover->changed, &handover->lock);
    struct vend_group *group = handover->passed;
    handover->passed = NULL;
    pthread_mutex_unlock(&handover->lock);
    return group;
}

void vend_handover_asked(struct vend_handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    handover->asking = handover->passed != NULL;
    pthread_cond_broadcast(&handover->changed);
    pthread_mutex_unlock(&handover->lock);
}

void vend_handover_committing(struct vend_handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    gather(handover, handover->passed != NULL);
    pthread_mutex_unlock(&handover->lock);
}

void vend_handover_back(struct vend_handover *handover, struct vend_group *group)
{
    pthread_mutex_lock(&handover->lock);
    handover->asking = handover->passed != NULL;
    gather(handover, handover->asking);
    handover->out--;
    handover->idle[handover->idle_count++] = group;
    pthread_cond_broadcast(&handover->changed);
    pthread_mutex_unlock(&handover->lock);
}
