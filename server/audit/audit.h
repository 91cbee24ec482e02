/* The audit chain: pure functions over records; where they are kept is the store's business (server/audit/README.md has the
 * canonical form). */
#ifndef MV_AUDIT_AUDIT_H
#define MV_AUDIT_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { AUDIT_HASH = 32, AUDIT_TEXT = 64, AUDIT_DETAIL = 512 };

struct audit_record {
    uint32_t chain;
    uint64_t sequence;          /* from 1 */
    int64_t time_unix_us;
    char principal[AUDIT_TEXT + 1];
    char action[AUDIT_TEXT + 1];
    char object[AUDIT_TEXT + 1];
    char outcome[AUDIT_TEXT + 1]; /* "ok" or a reason's name */
    char detail[AUDIT_DETAIL + 1];
    uint8_t hash[AUDIT_HASH];
};

/* Sets record->hash from the record before it (32 zero bytes for sequence 1) and all its fields. */
MV_MUST_USE mv_status audit_seal(struct audit_record *record, const uint8_t previous[AUDIT_HASH]);

/* Walks a chain; feed it record after record. */
struct audit_verifier {
    uint32_t chain;
    uint64_t next_sequence; /* start with 1 */
    uint8_t previous[AUDIT_HASH];
};

/* AUDIT_CHAIN_BROKEN with `where` saying what is wrong with this record (sequence, hash, time). */
MV_MUST_USE mv_status audit_verify_next(struct audit_verifier *verifier, const struct audit_record *record);

#endif
