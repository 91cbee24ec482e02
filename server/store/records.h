/* The ledger's part about native records: under which keys a meter takes them, which were signed, what came back, and
 * the states of a meter's life. Rules as in store.h; the schema refuses with INTERNAL_ERROR what breaks them. */
#ifndef MV_STORE_RECORDS_H
#define MV_STORE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

enum { STORE_RECORD = 255, STORE_NONCE = 8, STORE_DOMAIN = 3, STORE_CLIENT = 6 };

/* What a record is signed under. */
struct store_record_keys {
    uint8_t mac_version, enc_version; /* of the masters, 1..255; 0 for none */
    uint16_t epoch;                   /* of the installation */
};
struct store_record_meter {
    int64_t meter;
    uint8_t domain[STORE_DOMAIN];
    struct store_record_keys keys;  /* that the meter has */
    bool account_open;              /* its opening was signed in this epoch */
    uint8_t client[STORE_CLIENT];   /* then: client number, 12 BCD digits */
    struct store_record_keys other; /* that it may have against an engineer's word; or none */
    struct store_record_keys next;  /* where a signed key update or reset leads that no return confirmed; or none */
};
/* RECORDS_NOT_PROVISIONED. */
MV_MUST_USE mv_status store_record_meter_get(struct store *store, int64_t meter, struct store_record_meter *row);
/* Whether `is_it` says so of the organisation of any meter whose record keys are of the domain. */
typedef bool store_organisation_is_fn(void *self, int64_t organisation);
MV_MUST_USE mv_status store_record_domain_has(struct store *store, const uint8_t domain[STORE_DOMAIN],
                                              store_organisation_is_fn *is_it, void *self, bool *has);
/* Once for a meter; nothing is pending. */
MV_MUST_USE mv_status store_record_meter_insert(struct store *store, const struct store_record_meter *row);
/* Sets domain, keys, account, next and other. */
MV_MUST_USE mv_status store_record_meter_update(struct store *store, const struct store_record_meter *row);

/* One signed record; of a set, one part. */
struct store_record {
    int64_t id; /* set by the insert */
    int64_t meter;
    uint16_t epoch;
    uint8_t kind; /* enum mv_record_kind, 1..5 */
    uint32_t sequence;
    int64_t principal;
    char request_id[STORE_REQUEST_ID + 1];
    uint8_t part, parts;        /* from 1 */
    uint8_t digest[32];         /* of the canonical request; the same in all parts */
    int64_t amount, arrears;    /* purchase: credit and new debt in the meter's unit; else 0 */
    uint8_t nonce[STORE_NONCE]; /* read request */
    uint8_t bytes[STORE_RECORD];
    uint8_t size;
    int64_t issued_at_unix_s;
};
/* The next of its kind, in order. REQUEST_ID_REUSED when the id names another order of the principal. */
MV_MUST_USE mv_status store_record_insert(struct store *store, struct store_record *record);
/* The highest sequence signed, or the floor if that is higher; 0 for none. */
MV_MUST_USE mv_status store_record_last(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind,
                                        uint32_t *sequence);
typedef mv_status store_record_fn(void *self, const struct store_record *row);
/* All parts of a request, in order; none is no failure. */
MV_MUST_USE mv_status store_records_by_request(struct store *store, int64_t principal, const char *request_id,
                                               store_record_fn *each, void *self);
/* Whether the id names a record of the principal. */
MV_MUST_USE mv_status store_record_request_exists(struct store *store, int64_t principal, const char *request_id,
                                                  bool *exists);
/* One by its number: RECORD_UNKNOWN. */
MV_MUST_USE mv_status store_record_get(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind,
                                       uint32_t sequence, struct store_record *record);
/* Numbers up to this one are not signed any more. */
MV_MUST_USE mv_status store_record_floor(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind,
                                         uint32_t sequence);
/* The highest sequence of a kind that was signed before a record; 0 for none. */
MV_MUST_USE mv_status store_record_before(struct store *store, const struct store_record *record, uint8_t kind,
                                          uint32_t *sequence);
/* Whether anything was signed for the meter, in any epoch. */
MV_MUST_USE mv_status store_record_any(struct store *store, int64_t meter, bool *any);
/* The newest read request of the meter in this epoch: RECORD_UNKNOWN. */
MV_MUST_USE mv_status store_record_last_read(struct store *store, int64_t meter, uint16_t epoch,
                                             struct store_record *record);

struct store_return {
    int64_t meter;
    uint16_t epoch;
    uint32_t sequence;
    uint8_t bytes[STORE_RECORD];
    uint8_t size;
    int64_t answers; /* id of the read request whose nonce it echoes; 0 none */
    int64_t principal;
    int64_t received_at_unix_s;
};
/* Its sequence lies above all others of meter and epoch. */
MV_MUST_USE mv_status store_return_insert(struct store *store, const struct store_return *row);
/* The newest of meter and epoch: RECORD_UNKNOWN. */
MV_MUST_USE mv_status store_return_last(struct store *store, int64_t meter, uint16_t epoch, struct store_return *row);

/* METER_STATE_NOT_ALLOWED when a meter's life does not go that way; the state that it has is no failure. */
MV_MUST_USE mv_status store_meter_state_set(struct store *store, int64_t meter, uint8_t state);

#endif
