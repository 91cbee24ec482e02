/* Native records (metervault/record.h): signed for a meter, and what it wrote back. They are few beside token sales, so
 * each has a transaction of its own. A record is sealed in the key process before it is committed, under the next
 * sequence number of its kind; only a committed one is answered, so that a number is given out once. */
#ifndef MV_VENDING_RECORDS_H
#define MV_VENDING_RECORDS_H

#include "metervault/record.h"
#include "store/records.h"
#include "vending/order.h"
#include "vending/vending.h"

enum { VEND_RETURN_VOIDS = 8, VEND_RECORD_PARTS = 8 /* of one order */, VEND_RECORD_SAID = 128, VEND_CARD_SERIAL = 8 };

/* What the domain knows when a body is written. */
struct vend_record_facts {
    uint8_t part;                 /* from 0 */
    uint8_t parts;                /* of the order */
    uint32_t set_id;              /* of an order in parts: the sequence number of its first part */
    int64_t amount, arrears;      /* of the order */
    uint8_t client[STORE_CLIENT]; /* purchase: of the account */
    /* Purchase: those right before it that no return shows as taken, newest first. The meter takes what it lacks. */
    uint8_t unread_count;
    struct vend_unread {
        int64_t amount, arrears;
    } unread[MV_UNREAD_MAX];
    /* Purchase, of the order; one on a card opens the account again while no return shows a purchase as taken: the
     * opening may be among what the meter lacks. */
    enum mv_purchase_kind purchase;
    uint8_t credit_register;       /* enum mv_credit_register that the meter's amounts count */
    uint8_t nonce[STORE_NONCE];    /* read request: fresh from the token; else that of the newest one, if it is named */
    struct store_record_keys next; /* after a renewal */
    bool has_card;                 /* purchase: tied to this card */
    uint8_t card[VEND_CARD_SERIAL];
};
/* Writes the body of one part; the same for the same facts. */
typedef void vend_record_body_fn(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to);

struct vend_record_order {
    const char *request_id; /* 1..64 of [A-Za-z0-9._-] */
    const char *pan;
    enum mv_record_kind kind; /* to the meter */
    uint8_t parts;            /* 1..VEND_RECORD_PARTS */
    vend_record_body_fn *body;
    const void *self;
    /* What it says, for the audit record; without blanks at its ends, may be empty. */
    char said[VEND_RECORD_SAID];
    struct vend_quantity quantity; /* purchase: as much as one token could carry; of a replacement 0 too */
    int64_t arrears;               /* purchase: new debt; a supervisor's right */
    enum mv_purchase_kind purchase;
    bool has_client; /* needed to open an account; otherwise it is compared */
    uint8_t client[STORE_CLIENT];
    bool has_card; /* purchase: the record is tied to the card with this serial number */
    uint8_t card[VEND_CARD_SERIAL];
    /* Purchase, sold to the meter's account at its tariff: what it brings follows from `sale`, and the quantity only
     * says what is bought by units. Otherwise it has no price, and no vendor on credit sells it. */
    bool priced;
    const char *terminal;      /* priced: the till, 1..STORE_TERMINAL */
    struct vend_purchase sale; /* priced: `account` is NULL */
    bool foretold;             /* priced: unless it brings this much, in units of the meter, PRICE_CHANGED */
    int64_t brings;            /* as vend_price_record said */
    bool retires;              /* the meter is suspended with it */
    bool abandons_unread;      /* a reset although purchases are out that no return shows as taken */
    bool names_last_read;      /* RECORD_UNKNOWN when there was none in this epoch */
    uint32_t voids;     /* purchase, a supervisor's right: it brings nothing and takes the place of this one; else 0 */
    bool of_this_epoch; /* what was signed under the id in another epoch is RECORD_KEYS_DIFFER: no meter takes it */
    /* Key update (new versions, the same epoch) and reset (the next epoch): what the meter has afterwards. */
    bool renews;
    bool next_epoch;
    uint8_t mac_version, enc_version; /* 0: as they are */
};

struct vend_signed_record {
    uint8_t bytes[MV_RECORD_MAX];
    uint8_t size;
};
struct vend_records {
    char request_id[STORE_REQUEST_ID + 1];
    char pan[STORE_PAN + 1];
    char principal[STORE_NAME + 1];
    enum mv_record_kind kind;
    uint16_t epoch;
    uint32_t first_sequence;
    int64_t amount; /* purchase */
    int64_t issued_at_unix_s;
    bool replayed;
    struct vend_signed_record parts[VEND_RECORD_PARTS];
    size_t count;
};
/* Signs, or answers what was signed under this request id. REQUEST_ID_REUSED, REQUEST_CANCELLED, METER_UNKNOWN,
 * METER_NOT_ACTIVE, RECORDS_NOT_PROVISIONED, VENDOR_NEEDS_PRICE, for a priced one what selling tokens says,
 * WRONG_UTILITY, ACCOUNT_OPEN, ACCOUNT_NOT_OPEN, PURCHASES_UNREAD, RECORD_KEYS_PENDING (renewing while another renewal
 * waits for its return), RECORD_KEY_UNKNOWN, RECORD_KEY_NOT_ACTIVE, METER_CHANGED (try again). */
MV_MUST_USE mv_status vend_issue_record(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_record_order *order, struct vend_records *records);

/* What signing it would come to now: the same refusals, before anything else is done for it. Nothing is signed and no
 * number used. `bytes`: of all its parts, a byte of length in front of each. */
MV_MUST_USE mv_status vend_weigh_record(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_record_order *order, uint32_t *bytes);

/* What a purchase brings: signed before, or as of now. The same refusals. */
MV_MUST_USE mv_status vend_price_record(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_record_order *order, struct vend_quantity *brings);

/* What a meter wrote back. */
struct vend_return {
    char pan[STORE_PAN + 1];
    struct mv_record_head head;
    uint8_t bytes[MV_RECORD_MAX]; /* the body is MV_RECORD_HEAD from here, its length in the byte before it */
    /* It echoes the nonce of the newest read request, so it is later than that: of the purchases up to this number,
     * signed before that request, it tells which the meter had taken by then. */
    bool answers_last_read;
    uint32_t judges_purchases_to;
    bool ledger_behind; /* the meter took numbers that this ledger did not know: an older ledger was restored */
    bool confirms_keys; /* it shows that a key update or reset was taken */
    bool replayed;      /* received before */
    /* What it decided of purchases that were voided. `taken`: the meter had it before, and nothing is given back. */
    struct vend_void {
        uint32_t sequence, voided_by;
        int64_t amount;
        bool taken;
    } voids[VEND_RETURN_VOIDS];
    size_t void_count;
};
/* Checks its MAC in the key process and keeps it. RECORD_NOT_VALID, METER_UNKNOWN, RECORD_KEYS_DIFFER,
 * RETURN_NOT_NEWER. Numbers that it shows and the ledger does not know are not signed again. */
MV_MUST_USE mv_status vend_accept_return(struct vend *vend, const struct vend_caller *caller, const uint8_t *bytes,
                                         size_t size, struct vend_return *out);

/* An engineer's word whether the meter took the renewal that waits, when no return can show it. Either way a return
 * under the other keys is still taken, and puts it right. NO_KEY_CHANGE_PENDING. */
MV_MUST_USE mv_status vend_confirm_record_keys(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                               bool taken, struct vend_meter *meter);

/* Registers what the factory injected: domain, versions, epoch. Repeating it with the same data answers the meter;
 * other data correct it as long as nothing was signed. RECORDS_PROVISIONED, RECORD_KEY_UNKNOWN. A meter that was only
 * made becomes a provisioned one. */
MV_MUST_USE mv_status vend_provision_meter(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                           const uint8_t domain[STORE_DOMAIN], const struct store_record_keys *keys,
                                           struct vend_meter *meter);
/* METER_STATE_NOT_ALLOWED. */
MV_MUST_USE mv_status vend_set_meter_state(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                           enum vend_meter_state state, struct vend_meter *meter);

#endif
