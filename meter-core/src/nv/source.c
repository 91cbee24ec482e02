#include <string.h>

#include "check.h"
#include "entry.h"

struct mv_nv_source mv_nv_source_of(const struct mv_meter_port *port, uint32_t sector, const struct mv_nv_entry *entry)
{
    struct mv_nv_source source = {
        .port = port, .sector = sector, .at = entry->at + MV_NV_HEAD + MV_NV_BODY_HEAD, .good = true};
    if (entry->bit != MV_NV_NO_BIT) {
        source.rotten = entry->at + (uint32_t)entry->bit / 8;
        source.mask = (uint8_t)(1U << (uint32_t)entry->bit % 8);
    }
    return source;
}

void mv_nv_get_bytes(struct mv_nv_source *from, void *data, size_t size)
{
    from->good = from->good && size <= from->left &&
                 from->port->nv_read(from->port->context, from->sector, from->at, data, (uint32_t)size);
    if (!from->good) {
        memset(data, 0, size);
        return;
    }
    if (from->rotten >= from->at && from->rotten - from->at < size)
        ((uint8_t *)data)[from->rotten - from->at] ^= from->mask;
    from->at += (uint32_t)size;
    from->left -= (uint32_t)size;
}

static uint64_t get_number(struct mv_nv_source *from, unsigned size)
{
    uint8_t bytes[sizeof(uint64_t)];
    uint64_t value = 0;
    mv_nv_get_bytes(from, bytes, size);
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

uint8_t mv_nv_get_u8(struct mv_nv_source *from)
{
    return (uint8_t)get_number(from, 1);
}

uint16_t mv_nv_get_u16(struct mv_nv_source *from)
{
    return (uint16_t)get_number(from, 2);
}

uint32_t mv_nv_get_u24(struct mv_nv_source *from)
{
    return (uint32_t)get_number(from, 3);
}

uint32_t mv_nv_get_u32(struct mv_nv_source *from)
{
    return (uint32_t)get_number(from, 4);
}

uint64_t mv_nv_get_u64(struct mv_nv_source *from)
{
    return get_number(from, 8);
}

int64_t mv_nv_get_i64(struct mv_nv_source *from)
{
    return (int64_t)get_number(from, 8);
}

bool mv_nv_source_good(const struct mv_nv_source *from)
{
    return from->good;
}
