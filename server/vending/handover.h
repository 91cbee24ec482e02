/* How groups of jobs go from the planner's thread, which admits them and gets their keys, to the writer's thread and
 * back. There are two: the next one is prepared while the present one is written. */
#ifndef MV_VENDING_HANDOVER_H
#define MV_VENDING_HANDOVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct vend_group;
struct vend_queue;

enum { VEND_GROUPS = 2 };

struct vend_handover {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct vend_group *idle[VEND_GROUPS];
    size_t idle_count;
    struct vend_group *passed; /* waits for the writer */
    size_t out;                /* passed and not back */
    bool asking;               /* one of these still needs the key process */
    bool closed;
    struct vend_queue *queue; /* gathers while one of these is not on its way to the disk yet */
    size_t worth;             /* jobs that are worth being begun with at once even then */
};

/* What comes while a group is worked on shares the next one, which is not wanted before that is on its way to the disk:
 * so fewer groups are committed. Its jobs are admitted and get their keys meanwhile, some at a time, because each look
 * at the ledger and each call to the key process has its price. */
void vend_handover_init(struct vend_handover *handover, struct vend_group *const groups[VEND_GROUPS],
                        struct vend_queue *queue, size_t group_max);
void vend_handover_destroy(struct vend_handover *handover);

/* ---- the planner ---- */
/* Waits for an idle group, and until what was passed has its digits: the key process does one thing at a time, and what
 * it prepared earlier would hold up the open transaction. */
struct vend_group *vend_handover_take(struct vend_handover *handover);
/* Whether a group was passed that is not back. */
bool vend_handover_busy(struct vend_handover *handover);
/* Never waits: at most one group is passed and not taken, since the other is the planner's. */
void vend_handover_pass(struct vend_handover *handover, struct vend_group *group);
/* Waits until everything that was passed is answered. */
void vend_handover_drain(struct vend_handover *handover);
/* Nothing will be passed any more. */
void vend_handover_close(struct vend_handover *handover);

/* ---- the writer ---- */
/* Waits for a group; NULL at the end. */
struct vend_group *vend_handover_next(struct vend_handover *handover);
/* The group needs the key process no more. */
void vend_handover_asked(struct vend_handover *handover);
/* The group is about to be committed. */
void vend_handover_committing(struct vend_handover *handover);
/* The group is answered. */
void vend_handover_back(struct vend_handover *handover, struct vend_group *group);

#endif
