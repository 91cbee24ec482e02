#include "plan.h"

#include "entry.h"

const struct mv_nv_object *mv_nv_object_at(const struct mv_nv_memory *memory, unsigned n, void **state)
{
    for (unsigned i = 0; i < MV_NV_GROUPS; i++) {
        const struct mv_nv_group *group = &memory->groups[i];
        if (n < group->count) {
            *state = group->state;
            return group->objects[n];
        }
        n -= group->count;
    }
    return NULL;
}

const struct mv_nv_object *mv_nv_object_of(const struct mv_nv_memory *memory, uint8_t id, void **state)
{
    const struct mv_nv_object *object = NULL;
    for (unsigned n = 0; (object = mv_nv_object_at(memory, n, state)) != NULL; n++) {
        if (object->id == id)
            return object;
    }
    return NULL;
}

uint32_t mv_nv_all(const struct mv_nv_memory *memory)
{
    const struct mv_nv_object *object = NULL;
    void *state = NULL;
    uint32_t mask = 0;
    for (unsigned n = 0; (object = mv_nv_object_at(memory, n, &state)) != NULL; n++)
        mask |= MV_NV_BIT(object->id);
    return mask;
}

uint32_t mv_nv_entry_size(const struct mv_nv_memory *memory, uint32_t mask)
{
    const struct mv_nv_object *object = NULL;
    void *state = NULL;
    uint32_t size = MV_NV_HEAD + MV_NV_BODY_HEAD + MV_NV_CRC;
    for (unsigned n = 0; (object = mv_nv_object_at(memory, n, &state)) != NULL; n++) {
        if ((mask & MV_NV_BIT(object->id)) != 0)
            size += MV_NV_OBJECT_HEAD + (uint32_t)object->size;
    }
    return (size + MV_NV_UNIT - 1) / MV_NV_UNIT * MV_NV_UNIT + MV_NV_SEAL;
}

uint32_t mv_nv_sector_needed(const struct mv_nv_memory *memory)
{
    return mv_nv_entry_size(memory, MV_NV_ALL);
}

bool mv_nv_fits(const struct mv_nv_memory *memory)
{
    const struct mv_nv_object *object = NULL;
    void *state = NULL;
    uint32_t seen = 0;
    for (unsigned n = 0; (object = mv_nv_object_at(memory, n, &state)) != NULL; n++) {
        if (object->id >= MV_NV_OBJECTS || (seen & MV_NV_BIT(object->id)) != 0 || object->size == 0 ||
            object->size > MV_NV_OBJECT_MAX)
            return false;
        seen |= MV_NV_BIT(object->id);
    }
    uint32_t needed = mv_nv_sector_needed(memory);
    return seen != 0 && needed <= MV_NV_ENTRY_MAX && needed <= memory->port->sector_size &&
           memory->port->sector_size <= MV_NV_SECTOR_MAX;
}
