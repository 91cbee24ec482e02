/* Native records and returns read back a page at a time. Rules as in store.h. */
#ifndef MV_STORE_RECORD_LIST_H
#define MV_STORE_RECORD_LIST_H

#include "store/records.h"

/* At most `limit` of a kind, from sequence `from` on, rising. */
MV_MUST_USE mv_status store_records_from(struct store *store, int64_t meter, uint16_t epoch, uint8_t kind,
                                         uint32_t from, size_t limit, store_record_fn *each, void *self);

/* `question` is the sequence of the read request that it answers; 0 for none. */
typedef mv_status store_return_fn(void *self, const struct store_return *row, uint32_t question);
/* At most `limit`, newest first, of those before the sequence in the epoch. 65536, 0: from the newest on. */
MV_MUST_USE mv_status store_returns_before(struct store *store, int64_t meter, uint32_t epoch, uint32_t sequence,
                                           size_t limit, store_return_fn *each, void *self);

#endif
