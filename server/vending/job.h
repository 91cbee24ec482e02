/* Jobs for the writer, and how a blocking caller waits for one. */
#ifndef MV_VENDING_JOB_H
#define MV_VENDING_JOB_H

#include "store/debts.h"
#include "vending/audit_note.h"
#include "vending/digest.h"
#include "vending/queue.h"
#include "vending/vending.h"

/* One more than a name may have, so that a longer name stays one that matches nobody. */
enum { VEND_CALLER = STORE_NAME + 2 };

struct vend_pricing;

struct vend_order_job {
    struct vend_job base;
    bool named; /* the caller has a principal */
    char principal[VEND_CALLER];
    char request_id[STORE_REQUEST_ID + 1];
    char terminal[STORE_TERMINAL + 1];
    char pan[STORE_PAN + 1];
    char sgc[VEND_SGC + 1]; /* of a key change's target */
    char account[STORE_ACCOUNT_NUMBER + 1];
    char free_reason[STORE_ACT_REASON + 1];
    struct vend_order order;      /* points into this job */
    struct vend_pricing *pricing; /* of a priced order, else NULL; behind this job */
    uint8_t digest[VEND_DIGEST];
    uint64_t key; /* the same for the same principal and request id; rarely for others */
    int64_t deadline_ns;
    vend_gone_fn *gone;
    vend_issued_fn *done;
    void *self;
};

struct vend_refusal_job {
    struct vend_job base;
    struct audit_record record;
    mv_status refusal;
    vend_issued_fn *done;
    void *self;
};

struct vend_waiter {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    mv_status status;
};
void vend_waiter_init(struct vend_waiter *waiter);
void vend_waiter_done(struct vend_waiter *waiter, mv_status status);
/* Destroys the waiter too. */
MV_MUST_USE mv_status vend_waiter_wait(struct vend_waiter *waiter);

struct vend_change;
/* Runs in the writer's transaction. Sets what the change did in its flags. */
typedef mv_status vend_work_fn(struct vend *vend, struct store *store, struct vend_change *change);

struct vend_change {
    struct vend_job base;
    vend_work_fn *work;
    void *arg;
    int64_t deadline_ns;
    struct audit_record record;      /* who, what, to what; the outcome is filled in */
    struct store_ledger_state state; /* the ledger's, may be changed by work */
    int64_t now_us;
    /* what work did; without `changed` nothing is committed, nor audited */
    bool changed;
    bool state_changed;
    bool directory_changed;
    bool clock_confirmed;
    bool last;   /* nothing comes after it: counts of this second are written too */
    bool silent; /* no audit record: nothing that anybody asked for */
    struct vend_waiter waiter;
};

int64_t vend_monotonic_ns(void);
/* Audits a refusal and returns what the caller is told, or why it could not be audited; a status that does not belong
 * in the chain comes back at once. The last step of every call that answers by return. */
MV_MUST_USE mv_status vend_answer(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                                  const char *object, mv_status status);
/* Has the writer do it and waits. The outcome is audited by the writer. */
MV_MUST_USE mv_status vend_change_run(struct vend *vend, struct vend_change *change);
/* The same for a call of a principal. */
MV_MUST_USE mv_status vend_change_call(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                                       const char *object, vend_work_fn *work, void *arg);

#endif
