/* The inside of the domain, shared by its files. */
#ifndef MV_VENDING_INTERNAL_H
#define MV_VENDING_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "vending/cards.h"
#include "vending/catalogue.h"
#include "vending/clock.h"
#include "vending/content.h"
#include "vending/directory.h"
#include "vending/form.h"
#include "vending/handover.h"
#include "vending/job.h"
#include "vending/meter_cache.h"
#include "vending/readers.h"
#include "vending/record_parts.h"
#include "vending/repeats.h"
#include "vending/rules.h"
#include "vending/sale_parts.h"

enum { VEND_NO_APPROVAL = HSMD_APPROVALS };

/* Which key the own token of an order is under, and the key change set that goes before it. */
struct vend_plan {
    struct store_key key;
    uint8_t kcv[HSM_KCV_BYTES]; /* of its vending key; zeros when it is in no catalogue */
    bool has_set;
    bool fresh;      /* the set is still to be made; otherwise it was given out before */
    size_t approval; /* of the group that a fresh set needs, or VEND_NO_APPROVAL */
};

/* One job of a group while it is worked on. */
struct vend_item {
    struct vend_job *job;
    struct vend_order_job *request; /* NULL for a refusal job */
    mv_status status;
    bool live;     /* still to be issued */
    bool replayed; /* `sale` is a stored one */
    bool crowded;  /* refused for what the items before it take, as far as anybody knows: judged again with the group */
    bool held;     /* to go back to the queue, until what is under way is answered */
    bool has_slot;
    bool noted;    /* a refusal that was counted or recorded */
    bool recorded; /* `record` is to be written */
    uint32_t slot; /* of the key process */
    struct vend_identity seller;
    struct store_meter meter; /* as it was when the plan was made */
    struct vend_plan plan;
    struct vend_content content; /* of the own token */
    struct vend_tid tid;
    struct store_sale sale;
    struct store_key_change set; /* when the plan has one, or the stored answer */
    bool resent;                 /* the stored answer's set had been given out before it */
    struct audit_record record;  /* of a refusal */
};

/* An approval that moves meters of this group to another supply group. */
struct vend_signed {
    struct store_proposal proposal;
    struct store_approval approval;
};

/* Jobs that share a transaction, and all that is known of them. Belongs to the planner's thread or to the writer's. */
struct vend_group {
    struct vend_change *change; /* alone in its group, which then has no items */
    struct vend_item items[HSMD_BATCH];
    size_t count;
    struct vend_now now;
    mv_status clock;  /* whether `now` can be trusted */
    mv_status ledger; /* when it was admitted: not ok, no keys were asked for */
    struct hsmd_client *keys;
    struct hsmd_meter meters[HSMD_BATCH];
    struct hsmd_prepared prepared[HSMD_BATCH];
    struct hsmd_key_change changes[HSMD_BATCH];
    struct hsmd_key_change_set sets[HSMD_BATCH];
    struct vend_signed approvals[HSMD_APPROVALS];
    size_t approval_count;
    bool spoiled; /* the transaction is to be tried again without the item that was refused in it */
    struct hsmd_block blocks[HSMD_BATCH];
    struct hsmd_token tokens[HSMD_BATCH];
    uint32_t slots[HSMD_BATCH];
    size_t asked[HSMD_BATCH]; /* item of each element of a batch */
};

/* What an order may be waiting for. */
struct vend_under_way {
    uint64_t keys[HSMD_BATCH]; /* of orders */
    size_t key_count;
    int64_t meters[HSMD_BATCH]; /* that get a key change set, or an order that waits */
    size_t meter_count;
};

/* Everything here belongs to the planner's thread, the store to the writer's while that does a change. */
struct vend_planner {
    pthread_t thread;
    bool runs;
    struct store *store; /* NULL: to be opened */
    struct vend_meter_cache meters;
    /* The organisation that was last asked about within the present snapshot, 0 none: whether it may sell credit
     * without a price. */
    int64_t asked_of;
    mv_status needs_price;
    atomic_bool astray; /* set by the writer: a meter was found changed, so that all that is kept may be old */
    struct vend_job *jobs[HSMD_BATCH];
    struct vend_under_way taken, passed; /* in the present group, and in the one that was passed last */
};

/* Everything here belongs to the writer's thread. */
struct vend_writer {
    pthread_t thread;
    bool runs;
    struct store *store;
    struct vend_repeats repeats;
};

/* Card sessions that are under way. */
struct vend_card_seat {
    bool taken;
    bool held; /* for this card */
    uint8_t uid[STORE_UID];
};
struct vend_card_desk {
    pthread_mutex_t lock;
    struct vend_card_seat seats[VEND_CARD_SESSIONS];
};
void vend_card_desk_init(struct vend_card_desk *desk);
void vend_card_desk_destroy(struct vend_card_desk *desk);

struct vend {
    char *ledger;
    size_t group_max;
    unsigned keeper_ms;
    struct vend_directory directory;
    struct vend_clock clock;
    struct vend_catalogue catalogue;
    struct vend_record_line records, card_line;
    struct vend_card_desk cards;
    struct vend_card_limits card_limits;
    uint64_t card_ceiling, card_key_ceiling; /* authentications of one card, and with keys of one master */
    uint8_t card_pboc_class;
    struct vend_readers readers;
    struct vend_queue queue;
    int64_t keys_timeout_ns;
    struct vend_group *groups[VEND_GROUPS];
    struct vend_handover handover;
    struct vend_planner planner;
    struct vend_writer writer;

    pthread_mutex_t lock;            /* guards what follows */
    pthread_cond_t stop;             /* signalled when `stopping` or `woken` is set */
    struct store_ledger_state state; /* as last committed */
    mv_status ledger_state;          /* of the last write */
    bool stopping, woken;
    char conflicts[HSM_MAX_OFFICERS][STORE_NAME + 1]; /* officers of the token whose names others have; told */
    size_t conflict_count;
    pthread_t keeper;
    bool keeper_runs;
};

struct store_ledger_state vend_state(struct vend *vend);
void vend_state_set(struct vend *vend, const struct store_ledger_state *state);
/* Inside a transaction: writes the state, and with it the audit record of a clock that stops issuing from now on. */
MV_MUST_USE mv_status vend_state_write(struct vend *vend, const struct store_ledger_state *state, int64_t now_us);
bool vend_is_ledger_failure(mv_status status);
/* The outcome of writing the ledger. A failure opens a circuit: until the keeper's probe has written it again, whatever
 * would write is refused at once for the same reason, instead of waiting for the ledger one by one. */
void vend_ledger_report(struct vend *vend, mv_status status);
MV_MUST_USE mv_status vend_ledger_state(struct vend *vend);
/* Has the keeper look soon. */
void vend_keeper_wake(struct vend *vend);
/* True when a key is called unknown: the copy of the catalogue may be some seconds old and was fetched again. */
bool vend_look_again(struct vend *vend, mv_status refusal);
/* A refusal that an older copy of the catalogue explains. */
bool vend_copy_may_be_old(mv_status refusal);
/* Wakes it after a refusal that an older copy of the catalogue explains, for who tries again: a key unknown or not
 * active, nobody enrolled who approved. */
void vend_keeper_heed(struct vend *vend, mv_status refusal);

/* Opens ledger and key connections of planner and writer. */
MV_MUST_USE mv_status vend_writer_open(struct vend *vend, const struct vend_options *options);
MV_MUST_USE mv_status vend_writer_start(struct vend *vend);
/* After the queue was closed: finishes what waits. */
void vend_writer_stop(struct vend *vend);
void vend_writer_close(struct vend *vend);
void *vend_plan(void *self); /* the planner's thread; self is the vend */
/* A change in its own transaction, on the writer's thread. */
void vend_change_do(struct vend *vend, struct vend_change *change);

/* Whether orders of the meter have to wait, until what is under way is answered; and that they have to from now on. */
bool vend_must_wait(const struct vend_planner *planner, int64_t meter);
void vend_let_wait(struct vend_planner *planner, int64_t meter);
/* Decides which items from `first` on may be issued, on one snapshot, and finds stored answers. For the planner.
 */
/* The stored answer to the item's request, read with this store, makes it a replay. TOKEN_UNKNOWN when there is none,
 * REQUEST_ID_REUSED, or why the caller may not read it. */
MV_MUST_USE mv_status vend_find_answer(struct vend *vend, struct store *store, struct vend_item *item);
void vend_group_admit(struct vend *vend, struct vend_group *group, size_t first);
/* Gets decoder keys for all live items from `first` on; items that get none are refused. */
void vend_group_prepare(struct vend *vend, struct vend_group *group, size_t first);
/* A group in one transaction, on the writer's thread; answers every job. */
void vend_group_write(struct vend *vend, struct vend_group *group);
/* Inside the transaction: reserves token identifiers and fills the sales of live items. */
MV_MUST_USE mv_status vend_group_reserve(struct vend *vend, struct vend_group *group);
/* Inside the transaction: the digits. KEY_SERVICE_UNAVAILABLE when the key process was lost: the group starts again. */
MV_MUST_USE mv_status vend_group_encrypt(struct vend_group *group);
/* Which refusals become records of their own, and which are only counted. */
void vend_group_note(struct vend *vend, struct vend_group *group);
/* Inside the transaction: sales and audit records. */
MV_MUST_USE mv_status vend_group_book(struct vend *vend, struct vend_group *group);
void vend_group_release(struct vend_group *group);

/* Decides which key the order gets: KEY_CHANGE_PENDING, KEY_UNCHANGED, SUPPLY_GROUP_DENIED, APPROVAL_MISSING and what
 * vend_target_* say. `group` takes the approval that a set needs, and may have no room for one more: then the item is
 * held. NULL in a trial, which needs none. */
MV_MUST_USE mv_status vend_plan_keys(struct vend *vend, struct store *store, struct vend_group *group,
                                     struct vend_item *item, int64_t now_unix_s);
/* All that an order must satisfy besides its key: rules of meter, key type, amount and identifier. `clock` is the
 * verdict on `now_unix_s`. */
MV_MUST_USE mv_status vend_check_order(struct vend_item *item, mv_status clock, int64_t now_unix_s);
/* The item is answered by what is stored. */
struct vend_trace;
void vend_item_replay(struct vend_item *item, const struct vend_trace *trace);
/* The next identifier of the meter when `last` was the last one. */
MV_MUST_USE mv_status vend_next_tid(struct vend_item *item, uint64_t last, int64_t now_unix_s);
/* The item's ledger row from its request, seller, meter, plan, content and token identifier; digits come from the key
 * process. */
void vend_order_compose(struct vend_item *item, int64_t issued_at_unix_s);
/* A request as a job that is not queued yet; free() frees it. */
MV_MUST_USE mv_status vend_order_job_make(const struct vend_caller *caller, const struct vend_order *order,
                                          struct vend_order_job **job);
MV_MUST_USE mv_status vend_keeper_start(struct vend *vend);
void vend_keeper_stop(struct vend *vend);
/* Writes the counts of repeated refusals, of seconds that are over or, at the end, all. */
void vend_keeper_settle(struct vend *vend, bool last);

#endif
