#include "vending/meter_cache.h"

#include <stdlib.h>
#include <string.h>

struct vend_kept_meter {
    uint32_t generation; /* 0: none */
    struct store_meter meter;
};

mv_status vend_meter_cache_init(struct vend_meter_cache *cache)
{
    cache->generation = 1;
    cache->slots = calloc(VEND_METER_CACHE, sizeof *cache->slots);
    return cache->slots == NULL ? mv_fail(MV_OUT_OF_MEMORY, "meters") : mv_ok();
}

void vend_meter_cache_destroy(struct vend_meter_cache *cache)
{
    free(cache->slots);
    cache->slots = NULL;
}

/* Meters are made with serial numbers that follow one another, so these are spread best by the number itself, without
 * its two check digits. */
static struct vend_kept_meter *place(const struct vend_meter_cache *cache, const char *pan)
{
    enum { CHECK_DIGITS = 2 };
    uint64_t number = 0;
    for (size_t i = 0; i < STORE_PAN - CHECK_DIGITS; i++)
        number = number * 10 + (uint64_t)(pan[i] - '0');
    return &cache->slots[number % VEND_METER_CACHE];
}

bool vend_meter_cache_find(const struct vend_meter_cache *cache, const char *pan, struct store_meter *meter)
{
    const struct vend_kept_meter *kept = place(cache, pan);
    if (kept->generation != cache->generation || strcmp(kept->meter.pan, pan) != 0)
        return false;
    *meter = kept->meter;
    return true;
}

void vend_meter_cache_keep(struct vend_meter_cache *cache, const struct store_meter *meter)
{
    *place(cache, meter->pan) = (struct vend_kept_meter){.generation = cache->generation, .meter = *meter};
}

void vend_meter_cache_forget(struct vend_meter_cache *cache, const char *pan)
{
    struct vend_kept_meter *kept = place(cache, pan);
    if (strcmp(kept->meter.pan, pan) == 0)
        kept->generation = 0;
}

void vend_meter_cache_forget_all(struct vend_meter_cache *cache)
{
    cache->generation++;
    if (cache->generation != 0)
        return;
    memset(cache->slots, 0, VEND_METER_CACHE * sizeof *cache->slots);
    cache->generation = 1;
}
