/* The ledger. One interface, engines behind it (sqlite/; postgres/ later). Rows in and out are these structs; nobody
 * above this header writes SQL. History is never edited: corrections are new rows.
 *
 * Threads: one `struct store` may be opened several times on one ledger; each belongs to one thread. Exactly one of
 * them, the writer's, calls the functions that need a write transaction. All functions fail with LEDGER_UNAVAILABLE,
 * LEDGER_FULL, LEDGER_LOCKED or LEDGER_CORRUPT besides what they name. */
#ifndef MV_STORE_STORE_H
#define MV_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "audit/audit.h"
#include "base/approval.h"
#include "base/status.h"

enum { STORE_MAX_TILLS = 65536 }; /* of one organisation: every new terminal id opens a till, for ever */
enum { STORE_NAME = 64, STORE_REQUEST_ID = 64, STORE_TERMINAL = 32, STORE_PAN = 18, STORE_DIGITS = 20, STORE_TAG = 16 };

enum store_mode {
    STORE_WRITER, /* migrates under a lock, refuses a newer schema with LEDGER_NEWER */
    STORE_READER, /* sees committed rows only; schema must be current */
};

struct store;

MV_MUST_USE mv_status store_open(const char *url, enum store_mode mode, struct store **store); /* "sqlite:/path/file" */
void store_close(struct store *store);

MV_MUST_USE mv_status store_begin_read(struct store *store); /* one snapshot for the reads that follow */
MV_MUST_USE mv_status store_begin_write(struct store *store);
MV_MUST_USE mv_status store_commit(struct store *store); /* durable when it returns */
void store_rollback(struct store *store);                /* harmless when nothing is open */

/* ---- what the ledger remembers of itself ---- */
struct store_ledger_state {
    int64_t last_time_unix_s;      /* latest time that issuing saw; 0 in a new ledger */
    uint64_t catalogue_generation; /* highest seen from the token */
    bool clock_unconfirmed;        /* a jump was seen, no officer confirmed yet */
};
MV_MUST_USE mv_status store_state_get(struct store *store, struct store_ledger_state *state);
MV_MUST_USE mv_status store_state_put(struct store *store, const struct store_ledger_state *state);

/* ---- organisations, principals, grants (small; the domain keeps them in memory) ---- */
struct store_organisation {
    int64_t id;
    int64_t parent; /* 0 for the root */
    char name[STORE_NAME + 1];
};
struct store_grant {
    int64_t organisation;
    char sgc[7];
};
struct store_principal {
    int64_t id;
    int64_t organisation;
    char name[STORE_NAME + 1];
    uint32_t roles; /* bit n = Role n of operator_service.proto */
    bool enabled;
};
typedef mv_status store_organisation_fn(void *self, const struct store_organisation *row);
typedef mv_status store_grant_fn(void *self, const struct store_grant *row);
typedef mv_status store_principal_fn(void *self, const struct store_principal *row);
/* Each walks all rows, parents first / by name; a failing callback ends the walk with its status. */
MV_MUST_USE mv_status store_organisations(struct store *store, store_organisation_fn *each, void *self);
MV_MUST_USE mv_status store_grants(struct store *store, store_grant_fn *each, void *self);
MV_MUST_USE mv_status store_principals(struct store *store, store_principal_fn *each, void *self);
/* Sets the id. ORGANISATION_EXISTS when the name is taken, ORGANISATION_UNKNOWN when the parent does not exist. An
 * organisation keeps name and parent for ever. */
MV_MUST_USE mv_status store_organisation_insert(struct store *store, struct store_organisation *row);
/* Insert when id is 0 (and set it), else update. PRINCIPAL_EXISTS when the name is taken, PRINCIPAL_UNKNOWN or
 * ORGANISATION_UNKNOWN when the id or the organisation does not exist. */
MV_MUST_USE mv_status store_principal_put(struct store *store, struct store_principal *row);
MV_MUST_USE mv_status store_grant_put(struct store *store, const struct store_grant *row, bool granted);

/* ---- meters ---- */
/* A decoder key by what it is derived from, with its expiry number. */
struct store_key {
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
};
struct store_meter {
    int64_t id;
    char pan[STORE_PAN + 1];
    int64_t organisation;
    uint8_t utility; /* enum Utility */
    uint8_t state;   /* enum MeterState */
    /* the key on file: as registered, then as the last confirmed key change left it */
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
    uint64_t last_tid; /* absolute minutes since 1993-01-01T00:00Z of the last token; 0 if none */
    int64_t registered_at_unix_s;
    bool currency; /* counts money, not units */
    /* From here on only read: a new meter has none of it. */
    int64_t pending_change;        /* the key change that nobody confirmed; 0 none */
    bool has_wanted;               /* the office assigned something that the key on file is not yet */
    char wanted_sgc[7];            /* "" not said */
    uint8_t wanted_krn, wanted_kt; /* 0 not said */
    int16_t wanted_ti;             /* -1 not said */
    uint32_t key_version;          /* rises whenever key, wanted or pending change does */
    int64_t last_sale;             /* id of the meter's newest order; 0 none */
};
MV_MUST_USE mv_status store_meter_by_pan(struct store *store, const char *pan,
                                         struct store_meter *meter);                      /* METER_UNKNOWN */
MV_MUST_USE mv_status store_meter_insert(struct store *store, struct store_meter *meter); /* METER_EXISTS */

struct store_meter_filter {
    const char *after_pan;        /* "" from the beginning */
    const char *sgc;              /* "" all */
    const int64_t *organisations; /* only these */
    size_t organisation_count;
    size_t limit;
    uint8_t krn;       /* 0 all */
    bool pending_only; /* with a key change that nobody confirmed */
};
typedef mv_status store_meter_fn(void *self, const struct store_meter *row);
MV_MUST_USE mv_status store_meters(struct store *store, const struct store_meter_filter *filter, store_meter_fn *each,
                                   void *self);

/* What the office wants a meter's key to become; takes the place of what it wanted before. All "not said" wants
 * nothing. METER_UNKNOWN; INVALID_FIELD for numbers that no key has. */
struct store_wanted {
    char sgc[7];     /* "" not said */
    uint8_t krn, kt; /* 0 not said; kt 1 or 2 */
    int16_t ti;      /* -1 not said */
};
MV_MUST_USE mv_status store_meter_assign(struct store *store, int64_t meter, const struct store_wanted *wanted);

/* ---- keys and key changes (rules: DESIGN section 5; the schema refuses with INTERNAL_ERROR what breaks them) ---- */
enum { STORE_SECTIONS = 4, STORE_PROOF = 64 };
enum store_outcome { STORE_PENDING = 0, STORE_APPLIED = 1, STORE_NOT_APPLIED = 2 };
struct store_key_change {
    int64_t id;
    int64_t meter;
    struct store_key from; /* the key on file when it was made */
    struct store_key to;   /* the same algorithm; the base date never earlier */
    bool rollover;         /* the base date is later */
    uint8_t count;         /* 2..4 tokens */
    char digits[STORE_SECTIONS][STORE_DIGITS + 1];
    uint8_t tags[STORE_SECTIONS][STORE_TAG];
    uint8_t from_kcv[3], to_kcv[3]; /* of the vending keys */
    int64_t issued_at_unix_s;
    int64_t principal;
    int64_t approval;        /* id, must cover a change to another supply group; 0 none */
    uint8_t outcome;         /* enum store_outcome; this and the next only read */
    int64_t ended_at_unix_s; /* 0 while pending */
};
/* Sets the id and outcome, makes it the meter's pending change and adds `to` to the meter's key history.
 * KEY_CHANGE_PENDING when another is. After a refusal nothing of it is in the transaction, which may go on. */
MV_MUST_USE mv_status store_key_change_insert(struct store *store, struct store_key_change *change);
/* NO_KEY_CHANGE_PENDING when there is none of this id; one that ended is given too. */
MV_MUST_USE mv_status store_key_change_get(struct store *store, int64_t id, struct store_key_change *change);
/* Once, while it is pending: NO_KEY_CHANGE_PENDING otherwise. Applied: the key on file becomes `to`, and what was
 * wanted is cleared as far as `to` fulfils it (a key revision together with its supply group). `proof` (1..STORE_PROOF
 * characters) says what showed it. The transaction may go on after a refusal. */
MV_MUST_USE mv_status store_key_change_end(struct store *store, int64_t id, enum store_outcome outcome,
                                           const char *proof, int64_t principal, int64_t at_unix_s);

/* A key that a meter held or may have held: the registered one, then where each key change leads, whatever became of
 * it. */
struct store_meter_key {
    uint32_t sequence; /* from 1, the registered key */
    struct store_key key;
    int64_t since_unix_s; /* registered, or the set issued */
    int64_t key_change;   /* 0 for the registered key */
    bool rollover;        /* its set had a later base date */
};
typedef mv_status store_meter_key_fn(void *self, const struct store_meter_key *row);
MV_MUST_USE mv_status store_meter_keys(struct store *store, int64_t meter, store_meter_key_fn *each, void *self);

/* Meters whose history has a vending key, by PAN. */
struct store_exposed_filter {
    const char *sgc;
    uint8_t krn, kt;
    const int64_t *organisations; /* only these */
    size_t organisation_count;
    const char *after_pan; /* "" from the beginning */
    size_t limit;
};
struct store_exposed_meter {
    char pan[STORE_PAN + 1];
    int64_t organisation;
    int64_t since_unix_s; /* the first time */
    bool held;            /* on file, or where the pending change leads */
    int64_t left_unix_s;  /* when it was confirmed that the meter holds another; 0 while held */
};
typedef mv_status store_exposed_fn(void *self, const struct store_exposed_meter *row);
MV_MUST_USE mv_status store_exposed(struct store *store, const struct store_exposed_filter *filter,
                                    store_exposed_fn *each, void *self);

/* ---- moves to another supply group: proposed by one officer, approved by another ---- */
enum { STORE_CERTIFICATE = 2048, STORE_SIGNATURE = 160 };
struct store_proposal {
    int64_t id;
    char text[MV_APPROVAL_TEXT]; /* what officers sign; the fields below are those of the text */
    char from_sgc[7], to_sgc[7];
    char pan[STORE_PAN + 1]; /* "" every meter of the group */
    int64_t expires_unix_s;
    int64_t proposer;
    int64_t proposed_at_unix_s;
};
struct store_approval {
    int64_t id;
    int64_t proposal;
    int64_t principal;
    uint8_t certificate[STORE_CERTIFICATE];
    size_t certificate_size;
    uint8_t signature[STORE_SIGNATURE];
    size_t signature_size;
    int64_t approved_at_unix_s;
};
typedef mv_status store_proposal_fn(void *self, const struct store_proposal *row);
typedef mv_status store_approval_fn(void *self, const struct store_approval *row);
/* Sets the id. INVALID_FIELD when a field is out of range or two groups are the same. */
MV_MUST_USE mv_status store_proposal_insert(struct store *store, struct store_proposal *proposal);
MV_MUST_USE mv_status store_proposal_get(struct store *store, int64_t id,
                                         struct store_proposal *proposal); /* PROPOSAL_UNKNOWN */
/* By falling id, from before this one; 0 from the newest. */
MV_MUST_USE mv_status store_proposals(struct store *store, int64_t before, size_t limit, store_proposal_fn *each,
                                      void *self);
/* Sets the id. SAME_OFFICER when the principal proposed it or has approved it already; PROPOSAL_UNKNOWN; INVALID_FIELD
 * when certificate or signature is empty or too long. The transaction may go on after a refusal. */
MV_MUST_USE mv_status store_approval_insert(struct store *store, struct store_approval *approval);
MV_MUST_USE mv_status store_approvals(struct store *store, int64_t proposal, store_approval_fn *each, void *self);
/* The newest approval of a proposal that covers this move, has not expired and is good enough for the caller;
 * APPROVAL_MISSING. */
struct store_move {
    const char *pan, *from_sgc, *to_sgc;
    int64_t now_unix_s;
};
typedef bool store_good_approval_fn(void *self, const struct store_proposal *proposal,
                                    const struct store_approval *approval);
MV_MUST_USE mv_status store_approval_covering(struct store *store, const struct store_move *move,
                                              store_good_approval_fn *good, void *self, struct store_proposal *proposal,
                                              struct store_approval *approval);

/* ---- looking into tokens: a count of wrong ones per meter, whoever asks, and per principal, whatever the meter ----
 */
struct store_verify {
    uint32_t wrong;
    int64_t locked_until_unix_s;
};
MV_MUST_USE mv_status store_verify_get(struct store *store, int64_t meter,
                                       struct store_verify *verify); /* zeros when nothing was wrong yet */
MV_MUST_USE mv_status store_verify_put(struct store *store, int64_t meter,
                                       const struct store_verify *verify); /* METER_UNKNOWN */
MV_MUST_USE mv_status store_principal_verify_get(struct store *store, int64_t principal, struct store_verify *verify);
MV_MUST_USE mv_status store_principal_verify_put(struct store *store, int64_t principal,
                                                 const struct store_verify *verify); /* PRINCIPAL_UNKNOWN */

/* ---- orders; a sale is the most frequent ---- */
enum store_order {
    STORE_CREDIT = 0,
    STORE_MANAGEMENT = 1,
    STORE_TEST = 2,
    STORE_KEY_CHANGE = 3,
    STORE_RECORD_SALE = 4 /* credit that the record of the same request brings; no token */
};
struct store_sale {
    int64_t organisation; /* of the principal: with terminal and receipt the key of the sale */
    char terminal[STORE_TERMINAL + 1];
    uint64_t receipt; /* from 1, no gaps per organisation and terminal */
    int64_t principal;
    char request_id[STORE_REQUEST_ID + 1];
    uint8_t digest[32]; /* SHA-256 of the canonical request fields */
    int64_t meter;
    uint64_t tid; /* absolute minutes; unique per meter. Credit and management only, 0 otherwise */
    uint8_t carrier;
    uint8_t subclass; /* credit 0..7 of class 0; management 0..15 of class 2; test 0..15 of class 1; key change 0 */
    /* Never negative, encoded never below requested. Credit (above 0): in the unit of the quantity: Wh, l, s, 0.00001
     * of the currency. Management: in its own unit (W, register, raw field, index << 10 | value). Test: control |
     * manufacturer << 40. Key change: 0. */
    int64_t requested;
    int64_t encoded; /* what the token carries, same unit */
    /* key change: empty digits and a tag of zeros, the tokens are those of the set; the same of a record's sale */
    char digits[STORE_DIGITS + 1];
    uint8_t tag[STORE_TAG]; /* keyed hash of the digits */
    uint8_t vending_kcv[3];
    int64_t issued_at_unix_s;
    /* the key the token is under, as it was */
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
    int64_t id;         /* set by reading and by insert, as is the next */
    int64_t previous;   /* id of the meter's order before; 0 none */
    uint8_t order;      /* enum store_order */
    int64_t key_change; /* delivered with it, the meter's pending one; 0 none, never for a key change order */
};
/* TOKEN_UNKNOWN when there is none. */
MV_MUST_USE mv_status store_sale_by_request(struct store *store, int64_t principal, const char *request_id,
                                            struct store_sale *sale);
MV_MUST_USE mv_status store_sale_by_receipt(struct store *store, int64_t organisation, const char *terminal,
                                            uint64_t receipt, struct store_sale *sale);
MV_MUST_USE mv_status store_sale_last(struct store *store, int64_t principal, const char *terminal,
                                      struct store_sale *sale);
/* Back through the orders of a meter: the one before the order `before`, or the newest when that is 0. TOKEN_UNKNOWN
 * after the oldest, and when `before` is another meter's. */
MV_MUST_USE mv_status store_sale_before(struct store *store, int64_t meter, int64_t before, struct store_sale *sale);
MV_MUST_USE mv_status store_meter_by_id(struct store *store, int64_t id, struct store_meter *meter);
/* Brings a meter that was read before up to date with the orders made since: last_tid and last_sale. METER_CHANGED, and
 * nothing is touched, when something else of its row was changed since; METER_UNKNOWN. */
MV_MUST_USE mv_status store_meter_follow(struct store *store, struct store_meter *meter);
/* Opens the till of the sale if it is a new one, so that store_sale_insert does not fail for want of one:
 * TILLS_EXHAUSTED, ORGANISATION_UNKNOWN. The transaction may go on after a refusal. */
MV_MUST_USE mv_status store_till_open(struct store *store, const struct store_sale *sale);
/* Takes the next receipt number (sets sale->receipt, id and previous), inserts, and raises the meter's last_tid, which
 * must be below the sale->tid of credit and management (INTERNAL_ERROR otherwise). REQUEST_ID_REUSED when the principal
 * has a sale under this id, TILLS_EXHAUSTED when the sale would open a till beyond STORE_MAX_TILLS. After these three
 * nothing of the sale is in the transaction, which may go on; after any other failure roll back. */
MV_MUST_USE mv_status store_sale_insert(struct store *store, struct store_sale *sale);

/* ---- audit ---- */
/* Sets chain, sequence and hash, and inserts; the head is read once in each transaction. INVALID_FIELD as audit_seal.
 */
MV_MUST_USE mv_status store_audit_append(struct store *store, struct audit_record *record);
typedef mv_status store_audit_fn(void *self, const struct audit_record *row);
MV_MUST_USE mv_status store_audit(struct store *store, uint32_t chain, uint64_t first_sequence, store_audit_fn *each,
                                  void *self);

#endif
