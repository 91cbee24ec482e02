#include "entry.h"

#include "../crypto/wipe.h"
#include "check.h"
#include "sink.h"

/* A seal in which so many bits are wrong, of its 64, counts: they rotted, or power failed just before it was finished.
 * Anything else that lies there by chance is farther away. */
enum { SEAL_BITS_LOST = 8 };
/* Of head and seal together, where the body is not whole: with more it is what an erasure that was cut left of an old
 * entry. That only sets bits, so that a seal taken for one of up to 80 generations later has at least four wrong ones.
 */
enum { DAMAGED_BITS_LOST = 2 };
enum { PIECE = 32 };
/* Units that cannot be read, one behind the other: as many as one write may tear. More is a memory that fails. */
enum { TORN_MAX = MV_NV_PIECE / MV_NV_UNIT };

struct reader {
    const struct mv_meter_port *port;
    uint32_t sector;
};

bool mv_nv_read_unit(const struct mv_meter_port *port, uint32_t sector, uint32_t at, uint8_t unit[MV_NV_UNIT])
{
    bool good = false;
    for (unsigned tried = 0; tried < 2 && !good; tried++)
        good = port->nv_read(port->context, sector, at, unit, MV_NV_UNIT);
    return good;
}

static bool read_unit(const struct reader *from, uint32_t at, uint8_t unit[MV_NV_UNIT])
{
    return mv_nv_read_unit(from->port, from->sector, at, unit);
}

static bool size_of(const struct mv_nv_word *word, uint32_t *size)
{
    *size = (uint32_t)word->units * MV_NV_UNIT;
    return *size >= MV_NV_ENTRY_MIN && *size <= MV_NV_ENTRY_MAX;
}

/* ---- what a unit says of an entry around it ---- */

/* Some zeros of the seal, and no others. */
static bool half_sealed(const uint8_t unit[MV_NV_UNIT], const uint8_t seal[MV_NV_UNIT])
{
    unsigned strange = 0;
    for (unsigned i = 0; i < MV_NV_UNIT; i++)
        strange |= (unsigned)seal[i] & (uint8_t)~unit[i];
    return strange == 0 && !mv_nv_blank(unit);
}

static enum mv_nv_entry_kind look_at_head(const struct reader *from, struct mv_nv_entry *entry,
                                          const uint8_t head[MV_NV_UNIT])
{
    struct mv_nv_word word;
    uint8_t unit[MV_NV_UNIT];
    uint8_t seal[MV_NV_UNIT];
    enum mv_nv_head_kind kind = mv_nv_head_read(head, &word);
    if (kind == MV_NV_HEAD_NONE || !size_of(&word, &entry->size) || entry->size > from->port->sector_size - entry->at)
        return MV_NV_NO_ENTRY;
    mv_nv_seal(&word, seal);
    entry->generation = word.generation;
    if (!read_unit(from, entry->at + entry->size - MV_NV_SEAL, unit))
        return MV_NV_HALF_SEALED;
    unsigned lost = mv_nv_distance(unit, seal);
    if (lost <= SEAL_BITS_LOST) {
        entry->lost = (uint8_t)(lost + (unsigned)kind); /* MENDED is 1 */
        return MV_NV_WHOLE;
    }
    return half_sealed(unit, seal) ? MV_NV_HALF_SEALED : MV_NV_UNSEALED;
}

/* For heads in which more than one bit is wrong: that entry is damaged, but it was there. */
static enum mv_nv_entry_kind look_at_seal(const struct reader *from, uint32_t floor, uint32_t at,
                                          struct mv_nv_entry *entry, const uint8_t seal[MV_NV_UNIT])
{
    struct mv_nv_word word;
    uint8_t unit[MV_NV_UNIT];
    if (!mv_nv_seal_read(seal, &word) || !size_of(&word, &entry->size) || entry->size > at + MV_NV_SEAL - floor)
        return MV_NV_NO_ENTRY;
    entry->at = at + MV_NV_SEAL - entry->size;
    entry->generation = word.generation;
    return !read_unit(from, entry->at, unit) || mv_nv_was_head(unit, &word) ? MV_NV_DAMAGED : MV_NV_NO_ENTRY;
}

/* ---- an entry as a whole ---- */

/* MV_NV_CRC32_GOOD when nothing is wrong. */
static bool read_crc(const struct reader *from, const struct mv_nv_entry *entry, uint32_t *crc)
{
    uint8_t piece[PIECE] = {0}; /* a port that fails fills nothing in */
    uint32_t end = entry->at + entry->size - MV_NV_SEAL;
    bool good = true;
    *crc = MV_NV_CRC32_START;
    for (uint32_t at = entry->at; at < end && good;) {
        uint32_t size = end - at < PIECE ? end - at : PIECE;
        good = from->port->nv_read(from->port->context, from->sector, at, piece, size);
        *crc = mv_nv_crc32_add(*crc, piece, size);
        at += size;
    }
    mv_wipe(piece, sizeof piece);
    return good;
}

/* Of one whose head and seal are there. */
static void check_body(const struct reader *from, struct mv_nv_entry *entry)
{
    uint32_t crc = 0;
    entry->bit = MV_NV_NO_BIT;
    bool good = read_crc(from, entry, &crc);
    entry->kind = MV_NV_DAMAGED;
    if (good && crc != MV_NV_CRC32_GOOD) {
        if (entry->lost++ > DAMAGED_BITS_LOST)
            entry->kind = MV_NV_UNSEALED;
        entry->bit = mv_nv_rotten_bit(crc ^ MV_NV_CRC32_GOOD, MV_NV_CRC32_POLYNOMIAL, 8 * (entry->size - MV_NV_SEAL));
        good = entry->bit != MV_NV_NO_BIT;
    }
    struct mv_nv_source source = mv_nv_source_of(from->port, from->sector, entry);
    source.at -= MV_NV_BODY_HEAD;
    source.left = MV_NV_BODY_HEAD;
    entry->format = mv_nv_get_u8(&source);
    entry->count = mv_nv_get_u8(&source);
    entry->index = mv_nv_get_u16(&source);
    if (good && source.good)
        entry->kind = MV_NV_WHOLE;
}

enum mv_nv_found mv_nv_find(const struct mv_meter_port *port, uint32_t sector, uint32_t from, struct mv_nv_entry *entry)
{
    struct reader reader = {.port = port, .sector = sector};
    uint8_t unit[MV_NV_UNIT];
    unsigned torn = 0;
    for (uint32_t at = from; port->sector_size - at >= MV_NV_UNIT; at += MV_NV_UNIT) {
        *entry = (struct mv_nv_entry){.at = at};
        bool good = read_unit(&reader, at, unit);
        torn = good ? 0 : torn + 1;
        if (torn > TORN_MAX)
            return MV_NV_UNREADABLE;
        if (!good || mv_nv_blank(unit))
            continue;
        entry->kind = look_at_head(&reader, entry, unit);
        if (entry->kind == MV_NV_NO_ENTRY)
            entry->kind = look_at_seal(&reader, from, at, entry, unit);
        if (entry->kind == MV_NV_NO_ENTRY)
            continue;
        if (entry->kind == MV_NV_WHOLE)
            check_body(&reader, entry);
        return MV_NV_FOUND;
    }
    return MV_NV_FOUND_NONE;
}

/* Only of a whole one the size is beyond doubt. */
uint32_t mv_nv_after(const struct mv_nv_entry *entry)
{
    return entry->at + (entry->kind == MV_NV_WHOLE ? entry->size : MV_NV_UNIT);
}
