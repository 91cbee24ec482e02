/* The journal: small named objects in NOR flash. A commit writes one or more of them, all or none whatever happens to
 * the power; rot of one bit is mended, more is a refusal and never a step back. Format: meter-core/docs/journal.md. */
#ifndef MV_CORE_NV_H
#define MV_CORE_NV_H

#include <stddef.h>

#include "metervault/meter.h"

enum { MV_NV_UNIT = 8, MV_NV_OBJECTS = 32, MV_NV_OBJECT_MAX = 1024 };

/* ---- what an object is ---- */

/* Numbers are written big-endian. A sink takes at most the object's size, and zeros fill it up; of an object that
 * encodes more nothing is kept: STORAGE_ERROR. */
struct mv_nv_sink;
void mv_nv_put_u8(struct mv_nv_sink *to, uint8_t value);
void mv_nv_put_u16(struct mv_nv_sink *to, uint16_t value);
void mv_nv_put_u24(struct mv_nv_sink *to, uint32_t value);
void mv_nv_put_u32(struct mv_nv_sink *to, uint32_t value);
void mv_nv_put_u64(struct mv_nv_sink *to, uint64_t value);
void mv_nv_put_i64(struct mv_nv_sink *to, int64_t value);
void mv_nv_put_bytes(struct mv_nv_sink *to, const void *data, size_t size);

/* Zeros after the object's end or when the memory cannot be read; then it is no longer good. */
struct mv_nv_source;
uint8_t mv_nv_get_u8(struct mv_nv_source *from);
uint16_t mv_nv_get_u16(struct mv_nv_source *from);
uint32_t mv_nv_get_u24(struct mv_nv_source *from);
uint32_t mv_nv_get_u32(struct mv_nv_source *from);
uint64_t mv_nv_get_u64(struct mv_nv_source *from);
int64_t mv_nv_get_i64(struct mv_nv_source *from);
void mv_nv_get_bytes(struct mv_nv_source *from, void *data, size_t size);
bool mv_nv_source_good(const struct mv_nv_source *from);

struct mv_nv_object {
    uint8_t id;    /* 0..MV_NV_OBJECTS - 1; 0 is the token engine's */
    uint8_t form;  /* version of the layout: another one in the memory is OTHER_FORMAT */
    uint16_t size; /* bytes, the same for every object of this form; at most MV_NV_OBJECT_MAX */
    void (*encode)(const void *state, struct mv_nv_sink *to);
    /* Called for every version of the object that the newest sector holds, oldest first: each one replaces the state
     * whole. False for what no encode wrote: STORAGE_ERROR. */
    bool (*decode)(void *state, struct mv_nv_source *from);
};

/* Objects with one state between them. */
struct mv_nv_group {
    void *state;
    const struct mv_nv_object *const *objects; /* pointers: a table of objects that several files define is constant */
    unsigned count;
};

/* ---- the journal ---- */

/* The memory and everything that is kept in it: ids are unique, the groups the same at every call. All objects together
 * must fit into one sector, see mv_nv_sector_needed. */
enum { MV_NV_GROUPS = 2 };
struct mv_nv_memory {
    const struct mv_meter_port *port;
    struct mv_nv_group groups[MV_NV_GROUPS];
};

#define MV_NV_ALL     UINT32_MAX
#define MV_NV_BIT(id) (UINT32_C(1) << (id))

/* Bytes that a sector has at least: as much as all objects take when they are written at once. With twice that, a bad
 * cell costs its place and not its sector. */
uint32_t mv_nv_sector_needed(const struct mv_nv_memory *memory);

/* Decodes the newest version of every object. DONE; NOT_PROVISIONED: nothing was ever committed; OTHER_FORMAT: another
 * firmware's memory, or other objects than these; STORAGE_ERROR: it cannot be read, or what may be the newest is
 * damaged; RANGE_ERROR: sectors too small or too large, ids or sizes out of range. But for DONE the states
 * are to be given up. Writes only to mend what rotted. */
MV_CORE_MUST_USE enum mv_result mv_nv_open(struct mv_nv_journal *journal, const struct mv_nv_memory *memory);
/* Writes the objects of that mask, all or none; also others of `memory`, from their states, when it is their turn to
 * move to the next sector: no state may hold what is not to be kept. The first commit after mv_nv_clear writes all.
 * DONE: durable. STORAGE_ERROR: the memory holds either all of it or none, mv_nv_open tells which. */
MV_CORE_MUST_USE enum mv_result mv_nv_commit(struct mv_nv_journal *journal, const struct mv_nv_memory *memory,
                                             uint32_t mask);
/* The same for what no older copy may stay of: all objects are written into the next sector, and the others are erased,
 * each once. DONE as soon as the objects are durable: power that is cut, and a sector that does not erase, leave what
 * was before in it. Where no other sector takes the objects it is mv_nv_commit of the mask. */
MV_CORE_MUST_USE enum mv_result mv_nv_renew(struct mv_nv_journal *journal, const struct mv_nv_memory *memory,
                                            uint32_t mask);
/* The end of it, again: erases what is not blank but the sector in use. */
void mv_nv_forget(const struct mv_nv_journal *journal, const struct mv_nv_memory *memory);
/* Erases all sectors. DONE or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_nv_clear(struct mv_nv_journal *journal, const struct mv_nv_memory *memory);

#endif
