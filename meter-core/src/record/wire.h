/* Where what stands in a record (format in metervault/record.h), and the PAN as it stands there. */
#ifndef MV_CORE_RECORD_WIRE_H
#define MV_CORE_RECORD_WIRE_H

#include "metervault/record.h"

enum {
    MV_AT_FORMAT = 0,
    MV_AT_KIND = 1,
    MV_AT_KEY_VERSION = 2,
    MV_AT_PAN = 3,
    MV_AT_EPOCH = 12,
    MV_AT_SEQUENCE = 14,
    MV_AT_ISSUED = 18,
    MV_AT_BODY_SIZE = 22,
};
enum { MV_PAN_BYTES = 9, MV_TLV_HEAD = 2, MV_RECORD_KEY = 16 };

/* False when a character is no digit. */
bool mv_pan_pack(const char pan[18], uint8_t bytes[MV_PAN_BYTES]);
/* False when a half byte is no digit. */
bool mv_pan_unpack(const uint8_t bytes[MV_PAN_BYTES], char pan[18]);
void mv_wire_put(uint8_t *at, uint64_t value, unsigned size);
uint64_t mv_wire_get(const uint8_t *at, unsigned size);

#endif
