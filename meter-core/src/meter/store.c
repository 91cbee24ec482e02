#include "store.h"

#include "state_object.h"

static struct mv_nv_memory memory_of(struct mv_meter *meter)
{
    static const struct mv_nv_object *const own[] = {&mv_state_object};
    struct mv_nv_memory memory = {.port = &meter->port};
    memory.groups[0] = (struct mv_nv_group){.state = &meter->state, .objects = own, .count = 1};
    if (meter->companion != NULL)
        memory.groups[1] = (struct mv_nv_group){
            .state = meter->companion->context, .objects = meter->companion->objects, .count = meter->companion->count};
    return memory;
}

enum mv_result mv_store_load(struct mv_meter *meter)
{
    mv_meter_close(meter);
    if (meter->port.nv_read == NULL) /* never opened */
        return MV_NOT_PROVISIONED;
    struct mv_nv_memory memory = memory_of(meter);
    enum mv_result result = mv_nv_open(&meter->journal, &memory);
    if (result != MV_DONE) {
        mv_meter_close(meter);
        return result;
    }
    meter->loaded = true;
    meter->locked_since = meter->port.seconds(meter->port.context);
    meter->sections_since = meter->locked_since;
    return MV_DONE;
}

enum mv_result mv_load_if_needed(struct mv_meter *meter)
{
    return meter->loaded ? MV_DONE : mv_store_load(meter);
}

static enum mv_result committed(struct mv_meter *meter, enum mv_result result)
{
    if (result != MV_DONE) {
        mv_meter_close(meter);
        return result;
    }
    meter->companion_mask = 0;
    meter->loaded = true;
    return MV_DONE;
}

enum mv_result mv_store_commit_with(struct mv_meter *meter, uint32_t companion_mask, bool core_changed)
{
    struct mv_nv_memory memory = memory_of(meter);
    uint32_t mask = meter->companion_mask | companion_mask;
    if (core_changed)
        mask |= MV_NV_BIT(MV_STATE_OBJECT);
    return committed(meter, mv_nv_commit(&meter->journal, &memory, mask));
}

enum mv_result mv_store_renew(struct mv_meter *meter, uint32_t companion_mask)
{
    struct mv_nv_memory memory = memory_of(meter);
    uint32_t mask = meter->companion_mask | companion_mask | MV_NV_BIT(MV_STATE_OBJECT);
    meter->renew = false;
    return committed(meter, mv_nv_renew(&meter->journal, &memory, mask));
}

void mv_store_forget(struct mv_meter *meter)
{
    struct mv_nv_memory memory = memory_of(meter);
    mv_nv_forget(&meter->journal, &memory);
}

enum mv_result mv_store_commit(struct mv_meter *meter)
{
    return mv_store_commit_with(meter, 0, true);
}

enum mv_result mv_store_clear(struct mv_meter *meter)
{
    struct mv_nv_memory memory = memory_of(meter);
    mv_meter_close(meter);
    return mv_nv_clear(&meter->journal, &memory);
}
