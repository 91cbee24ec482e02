/* New keys that come in a record. */
#ifndef MV_CORE_RECORD_KEYS_H
#define MV_CORE_RECORD_KEYS_H

#include "record_rules.h"
#include "record_state.h"

/* The three tags of keys, which the record has, under the wrapping key of `present`: MV_RECORD_VALUE, MV_RECORD_KEYS.
 * `keys` is the caller's to wipe. */
MV_CORE_MUST_USE enum mv_result mv_keys_unwrap(const struct mv_record_keys *present, const struct mv_record_in *in,
                                               struct mv_record_keys *keys);

#endif
