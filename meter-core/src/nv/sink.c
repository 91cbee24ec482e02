#include "sink.h"

#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "check.h"

struct mv_nv_sink mv_nv_sink_at(const struct mv_meter_port *port, uint32_t sector, uint32_t at)
{
    return (struct mv_nv_sink){.port = port, .sector = sector, .at = at, .crc = MV_NV_CRC32_START, .good = true};
}

enum { PIECE_BACK = MV_NV_PIECE / 2 };

static bool reads_back(const struct mv_nv_sink *to)
{
    uint8_t back[PIECE_BACK];
    bool same = true;
    for (uint32_t i = 0; i < to->filled && same; i += PIECE_BACK) {
        uint32_t size = to->filled - i < PIECE_BACK ? to->filled - i : PIECE_BACK;
        same = to->port->nv_read(to->port->context, to->sector, to->at + i, back, size) &&
               mv_same(back, to->piece + i, size);
    }
    mv_wipe(back, sizeof back);
    return same;
}

uint32_t mv_nv_sink_crc(const struct mv_nv_sink *to)
{
    return mv_nv_crc32_add(to->crc, to->piece, to->filled);
}

/* Durable only when the port says so and the same bytes come back. After a fault nothing more is written, and `at` is
 * behind it. */
void mv_nv_flush(struct mv_nv_sink *to)
{
    if (to->good) {
        to->good = to->port->nv_write(to->port->context, to->sector, to->at, to->piece, to->filled) && reads_back(to);
        to->at += to->filled;
        to->crc = mv_nv_sink_crc(to);
    }
    to->filled = 0;
}

/* Whether so much more belongs to the object. After a fault nothing does. */
static bool has_place(struct mv_nv_sink *to, size_t size)
{
    if (size > to->left)
        to->good = false;
    if (!to->good)
        return false;
    to->left -= (uint32_t)size;
    return true;
}

/* `bytes`, or zeros when that is NULL. */
static void put(struct mv_nv_sink *to, const uint8_t *bytes, size_t size)
{
    if (!has_place(to, size))
        return;
    while (size > 0) {
        if (to->filled >= MV_NV_PIECE)
            mv_nv_flush(to);
        size_t part = (size_t)MV_NV_PIECE - to->filled;
        if (part > size)
            part = size;
        if (bytes == NULL) {
            memset(to->piece + to->filled, 0, part);
        } else {
            memcpy(to->piece + to->filled, bytes, part);
            bytes += part;
        }
        to->filled = (uint8_t)(to->filled + part);
        size -= part;
    }
}

void mv_nv_put_bytes(struct mv_nv_sink *to, const void *data, size_t size)
{
    put(to, data, size);
}

void mv_nv_put_zeros(struct mv_nv_sink *to, uint32_t count)
{
    put(to, NULL, count);
}

/* The low `size` bytes, 1..4. */
static void put_number(struct mv_nv_sink *to, uint32_t value, unsigned size)
{
    if (!has_place(to, size))
        return;
    for (unsigned shift = 8 * size; shift > 0;) {
        if (to->filled >= MV_NV_PIECE)
            mv_nv_flush(to);
        shift -= 8;
        to->piece[to->filled++] = (uint8_t)(value >> shift);
    }
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
    put_number(to, (uint32_t)(value >> 32), 4);
    put_number(to, (uint32_t)value, 4);
}

void mv_nv_put_i64(struct mv_nv_sink *to, int64_t value)
{
    mv_nv_put_u64(to, (uint64_t)value);
}
