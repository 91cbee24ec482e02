/* Inside of a card session: what its programs share. */
#ifndef MV_CARDS_SESSION_H
#define MV_CARDS_SESSION_H

#include "cards/cards.h"
#include "hsmd/client.h"

enum { CARDS_PLAIN_BYTES = 64 + MV_CARD_BUFFER_MORE, CARDS_CHUNK = 1024 };

struct cards_session {
    struct vend *vend;
    const struct cards_link *link;
    const struct cards_order *order;
    struct cards_result *result;
    struct vend_caller caller; /* with the session's own deadline */
    struct vend_card_act act;
    struct vend_card_place place;
    unsigned apdus;

    struct mv_card_session plain; /* what is asked without a key */
    uint8_t buffer[CARDS_PLAIN_BYTES];
    uint32_t keys; /* the key process's session, or HSMD_CARD_NO_SESSION */
    struct hsmd_card_answer answer;
    enum mv_card_error error; /* of the last command that failed */

    /* after cards_meet */
    bool has_application, has_head;
    struct mv_card_head head;
    bool known; /* in the ledger */
    struct vend_card card;
};

/* ---- talking (session.c) ---- */
/* What a card's refusal is to the caller: CARD_NOT_GENUINE, CARD_UNKNOWN, CARD_FAILED. */
mv_status cards_refusal(enum mv_card_error error);
/* Without a key, and only while none is authenticated. The answer is in session->plain. */
MV_MUST_USE mv_status cards_ask(struct cards_session *session, uint8_t ins, const uint8_t *header, uint8_t size);
/* Selects our application or the card itself (NULL); ends what was authenticated. */
MV_MUST_USE mv_status cards_select(struct cards_session *session, const uint8_t *aid);
/* One APDU as it is. */
MV_MUST_USE mv_status cards_exchange(struct cards_session *session, const uint8_t *capdu, size_t size,
                                     uint8_t rapdu[CARDS_RAPDU], size_t *answered);
/* What session->answer says goes to the card, and its answers back to the key process, until it is done. */
MV_MUST_USE mv_status cards_carry(struct cards_session *session);
/* Authenticates with this key; counts it first. */
MV_MUST_USE mv_status cards_open(struct cards_session *session, const struct hsmd_card_key_ref *key);
/* The answer's data is in session->answer. */
MV_MUST_USE mv_status cards_command(struct cards_session *session, const struct mv_card_command *command);
/* One that has a header only, MACed. */
MV_MUST_USE mv_status cards_order_card(struct cards_session *session, uint8_t ins, const uint8_t *header, uint8_t size);
/* In a session of slot 0 (or of the card's own key); nothing to do when they are the same. */
MV_MUST_USE mv_status cards_change_key(struct cards_session *session, const struct hsmd_card_key_ref *old_key,
                                       const struct hsmd_card_key_ref *new_key);
/* The card has, under a key, the UID that it gave freely. */
MV_MUST_USE mv_status cards_check_uid(struct cards_session *session);
void cards_leave_keys(struct cards_session *session);
MV_MUST_USE mv_status cards_say(struct cards_session *session, unsigned done, unsigned of, const char *what);

/* ---- who it is (meet.c) ---- */
/* What the ledger knows of the card that says it has act.uid; holds one that the caller has a right to. */
MV_MUST_USE mv_status cards_hold(struct cards_session *session);
/* One that the ledger did not know, once it has proven itself and before it becomes anybody's: with a copy of it at
 * another desk, what is made here would be sold there. CARD_IN_SESSION. */
MV_MUST_USE mv_status cards_hold_proven(struct cards_session *session);
/* Application, UID, cards_hold, head. */
MV_MUST_USE mv_status cards_meet(struct cards_session *session);
/* The head says what the ledger does. It is what meters see, it goes in clear, and a card that was blocked has another:
 * cards_enter puts it right. */
bool cards_head_is_right(const struct cards_session *session);
/* A user card in use, of this meter: CARD_UNKNOWN, CARD_DENIED, CARD_KIND_WRONG, CARD_OTHER_METER, CARD_NOT_GENUINE. */
MV_MUST_USE mv_status cards_expect_user(struct cards_session *session);
/* Any other card in use. */
MV_MUST_USE mv_status cards_expect_tool(struct cards_session *session);

/* ---- keys (slots.c) ---- */
/* The i-th slot whose key is changed: the one that changes the others comes last. */
static inline uint8_t cards_slot(unsigned i)
{
    return (uint8_t)((i + 1) % MV_CARD_KEYS);
}
struct hsmd_card_key_ref cards_transport_key(const struct cards_session *session, uint8_t slot, uint8_t version);
/* Of a card in use, as session->card says what it is. */
struct hsmd_card_key_ref cards_used_key(const struct cards_session *session, uint8_t slot, uint8_t version);
struct hsmd_card_key_ref cards_own_key(const struct cards_session *session, uint8_t version);
struct hsmd_card_key_ref cards_factory_key(const struct cards_session *session, uint8_t slot);
/* The version that the card says it is under; proven by the authentication that follows. */
MV_MUST_USE mv_status cards_key_version(struct cards_session *session, uint8_t slot, uint8_t *version);
/* Authenticates a card in use with this slot, and checks its UID. The head of one that the ledger allows is put right.
 */
MV_MUST_USE mv_status cards_enter(struct cards_session *session, uint8_t slot);

/* ---- files (files.c) ---- */
MV_MUST_USE mv_status cards_read(struct cards_session *session, enum mv_card_file file, uint32_t offset, uint8_t *data,
                                 uint32_t size);
MV_MUST_USE mv_status cards_write(struct cards_session *session, enum mv_card_file file, uint32_t offset,
                                  const uint8_t *data, uint32_t size);
MV_MUST_USE mv_status cards_write_head(struct cards_session *session, uint8_t kind);
MV_MUST_USE mv_status cards_commit(struct cards_session *session);

/* ---- what a user card brings (content.c) ---- */
struct cards_content {
    uint8_t bytes[MV_CARD_USER_TO_BYTES]; /* count, entry, bundle */
    uint32_t size;
    bool full; /* an addition did not fit */
};
enum { CARDS_BUNDLE = MV_CARD_COUNT_BYTES + MV_CARD_ENTRY_BYTES }; /* where the bundle begins */
void cards_content_begin(struct cards_content *content);
void cards_content_add(struct cards_content *content, const uint8_t *record, uint8_t size);
/* CARD_FULL. */
MV_MUST_USE mv_status cards_content_end(struct cards_content *content, const char pan[STORE_PAN]);
/* The next record of the bundle; `at` starts with 0; NULL at the end. */
const uint8_t *cards_content_next(const struct cards_content *content, uint32_t *at, uint8_t *size);
MV_MUST_USE mv_status cards_content_hash(const struct cards_content *content, uint8_t hash[STORE_CARD_HASH]);
/* Reads it, and has the ledger confirm that it is what the card must have. */
MV_MUST_USE mv_status cards_content_read(struct cards_session *session, struct cards_content *content);
/* Notes it, writes it, clears the return, commits and confirms. */
MV_MUST_USE mv_status cards_content_write(struct cards_session *session, const struct cards_content *content,
                                          uint32_t purchase);
/* Reads what the meter wrote and hands it in; `unread`: it wrote nothing that proves that it read the content. An older
 * return than the last is no failure, nor is one that is false, which counts as none: result->return_refused. */
MV_MUST_USE mv_status cards_take_return(struct cards_session *session, bool *unread);

/* ---- shared programs ---- */
/* A card in transport state, or one whose personalisation broke off, becomes what session->order says (make.c). */
MV_MUST_USE mv_status cards_make(struct cards_session *session, const struct vend_card_target *target);
/* A user card of the order's meter: made now if it is none yet (make.c). */
MV_MUST_USE mv_status cards_make_user(struct cards_session *session, bool replaces);
/* Back to transport state (wipe.c). `sure`: all of its keys are those of a card in use. */
MV_MUST_USE mv_status cards_wipe(struct cards_session *session, bool sure);
/* Signs contents[index] for a meter, under an id of the request's own. RECORD_KEYS_DIFFER: it was signed in an epoch of
 * the meter that is over. */
MV_MUST_USE mv_status cards_sign(struct cards_session *session, size_t index, const char *pan, bool of_round,
                                 struct vend_records *records);
/* Signs the session's purchase into the result, with its receipt when it has a price. */
MV_MUST_USE mv_status cards_sign_purchase(struct cards_session *session, const struct vend_record_order *order);
/* Whether it would be signed for a user card, and how many bytes it would take there. */
MV_MUST_USE mv_status cards_weigh(struct cards_session *session, size_t index, const char *pan, uint32_t *bytes);
/* The read request of this closing, under an id of its own, and the same again until it is answered (close.c). */
MV_MUST_USE mv_status cards_sign_question(struct cards_session *session, struct vend_records *records);
/* The meter's newest return goes into the result: the proof came in a session that broke off, or by another carrier. */
MV_MUST_USE mv_status cards_recall_return(struct cards_session *session, const char *pan);

/* ---- programs ---- */
mv_status cards_identify(struct cards_session *session);
mv_status cards_take_in(struct cards_session *session);
mv_status cards_personalise(struct cards_session *session);
mv_status cards_open_account(struct cards_session *session);
mv_status cards_purchase(struct cards_session *session);
mv_status cards_replace(struct cards_session *session);
mv_status cards_read_back(struct cards_session *session);
mv_status cards_close_account(struct cards_session *session);
mv_status cards_load(struct cards_session *session);
mv_status cards_collect(struct cards_session *session);
mv_status cards_rekey(struct cards_session *session);
mv_status cards_block(struct cards_session *session);

/* ---- profile 2 (pboc.h) ---- */
/* Whether the card at hand is one, when this server takes any; a card of profile 1 is left as it was. */
MV_MUST_USE mv_status cards_pboc_here(struct cards_session *session, bool *here);
/* The purpose's program for it; CARD_KIND_WRONG where there is none. */
mv_status cards_pboc_run(struct cards_session *session);

#endif
