/* The ledger's part about cards: which there are, what was written on them, how often their keys were used. Rules as in
 * store.h; the schema refuses with INTERNAL_ERROR what breaks them. */
#ifndef MV_STORE_CARDS_H
#define MV_STORE_CARDS_H

#include "store/records.h"

enum { STORE_UID = 7, STORE_BECAUSE = 64, STORE_CARD_HASH = 32, STORE_CARD_LABEL = 32 };

/* Which card keys the factory injected into a meter. */
struct store_card_meter {
    int64_t meter;
    uint8_t key_version, area_version; /* of the masters card-meter and card-area; 0: none */
    uint16_t last_version;             /* of the meter's cards so far */
};
/* CARD_KEYS_DIFFER when there is none. */
MV_MUST_USE mv_status store_card_meter_get(struct store *store, int64_t meter, struct store_card_meter *row);
/* Inserts or replaces. */
MV_MUST_USE mv_status store_card_meter_put(struct store *store, const struct store_card_meter *row);

enum store_card_state { STORE_CARD_TRANSPORT = 1, STORE_CARD_UNDER_WAY, STORE_CARD_IN_USE };
enum store_card_denied { STORE_CARD_ALLOWED, STORE_CARD_DENIED, STORE_CARD_DENIED_FOR_GOOD };
/* Versions of the masters that a card's keys come from; 0 none. */
struct store_card_keys {
    uint8_t issuer, office, meter, area, transport;
};
struct store_card {
    int64_t id; /* set by the insert */
    uint8_t uid[STORE_UID];
    uint8_t kind; /* enum mv_card_kind, 0 none */
    enum store_card_state state;
    int64_t organisation;
    int64_t meter; /* user card; else 0 */
    uint8_t domain[STORE_DOMAIN];
    uint16_t version;
    enum store_card_denied denied;
    char because[STORE_BECAUSE + 1];
    struct store_card_keys keys;
    uint64_t uses;
    uint8_t round; /* meters of its round */
    int64_t since_unix_s, used_unix_s;
};
/* CARD_UNKNOWN. */
MV_MUST_USE mv_status store_card_by_uid(struct store *store, const uint8_t uid[STORE_UID], struct store_card *card);
/* The one that no other took the place of: CARD_UNKNOWN. */
MV_MUST_USE mv_status store_card_of_meter(struct store *store, int64_t meter, struct store_card *card);
MV_MUST_USE mv_status store_card_insert(struct store *store, struct store_card *card);
/* All but id and UID. CARD_EXISTS when the meter has another card. */
MV_MUST_USE mv_status store_card_update(struct store *store, const struct store_card *card);
typedef mv_status store_card_fn(void *self, const struct store_card *card);
/* By rising UID after `after`, of the organisations; `meter` 0: of all. */
MV_MUST_USE mv_status store_cards_after(struct store *store, const uint8_t after[STORE_UID],
                                        const int64_t *organisations, size_t count, int64_t meter, bool denied_only,
                                        size_t limit, store_card_fn *each, void *self);

struct store_card_content {
    int64_t id;
    int64_t card;
    uint8_t hash[STORE_CARD_HASH];
    uint32_t purchase; /* sequence of the purchase in it; 0 none */
    int64_t principal;
    char request_id[STORE_REQUEST_ID + 1];
    int64_t noted_unix_s;
    bool confirmed;
};
MV_MUST_USE mv_status store_card_content_note(struct store *store, const struct store_card_content *content);
/* The newest with this hash: RECORD_UNKNOWN. */
MV_MUST_USE mv_status store_card_content_find(struct store *store, int64_t card, const uint8_t hash[STORE_CARD_HASH],
                                              struct store_card_content *content);
/* The newest that is confirmed: RECORD_UNKNOWN. */
MV_MUST_USE mv_status store_card_content_last(struct store *store, int64_t card, struct store_card_content *content);
MV_MUST_USE mv_status store_card_content_confirm(struct store *store, int64_t id, int64_t now_unix_s);

/* What happened to a card of a meter, for the history of the meter's account. The insert makes a WRITTEN of the first
 * purchase that a card took since the account was closed, or ever, an OPENED. */
enum store_card_event_kind { /* numbers as in the protocol, from TIMELINE_CARD_PERSONALISED on */
                             STORE_CARD_PERSONALISED = 1,
                             STORE_CARD_OPENED,
                             STORE_CARD_WRITTEN,
                             STORE_CARD_REPLACED,
                             STORE_CARD_EVENT_DENIED,
                             STORE_CARD_EVENT_ALLOWED,
                             STORE_CARD_CLOSED
};
struct store_card_event {
    int64_t meter, card;
    enum store_card_event_kind kind;
    uint32_t purchase; /* sequence of the record; 0 none */
    int64_t other;     /* REPLACED: the card that took its place; else 0 */
    const char *reason;
    int64_t principal, at_unix_s;
};
MV_MUST_USE mv_status store_card_event_insert(struct store *store, const struct store_card_event *event);

/* 0 for a key that was never used. */
MV_MUST_USE mv_status store_card_key_uses(struct store *store, const char *label, uint64_t *uses);
MV_MUST_USE mv_status store_card_key_used(struct store *store, const char *label);

#endif
