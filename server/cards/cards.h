/* The remote SAM: what happens between a card at a terminal and the key process. Each purpose is a program of its own,
 * straight-line code over an exchange with the card; README.md tells what each leaves behind wherever it breaks. Knows
 * nothing of gRPC, SQL or PKCS#11, and never sees a key. */
#ifndef MV_CARDS_CARDS_H
#define MV_CARDS_CARDS_H

#include "metervault/card.h"
#include "vending/cards.h"
#include "vending/sales.h"

enum {
    CARDS_RAPDU = 258,  /* of an answer of the card, status included */
    CARDS_CONTENTS = 4, /* records or sets for one meter besides its purchase */
    CARDS_REQUEST = 40, /* bytes of a request id, so that those of its records fit */
};

/* The way to the card. */
struct cards_link {
    /* CARD_REMOVED, CANCELLED_BY_CALLER, DEADLINE_PASSED. */
    mv_status (*exchange)(void *self, const uint8_t *capdu, size_t size, uint8_t rapdu[CARDS_RAPDU], size_t *answered);
    mv_status (*progress)(void *self, unsigned done, unsigned of, const char *what);
    void *self;
};

/* As the protocol numbers them. */
enum cards_purpose {
    CARDS_IDENTIFY = 1,
    CARDS_PERSONALISE,
    CARDS_OPEN,
    CARDS_PURCHASE,
    CARDS_READ_BACK,
    CARDS_REPLACE,
    CARDS_CLOSE,
    CARDS_LOAD,
    CARDS_COLLECT,
    CARDS_REKEY,
    CARDS_BLOCK,
};

struct cards_order {
    enum cards_purpose purpose;
    const char *request_id, *terminal;
    const char *pan;              /* "" : whatever the card says */
    enum mv_card_kind kind;       /* personalise, load */
    bool factory;                 /* personalise */
    uint8_t domain[STORE_DOMAIN]; /* personalise of tool cards */
    uint8_t area_version;         /* personalise and rekey of tool cards; 0: the newest */
    bool merge;                   /* purchase although the last one is unread */
    bool abandon;                 /* load although returns are on the card */
    const char *because;          /* block */
    /* What is signed: request id and meter are filled in here. `contents` in the order in which a meter takes them. */
    const struct vend_record_order *purchase;
    const struct vend_record_order *contents[CARDS_CONTENTS];
    size_t content_count;
    const char *const *pans; /* load */
    size_t pan_count;
};

/* One meter of a round. */
struct cards_entry {
    char pan[STORE_PAN + 1];
    bool is_loaded, is_returned;
    struct vend_records loaded; /* the first of its records */
    struct vend_return returned;
    enum mv_reason refused; /* why its return was not taken; MV_REASON_UNSPECIFIED: it was, or there is none */
};
struct cards_result {
    struct vend_card card;
    bool genuine;
    bool has_purchase, already, merged, previous_taken;
    struct vend_records purchase;
    bool has_sold; /* a priced one: its receipt */
    struct vend_sold sold;
    bool has_return;
    struct vend_return returned;
    enum mv_reason return_refused; /* why what was there as one was not taken; MV_REASON_UNSPECIFIED: nothing was */
    bool settings_left;            /* replacement: what the meter was to be set to did not fit */
    bool has_replaced;
    struct vend_card replaced;
    struct cards_entry *round; /* of MV_CARD_ENTRIES_MAX, or NULL */
    size_t round_count;
    unsigned apdus;
};

/* One session, from the first APDU to the result; on the caller's thread. Whatever it answers, the key process has
 * forgotten the session. Free the result in any case. */
MV_MUST_USE mv_status cards_run(struct vend *vend, const struct vend_caller *caller, const struct cards_link *link,
                                const struct cards_order *order, struct cards_result *result);
void cards_result_free(struct cards_result *result);

#endif
