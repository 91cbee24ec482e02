/* The audit chain: pure functions over records; where they are kept is the store's business (server/audit/README.md has
 * the canonical form). */
#ifndef MV_AUDIT_AUDIT_H
#define MV_AUDIT_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { AUDIT_HASH = 32, AUDIT_TEXT = 64, AUDIT_DETAIL = 512 }; /* bytes */
#define AUDIT_LAST_SEQUENCE ((1LL << 40) - 1)                  /* a thousand records a second for 34 years */

struct audit_record {
    uint32_t chain;
    uint64_t sequence; /* from 1 */
    int64_t time_unix_us;
    char principal[AUDIT_TEXT + 1];
    char action[AUDIT_TEXT + 1];
    char object[AUDIT_TEXT + 1];
    char outcome[AUDIT_TEXT + 1]; /* "ok" or a reason's name */
    char detail[AUDIT_DETAIL + 1];
    uint8_t hash[AUDIT_HASH];
};

/* Sets record->hash from the record before it (32 zero bytes for sequence 1) and all its fields. INVALID_FIELD with the
 * field's name in `where` when it has no canonical form: a text that is not UTF-8, a negative time, a number out of
 * range. */
MV_MUST_USE mv_status audit_seal(struct audit_record *record, const uint8_t previous[AUDIT_HASH]);

/* Walks a chain; feed it record after record. */
struct audit_verifier {
    uint32_t chain;
    uint64_t next_sequence; /* start with 1 */
    uint8_t previous[AUDIT_HASH];
};

/* AUDIT_CHAIN_BROKEN with `where` naming what is wrong with this record: a field out of its range, or "chain",
 * "sequence" (a record is missing, doubled or swapped), "hash" (this record or the one before it was changed). */
MV_MUST_USE mv_status audit_verify_next(struct audit_verifier *verifier, const struct audit_record *record);

#endif
