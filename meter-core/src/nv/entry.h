/* Entries: what one commit leaves in a sector. Reading them, and finding them among blank and half-written places. */
#ifndef MV_CORE_NV_ENTRY_H
#define MV_CORE_NV_ENTRY_H

#include "word.h"

/* Head (word.h); body: format 1, count of objects 1, index in the sector 2, then the objects, id 1, form 1 and their
 * bytes, zeros up to the CRC-32 of all before it, 4 (low byte first); seal. */
enum {
    MV_NV_HEAD = MV_NV_UNIT,
    MV_NV_SEAL = MV_NV_UNIT,
    MV_NV_BODY_HEAD = 4,
    MV_NV_OBJECT_HEAD = 2,
    MV_NV_CRC = 4,
    MV_NV_FORMAT = 1
};
enum {
    MV_NV_ENTRY_MIN = 4 * MV_NV_UNIT, /* one object of one byte */
    MV_NV_ENTRY_MAX = 11 * 1024,      /* what the CRC-32 is good for */
    MV_NV_SECTOR_MAX = 1 << 20        /* what the index counts */
};

enum mv_nv_entry_kind {
    MV_NV_WHOLE,       /* sealed, and as it was sealed but for at most one bit of body or head */
    MV_NV_DAMAGED,     /* sealed, but more is wrong of the body, or it cannot be read */
    MV_NV_HALF_SEALED, /* power failed while the seal was written (also: it cannot be read): does not count, but might
                          if a bit more rots */
    MV_NV_UNSEALED,    /* power failed before the seal was begun, or what looks like a head is none */
    MV_NV_NO_ENTRY,    /* of a unit that is neither head nor seal */
};

struct mv_nv_entry {
    enum mv_nv_entry_kind kind;
    uint32_t at, size;   /* in its sector, bytes, head and seal included */
    uint32_t generation; /* of a DAMAGED one only the low half can be relied on */
    /* Of a WHOLE one: */
    uint8_t lost;   /* not 0: bits are wrong, which are mended when it is read through mv_nv_source */
    int32_t bit;    /* which one of what lies before the seal; MV_NV_NO_BIT */
    uint8_t format; /* of another one nothing more is known */
    uint8_t count;  /* of objects */
    uint16_t index; /* of the entry among those of its generation; 0 holds all objects */
};

enum mv_nv_found { MV_NV_FOUND, MV_NV_FOUND_NONE, MV_NV_UNREADABLE };
/* The next entry of the sector from `from` on. */
enum mv_nv_found mv_nv_find(const struct mv_meter_port *port, uint32_t sector, uint32_t from,
                            struct mv_nv_entry *entry);
/* Where to look for the one after it. */
uint32_t mv_nv_after(const struct mv_nv_entry *entry);

/* Tries twice, should the first one only have been disturbed. */
bool mv_nv_read_unit(const struct mv_meter_port *port, uint32_t sector, uint32_t at, uint8_t unit[MV_NV_UNIT]);

/* Reads through an entry, its rotten bit mended. */
struct mv_nv_source {
    const struct mv_meter_port *port;
    uint32_t sector, at;
    uint32_t left;   /* bytes of the object */
    uint32_t rotten; /* offset in the sector of the byte with the wrong bit */
    uint8_t mask;    /* that bit, or 0 */
    bool good;
};
/* The first byte after the body's head; `left` is the caller's to set. */
struct mv_nv_source mv_nv_source_of(const struct mv_meter_port *port, uint32_t sector, const struct mv_nv_entry *entry);

#endif
