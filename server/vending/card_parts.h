/* What the files about cards share. */
#ifndef MV_VENDING_CARD_PARTS_H
#define MV_VENDING_CARD_PARTS_H

#include "vending/cards.h"
#include "vending/internal.h"

/* One step of a session, inside the writer's transaction. */
struct vend_card_step;
typedef mv_status vend_card_work_fn(struct vend *vend, struct store *store, struct vend_change *change,
                                    struct vend_card_step *step);
struct vend_card_step {
    const struct vend_card_act *act;
    vend_card_work_fn *work;
    void *arg;
    bool new_too;    /* the card may be one that the ledger does not know */
    bool denied_too; /* and one that is denied */
    /* found before `work` */
    struct vend_identity identity;
    bool known;
    struct store_card card; /* UID set when it is not known */
    int64_t now_s;
};
/* Does it: CARD_UNKNOWN, CARD_DENIED, ORGANISATION_DENIED told as CARD_UNKNOWN. `out` may be NULL. */
MV_MUST_USE mv_status vend_card_do(struct vend *vend, struct vend_card_step *step, struct vend_card *out);

/* The meter, if the identity may do this call to it: METER_UNKNOWN, SUPPLY_GROUP_DENIED. */
MV_MUST_USE mv_status vend_card_find_meter(struct vend *vend, struct store *store, const struct vend_identity *identity,
                                           enum vend_call call, const char *pan, struct store_meter *meter);
/* Whether the card is the identity's to touch. */
MV_MUST_USE mv_status vend_card_touch(struct vend *vend, struct store *store, const struct vend_identity *identity,
                                      enum vend_call call, const struct store_card *card);
/* The read request by which an act closes a meter's account. `asked`: the newest of the meter is of this act and later
 * than every purchase, and is in `read`; otherwise a new one is due. `id` is that of the one or of the other. */
struct vend_card_question {
    const struct vend_card_act *act;
    int64_t meter, principal;
    uint16_t epoch;
};
MV_MUST_USE mv_status vend_card_question(struct store *store, const struct vend_card_question *of,
                                         struct store_record *read, char id[STORE_REQUEST_ID + 1], bool *asked);
MV_MUST_USE mv_status vend_card_find_settings(struct store *store, const struct store_record_meter *meter,
                                              struct vend_card_settings *out);
/* For the history of the meter's account; of a card without a meter nothing. */
MV_MUST_USE mv_status vend_card_event(struct store *store, const struct vend_card_step *step,
                                      const struct store_card_event *event);
MV_MUST_USE mv_status vend_card_fill(struct vend *vend, struct store *store, const struct store_card *row,
                                     struct vend_card *out);

#endif
