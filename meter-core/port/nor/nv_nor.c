#include "nv_nor.h"

#include <string.h>

static bool within(const struct mv_nor *nor, uint32_t sector, uint32_t offset, uint32_t size)
{
    return sector < nor->sectors && offset <= nor->sector_size && size <= nor->sector_size - offset;
}

static const uint8_t *place(const struct mv_nor *nor, uint32_t sector, uint32_t offset)
{
    return nor->base + (size_t)sector * nor->sector_size + offset;
}

static bool nv_read(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size)
{
    const struct mv_nor *nor = context;
    if (!within(nor, sector, offset, size))
        return false;
    memcpy(data, place(nor, sector, offset), size);
    return true;
}

/* The engine writes whole words at multiples of a word; anything else is a mistake. */
static bool nv_write(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    const struct mv_nor *nor = context;
    if (!within(nor, sector, offset, size) || offset % MV_NOR_WORD != 0 || size % MV_NOR_WORD != 0)
        return false;
    for (uint32_t at = 0; at < size; at += MV_NOR_WORD) {
        if (!nor->program(place(nor, sector, offset + at), data + at))
            return false;
    }
    return true;
}

static bool nv_erase(void *context, uint32_t sector)
{
    const struct mv_nor *nor = context;
    return sector < nor->sectors && nor->erase(place(nor, sector, 0));
}

struct mv_meter_port mv_nor_port(const struct mv_nor *nor, uint32_t (*seconds)(void *context))
{
    return (struct mv_meter_port){.context = (void *)(uintptr_t)nor,
                                  .sectors = nor->sectors,
                                  .sector_size = nor->sector_size,
                                  .nv_read = nv_read,
                                  .nv_write = nv_write,
                                  .nv_erase = nv_erase,
                                  .seconds = seconds};
}
