/* Meters as the planner found them last. A reader's pages are lost with every commit of the writer, so that asking the
 * ledger for each order would read the same pages again for every group. What is found here may be old: only meters
 * that stay under the key on file are kept, whoever changes one has it forgotten, and the writer compares what counts
 * inside the transaction. */
#ifndef MV_VENDING_METER_CACHE_H
#define MV_VENDING_METER_CACHE_H

#include "store/store.h"

enum { VEND_METER_CACHE = 65536 }; /* meters; about 12 MB when all are used */

struct vend_meter_cache {
    struct vend_kept_meter *slots;
    uint32_t generation; /* of what still counts */
};

MV_MUST_USE mv_status vend_meter_cache_init(struct vend_meter_cache *cache);
void vend_meter_cache_destroy(struct vend_meter_cache *cache);
/* False when it is not there. `pan` has 18 digits. */
bool vend_meter_cache_find(const struct vend_meter_cache *cache, const char *pan, struct store_meter *meter);
void vend_meter_cache_keep(struct vend_meter_cache *cache, const struct store_meter *meter);
void vend_meter_cache_forget(struct vend_meter_cache *cache, const char *pan);
void vend_meter_cache_forget_all(struct vend_meter_cache *cache);

#endif
