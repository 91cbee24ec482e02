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
struct store_meter {
    int64_t id;
    char pan[STORE_PAN + 1];
    int64_t organisation;
    uint8_t utility; /* enum Utility */
    uint8_t state;   /* enum MeterState */
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
    uint64_t last_tid; /* absolute minutes since 1993-01-01T00:00Z of the last token; 0 if none */
    int64_t registered_at_unix_s;
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
};
typedef mv_status store_meter_fn(void *self, const struct store_meter *row);
MV_MUST_USE mv_status store_meters(struct store *store, const struct store_meter_filter *filter, store_meter_fn *each,
                                   void *self);

/* ---- sales ---- */
struct store_sale {
    int64_t organisation; /* of the principal: with terminal and receipt the key of the sale */
    char terminal[STORE_TERMINAL + 1];
    uint64_t receipt; /* from 1, no gaps per organisation and terminal */
    int64_t principal;
    char request_id[STORE_REQUEST_ID + 1];
    uint8_t digest[32]; /* SHA-256 of the canonical request fields */
    int64_t meter;
    uint64_t tid; /* absolute minutes; unique per meter */
    uint8_t carrier;
    uint8_t subclass;  /* class 0 */
    int64_t requested; /* in the unit of the quantity: Wh, l, s */
    int64_t encoded;   /* what the token carries, same unit */
    char digits[STORE_DIGITS + 1];
    uint8_t tag[STORE_TAG]; /* keyed hash of the digits */
    uint8_t vending_kcv[3];
    int64_t issued_at_unix_s;
    /* the key the token is under, as it was */
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
};
/* TOKEN_UNKNOWN when there is none. */
MV_MUST_USE mv_status store_sale_by_request(struct store *store, int64_t principal, const char *request_id,
                                            struct store_sale *sale);
MV_MUST_USE mv_status store_sale_by_receipt(struct store *store, int64_t organisation, const char *terminal,
                                            uint64_t receipt, struct store_sale *sale);
MV_MUST_USE mv_status store_sale_last(struct store *store, int64_t principal, const char *terminal,
                                      struct store_sale *sale);
MV_MUST_USE mv_status store_meter_by_id(struct store *store, int64_t id, struct store_meter *meter);
/* Takes the next receipt number (sets sale->receipt), inserts, and raises the meter's last_tid, which must be below
 * sale->tid (INTERNAL_ERROR otherwise). REQUEST_ID_REUSED when the principal has a sale under this id, TILLS_EXHAUSTED
 * when the sale would open a till beyond STORE_MAX_TILLS. After these three nothing of the sale is in the transaction,
 * which may go on; after any other failure roll back. */
MV_MUST_USE mv_status store_sale_insert(struct store *store, struct store_sale *sale);

/* ---- audit ---- */
/* Sets chain, sequence and hash, and inserts; the head is read once in each transaction. INVALID_FIELD as audit_seal.
 */
MV_MUST_USE mv_status store_audit_append(struct store *store, struct audit_record *record);
typedef mv_status store_audit_fn(void *self, const struct audit_record *row);
MV_MUST_USE mv_status store_audit(struct store *store, uint32_t chain, uint64_t first_sequence, store_audit_fn *each,
                                  void *self);

#endif
