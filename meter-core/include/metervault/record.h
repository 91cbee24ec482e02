/* Native records: what carriers with room bring to a meter and back (DESIGN: format in meter-core/docs/records.md).
 * Shared by server, key process and meter. Pure functions, no state, no allocation.
 *
 *   off len
 *     0   1  format, 01
 *     1   1  kind: 1 purchase, 2 parameters, 3 control, 4 read request, 5 key update, 81 return
 *     2   1  key version (of the master record-mac)
 *     3   9  meter PAN, 18 BCD digits
 *    12   2  installation epoch
 *    14   4  sequence number of this kind for this meter
 *    18   4  issue time, minutes since 2014-01-01T00:00Z
 *    22   1  body length n
 *    23   n  body: tag 1, length 1, value; rising tags, none twice
 *  23+n  16  AES-CMAC over bytes 0..22+n
 */
#ifndef METERVAULT_RECORD_H
#define METERVAULT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/result.h"

enum {
    MV_RECORD_FORMAT = 1,
    MV_RECORD_HEAD = 23,
    MV_RECORD_MAC = 16,
    MV_RECORD_MAX = 255,
    MV_RECORD_BODY_MAX = MV_RECORD_MAX - MV_RECORD_HEAD - MV_RECORD_MAC,
};
enum mv_record_kind {
    MV_KIND_PURCHASE = 1,
    MV_KIND_PARAMETERS = 2,
    MV_KIND_CONTROL = 3,
    MV_KIND_READ = 4,
    MV_KIND_KEY_UPDATE = 5,
    MV_KIND_RETURN = 0x81,
};
enum { MV_DIRECTION_IN = 0x01, MV_DIRECTION_OUT = 0x81 }; /* to the meter, from it: first byte of the diversification */

struct mv_record_head {
    uint8_t kind; /* enum mv_record_kind */
    uint8_t key_version;
    char pan[18]; /* digits, not terminated */
    uint16_t epoch;
    uint32_t sequence;
    uint32_t issued_min; /* since 2014-01-01T00:00Z */
};

/* What the two MAC keys of a meter are diversified with (AN10922, AES-128): direction | PAN (9) | domain (3) | epoch
 * (2). */
enum { MV_RECORD_DIVERSIFIER = 15 };
MV_CORE_MUST_USE enum mv_result mv_record_diversifier(uint8_t direction, const char pan[18], const uint8_t domain[3],
                                                      uint16_t epoch, uint8_t diversifier[MV_RECORD_DIVERSIFIER]);

/* ---- reading ---- */
/* Head and body of a record whose MAC was not yet looked at: FORMAT_ERROR unless format, kind, lengths and BCD are
 * right and the body is a row of well-formed TLVs with rising tags. `body` points into `bytes`. */
MV_CORE_MUST_USE enum mv_result mv_record_parse(const uint8_t *bytes, uint32_t size, struct mv_record_head *head,
                                                const uint8_t **body, uint8_t *body_size);
struct mv_tlv {
    uint8_t tag, length;
    const uint8_t *value;
};
/* The next one of a parsed body; false at the end. `at` starts with 0. */
bool mv_tlv_next(const uint8_t *body, uint8_t body_size, uint8_t *at, struct mv_tlv *tlv);
/* False when the tag is not there. */
bool mv_tlv_find(const uint8_t *body, uint8_t body_size, uint8_t tag, struct mv_tlv *tlv);
/* Big-endian unsigned number of `length` 1..8 bytes. */
uint64_t mv_tlv_number(const struct mv_tlv *tlv);

/* ---- writing ---- */
struct mv_record_writer {
    uint8_t bytes[MV_RECORD_MAX];
    uint8_t size; /* head and body so far */
    uint8_t last_tag;
    bool failed;
};
void mv_record_begin(struct mv_record_writer *to, const struct mv_record_head *head);
/* Tags must rise; fails the writer when they do not, or when it is full. */
void mv_record_put(struct mv_record_writer *to, uint8_t tag, const void *value, uint8_t length);
void mv_record_put_number(struct mv_record_writer *to, uint8_t tag, uint64_t value, uint8_t length);
/* Sets the body length; the MAC goes to bytes[size .. size + 15]. RANGE_ERROR when the writer failed. */
MV_CORE_MUST_USE enum mv_result mv_record_end(struct mv_record_writer *to);

#endif
