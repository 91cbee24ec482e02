/* Cards in the ledger. Every step of a session that matters is a transaction of its own with its audit record, made
 * before the card is touched (a key's use, a new owner, what will be written) or after it has answered (written, in
 * use, back in transport state): a session that breaks anywhere is put right by the next one. */
#ifndef MV_VENDING_CARDS_H
#define MV_VENDING_CARDS_H

#include "hsm/masters.h"
#include "metervault/card_layout.h"
#include "store/cards.h"
#include "vending/records.h"

enum { VEND_CARD_SESSIONS = 32, VEND_UID_TEXT = 2 * STORE_UID + 1 };

/* ---- sessions: so many at once, one for a card ---- */
struct vend_card_place {
    bool taken, held;
    unsigned index;
};
/* SERVER_BUSY. Leave it in any case. */
MV_MUST_USE mv_status vend_card_enter(struct vend *vend, struct vend_card_place *place);
/* CARD_IN_SESSION. */
MV_MUST_USE mv_status vend_card_hold(struct vend *vend, struct vend_card_place *place, const uint8_t uid[STORE_UID]);
void vend_card_leave(struct vend *vend, struct vend_card_place *place);

/* Of every session. */
struct vend_card_limits {
    uint32_t begin_ms; /* until it is said what for */
    uint32_t step_ms;  /* for one command and the card's answer: the link's to keep */
    uint32_t all_ms;   /* of one session */
    unsigned apdus;    /* likewise */
};
const struct vend_card_limits *vend_card_limits(const struct vend *vend);

/* ---- what is known ---- */
struct vend_card {
    struct store_card row;
    char pan[STORE_PAN + 1]; /* user card; else empty */
    char organisation[STORE_NAME + 1];
};
void vend_uid_text(const uint8_t uid[STORE_UID], char text[VEND_UID_TEXT]);
/* A user card of profile 2: its versions issuer, office and area are those of the masters card-pboc-internal,
 * card-pboc-external and card-pboc-mac, and it has no key of its meter. */
bool vend_card_is_pboc(const struct store_card *row);
/* enum mv_pboc_class of the writes on cards of profile 2; 0: none of them is taken here. */
uint8_t vend_card_pboc_class(const struct vend *vend);
/* 14 hex digits; false otherwise. */
bool vend_uid_read(const char *text, uint8_t uid[STORE_UID]);

/* Who does what to which card, in a session or by a call of its own. */
struct vend_card_act {
    const struct vend_caller *caller;
    enum vend_call call; /* VEND_CARD_... */
    uint8_t uid[STORE_UID];
    const char *terminal;   /* NULL outside of a session */
    const char *request_id; /* likewise */
};
/* Role and names, before a card is touched: ROLE_MISSING, CARD_FACTORY_ROLE, INVALID_FIELD. */
MV_MUST_USE mv_status vend_card_may(struct vend *vend, const struct vend_card_act *act);
/* CARD_UNKNOWN also of another organisation's. */
MV_MUST_USE mv_status vend_card_get(struct vend *vend, const struct vend_card_act *act, struct vend_card *card);
/* The same without asking what it is allowed to do, and without an audit record when it is not known. */
MV_MUST_USE mv_status vend_card_look(struct vend *vend, const struct vend_card_act *act, struct vend_card *card);

/* ---- steps; all but the last two: CARD_DENIED ---- */
/* Before an authentication: counts it of the card and of the key, unless the ledger does not know the card.
 * CARD_CEILING. */
MV_MUST_USE mv_status vend_card_use(struct vend *vend, const struct vend_card_act *act, const char *key_label);
/* After the authentication of a card that the ledger does not know: counts it of the key. CARD_CEILING. */
MV_MUST_USE mv_status vend_card_used(struct vend *vend, const struct vend_card_act *act, const char *key_label);
/* A card fresh from its maker is in transport state now, under this version. CARD_NOT_FRESH. */
MV_MUST_USE mv_status vend_card_take_in(struct vend *vend, const struct vend_card_act *act, uint8_t transport,
                                        struct vend_card *card);

struct vend_card_target {
    enum mv_card_kind kind;
    const char *pan;              /* user card */
    uint8_t domain[STORE_DOMAIN]; /* other kinds */
    uint8_t area_version;         /* likewise; 0: the newest */
    bool replaces;                /* takes the place of the card that the meter has, which is denied for good */
    bool opens;                   /* the same as long as the meter has no open account, whose card is nobody's */
    uint8_t transport;            /* version that the card is under */
    bool pboc;                    /* a user card of profile 2, which has these keys already */
    struct store_card_keys keys;
};
/* Before its files and keys are made: the card is to become this. `old` is the card that it replaces, if there was one
 * (row.id 0: none). CARD_NOT_FRESH, CARD_EXISTS, CARD_KEYS_DIFFER, CARD_KEY_UNKNOWN, METER_UNKNOWN, METER_NOT_ACTIVE,
 * INVALID_FIELD "domain": no meter of the caller's organisations is in it. */
MV_MUST_USE mv_status vend_card_bind(struct vend *vend, const struct vend_card_act *act,
                                     const struct vend_card_target *target, struct vend_card *card,
                                     struct vend_card *old);
/* It has its files and keys; its content is `empty`, by hash. */
MV_MUST_USE mv_status vend_card_ready(struct vend *vend, const struct vend_card_act *act,
                                      const uint8_t empty[STORE_CARD_HASH], struct vend_card *card);
/* Before it is written. */
MV_MUST_USE mv_status vend_card_note(struct vend *vend, const struct vend_card_act *act,
                                     const uint8_t hash[STORE_CARD_HASH], uint32_t purchase);
/* What the card was found to have, or took: must be the last content confirmed, or one noted since, which is confirmed
 * then. CARD_NOT_GENUINE: it has an older one, or one that was never noted: a copy. */
MV_MUST_USE mv_status vend_card_has(struct vend *vend, const struct vend_card_act *act,
                                    const uint8_t hash[STORE_CARD_HASH]);
/* A round for so many meters is loaded; 0: none. */
MV_MUST_USE mv_status vend_card_round(struct vend *vend, const struct vend_card_act *act, uint8_t meters,
                                      struct vend_card *card);
/* Before a user card is wiped: the account is closed. PREVIOUS_UNREAD unless the newest return of the meter answers the
 * read request that this act signed (vend_card_closing) and shows every purchase as taken. */
MV_MUST_USE mv_status vend_card_close(struct vend *vend, const struct vend_card_act *act, struct vend_card *card);
/* It is in transport state again; one of profile 2 is empty, and keeps its keys, `transport` is 0 then. */
MV_MUST_USE mv_status vend_card_wiped(struct vend *vend, const struct vend_card_act *act, uint8_t transport,
                                      struct vend_card *card);
MV_MUST_USE mv_status vend_card_rekeyed(struct vend *vend, const struct vend_card_act *act,
                                        const struct store_card_keys *keys, struct vend_card *card);
/* INVALID_FIELD "reason". */
MV_MUST_USE mv_status vend_card_deny(struct vend *vend, const struct vend_card_act *act, const char *because,
                                     struct vend_card *card);
/* CARD_DENIED: for good. */
MV_MUST_USE mv_status vend_card_allow(struct vend *vend, const struct vend_card_act *act, struct vend_card *card);

/* ---- purchases of a meter, as its card has to know them ---- */
struct vend_card_purchases {
    uint16_t epoch;
    uint32_t signed_to; /* sequence of the last one signed in this epoch */
    uint32_t taken_to;  /* and of the last that a return shows as taken */
    uint32_t request;   /* of the one that was signed under the act's request id; 0: none */
    bool account_open;
    /* what a card says that has no room for records */
    uint8_t client[STORE_CLIENT];
    enum vend_unit unit;
    int64_t last_amount, last_arrears; /* of purchase `signed_to` */
};
/* METER_UNKNOWN, RECORDS_NOT_PROVISIONED. */
MV_MUST_USE mv_status vend_card_purchases(struct vend *vend, const struct vend_card_act *act, const char *pan,
                                          struct vend_card_purchases *purchases);
/* Parameters, tariffs and calendars that were signed for the meter under the keys that it has and that no return shows
 * as taken, in their order. */
enum { VEND_CARD_SETTINGS = 24 };
struct vend_card_settings {
    struct vend_signed_record records[VEND_CARD_SETTINGS];
    size_t count;
    bool more; /* than a card has room for */
};
MV_MUST_USE mv_status vend_card_settings(struct vend *vend, const struct vend_card_act *act, const char *pan,
                                         struct vend_card_settings *settings);
/* Under which id the closing of the meter's account signs its read request, or has signed it. */
MV_MUST_USE mv_status vend_card_closing(struct vend *vend, const struct vend_card_act *act, const char *pan,
                                        char id[STORE_REQUEST_ID + 1]);
/* Domain of the meter's record keys, and its card keys: CARD_KEYS_DIFFER when it has none. */
MV_MUST_USE mv_status vend_card_meter(struct vend *vend, const struct vend_card_act *act, const char *pan,
                                      uint8_t domain[STORE_DOMAIN], struct store_card_meter *keys);

/* ---- lists ---- */
struct vend_card_query {
    const char *pan; /* "" all */
    bool denied_only;
    uint32_t page_size;
    const char *page_token;
};
struct vend_card_list {
    struct vend_card cards[VEND_MAX_PAGE];
    size_t count;
    char next[VEND_UID_TEXT]; /* empty at the end */
};
MV_MUST_USE mv_status vend_list_cards(struct vend *vend, const struct vend_caller *caller,
                                      const struct vend_card_query *query, struct vend_card_list *list);

/* ---- keys ---- */
/* Which card keys the factory injected. CARD_EXISTS when others are on file and the meter has a card. */
MV_MUST_USE mv_status vend_provision_cards(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                           uint8_t key_version, uint8_t area_version, struct vend_meter *meter);
/* The newest version of a card master that cards may get now; `domain` of a card-area. CARD_KEY_UNKNOWN. */
MV_MUST_USE mv_status vend_card_newest(struct vend *vend, enum hsm_key_use use, const uint8_t domain[STORE_DOMAIN],
                                       uint8_t *version);
/* The same of a card-area, or `wish` if that is one of them: meters keep the version that they were made with. */
MV_MUST_USE mv_status vend_card_area(struct vend *vend, const uint8_t domain[STORE_DOMAIN], uint8_t wish,
                                     uint8_t *version);

/* The key process's part of card sessions (hsmd/client.h), over a connection that they share. */
struct hsmd_card_key_ref;
struct hsmd_card_answer;
struct mv_card_command;
MV_MUST_USE mv_status vend_card_key_open(struct vend *vend, int64_t deadline_ns, const struct hsmd_card_key_ref *key,
                                         struct hsmd_card_answer *answer);
MV_MUST_USE mv_status vend_card_key_command(struct vend *vend, int64_t deadline_ns, uint32_t session,
                                            const struct mv_card_command *command, struct hsmd_card_answer *answer);
MV_MUST_USE mv_status vend_card_key_change(struct vend *vend, int64_t deadline_ns, uint32_t session, uint8_t in_use,
                                           const struct hsmd_card_key_ref *old_key,
                                           const struct hsmd_card_key_ref *new_key, struct hsmd_card_answer *answer);
MV_MUST_USE mv_status vend_card_key_step(struct vend *vend, int64_t deadline_ns, uint32_t session, const uint8_t *rapdu,
                                         size_t size, struct hsmd_card_answer *answer);
/* Of profile 2; stepped and closed like the others. */
struct hsmd_pboc_ref;
MV_MUST_USE mv_status vend_card_pboc_open(struct vend *vend, int64_t deadline_ns, const struct hsmd_pboc_ref *ref,
                                          struct hsmd_card_answer *answer);
MV_MUST_USE mv_status vend_card_pboc_update(struct vend *vend, int64_t deadline_ns, uint32_t session, uint8_t file,
                                            const uint8_t *data, uint8_t size, struct hsmd_card_answer *answer);
void vend_card_key_close(struct vend *vend, uint32_t session);

#endif
