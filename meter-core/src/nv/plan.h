/* What of the memory's objects goes into an entry. */
#ifndef MV_CORE_NV_PLAN_H
#define MV_CORE_NV_PLAN_H

#include "nv.h"

/* The n-th object of all groups and the state that it is encoded from; NULL after the last one. */
const struct mv_nv_object *mv_nv_object_at(const struct mv_nv_memory *memory, unsigned n, void **state);
/* The object of that id, or NULL. */
const struct mv_nv_object *mv_nv_object_of(const struct mv_nv_memory *memory, uint8_t id, void **state);
/* Ids of all. */
uint32_t mv_nv_all(const struct mv_nv_memory *memory);
/* Bytes of an entry with the objects of that mask. */
uint32_t mv_nv_entry_size(const struct mv_nv_memory *memory, uint32_t mask);
/* Ids are unique and sizes within bounds, everything fits a sector of the port. */
bool mv_nv_fits(const struct mv_nv_memory *memory);

#endif
