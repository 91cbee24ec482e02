#include "sink.h"

#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "check.h"

struct mv_nv_sink mv_nv_sink_at(const struct mv_meter_port *port, uint32_t sector, uint32_t at)
{
    return (struct mv_nv_sink){.port = port, .sector = sector, .at = at, .crc = MV_NV_CRC32_START, .good = true};
}

static bool reads_back(const struct mv_nv_sink *to)
{
    uint8_t unit[MV_NV_UNIT];
    bool same = true;
    for (uint32_t i = 0; i < to->filled && same; i += MV_NV_UNIT)
        same = to->port->nv_read(to->port->context, to->sector, to->at + i, unit, sizeof unit) &&
               mv_same(unit, to->piece + i, sizeof unit);
    mv_wipe(unit, sizeof unit);
    return same;
}

/* Durable only when the port says so and the same bytes come back. After a fault nothing more is written, and `at` is
 * behind it. */
void mv_nv_flush(struct mv_nv_sink *to)
{
    if (to->good) {
        to->good = to->port->nv_write(to->port->context, to->sector, to->at, to->piece, to->filled) && reads_back(to);
        to->at += to->filled;
    }
    mv_wipe(to->piece, sizeof to->piece); /* it may hold a key */
    to->filled = 0;
}

static void put_byte(struct mv_nv_sink *to, uint8_t byte)
{
    if (to->filled == MV_NV_PIECE)
        mv_nv_flush(to);
    to->piece[to->filled++] = byte;
}

void mv_nv_put_bytes(struct mv_nv_sink *to, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    if (size > to->left)
        to->good = false;
    if (!to->good)
        return;
    to->left -= (uint32_t)size;
    to->crc = mv_nv_crc32_add(to->crc, bytes, size);
    for (size_t i = 0; i < size; i++)
        put_byte(to, bytes[i]);
}

void mv_nv_put_zeros(struct mv_nv_sink *to, uint32_t count)
{
    static const uint8_t zero = 0;
    for (uint32_t i = 0; i < count; i++)
        mv_nv_put_bytes(to, &zero, 1);
}

static void put_number(struct mv_nv_sink *to, uint64_t value, unsigned size)
{
    uint8_t bytes[sizeof value];
    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    mv_nv_put_bytes(to, bytes, size);
}

void mv_nv_put_u8(struct mv_nv_sink *to, uint8_t value)
{
    put_number(to, value, 1);
}

void mv_nv_put_u16(struct mv_nv_sink *to, uint16_t value)
{
    put_number(to, value, 2);
}

void mv_nv_put_u24(struct mv_nv_sink *to, uint32_t value)
{
    put_number(to, value, 3);
}

void mv_nv_put_u32(struct mv_nv_sink *to, uint32_t value)
{
    put_number(to, value, 4);
}

void mv_nv_put_u64(struct mv_nv_sink *to, uint64_t value)
{
    put_number(to, value, 8);
}

void mv_nv_put_i64(struct mv_nv_sink *to, int64_t value)
{
    put_number(to, (uint64_t)value, 8);
}
