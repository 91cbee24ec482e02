/* Looks at the bytes of a request before protobuf-c does: no count, length or nesting that the sender chose reaches an
 * allocation unbounded, and whatever two readers could understand differently is refused. */
#ifndef MV_RPC_CHECK_H
#define MV_RPC_CHECK_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    RPC_MAX_FIELDS = 64, /* of one message type of a request */
    RPC_MAX_DEPTH = 16,  /* of a request, its own level included */
};

/* Refused with REQUEST_TOO_LARGE: a repeated field (or unknown fields) with more than `max_repeated` elements at any
 * depth. Refused with INVALID_FIELD: bytes that are no message of this type, a singular field given twice, two members
 * of one oneof, text that is not UTF-8 or holds a NUL. `where` names the field. */
MV_MUST_USE mv_status rpc_check_bytes(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t size,
                                      uint32_t max_repeated);

/* Once per method at start: every type below `type` has at most RPC_MAX_FIELDS fields, none contains itself, and none
 * nests deeper than RPC_MAX_DEPTH. */
MV_MUST_USE mv_status rpc_check_type(const ProtobufCMessageDescriptor *type);

#endif
