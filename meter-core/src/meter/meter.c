/* Opening, closing and provisioning a meter. */
#include "metervault/meter.h"

#include "../crypto/wipe.h"
#include "companion.h"
#include "store.h"

enum { KT_MAX_KEYPAD = 2 };

static bool fits(const struct mv_meter_port *port)
{
    return port->sectors >= MV_METER_MIN_SECTORS && port->sector_size >= MV_METER_MIN_SECTOR_SIZE &&
           port->nv_read != NULL && port->nv_write != NULL && port->nv_erase != NULL && port->seconds != NULL;
}

enum mv_result mv_meter_open(struct mv_meter *meter, const struct mv_meter_port *port,
                             const struct mv_sta_tables *tables)
{
    return mv_meter_open_with(meter, port, tables, NULL);
}

enum mv_result mv_meter_open_with(struct mv_meter *meter, const struct mv_meter_port *port,
                                  const struct mv_sta_tables *tables, const struct mv_meter_companion *companion)
{
    *meter = (struct mv_meter){.loaded = false};
    if (!fits(port) || tables == NULL)
        return MV_RANGE_ERROR;
    meter->port = *port;
    meter->tables = tables;
    meter->companion = companion;
    enum mv_result result = mv_store_load(meter);
    if (result == MV_RANGE_ERROR) /* the companion's objects do not fit */
        meter->port = (struct mv_meter_port){.context = NULL};
    return result;
}

void mv_meter_close(struct mv_meter *meter)
{
    mv_wipe(&meter->state, sizeof meter->state);
    meter->companion_mask = 0;
    meter->renew = meter->loaded = false;
}

static enum mv_result check_provision(const struct mv_meter_identity *p, uint32_t tid_fill)
{
    enum mv_result result = mv_pan_check(p->pan);
    if (result != MV_DONE)
        return result;
    if (p->key_type > KT_MAX_KEYPAD)
        return MV_KEY_TYPE_ERROR;
    bool key_fits = p->key.ea == MV_EA_STA || p->key.ea == MV_EA_MISTY1;
    bool numbers_fit = p->key_revision >= 1 && p->key_revision <= MV_KRN_MAX && p->tariff_index <= MV_TI_MAX &&
                       p->supply_group <= MV_SGC_MAX && tid_fill <= MV_TID_MAX;
    return key_fits && numbers_fit && p->measures != 0 ? MV_DONE : MV_RANGE_ERROR;
}

enum mv_result mv_meter_provision(struct mv_meter *meter, const struct mv_meter_identity *identity, uint32_t tid_fill)
{
    enum mv_result result = check_provision(identity, tid_fill);
    if (result != MV_DONE)
        return result;
    if (!fits(&meter->port))
        return MV_RANGE_ERROR;
    result = mv_store_load(meter);
    if (result != MV_NOT_PROVISIONED)
        return result == MV_DONE ? MV_ALREADY_PROVISIONED : result;
    result = mv_store_clear(meter);
    if (result != MV_DONE)
        return result;

    struct mv_meter_state *first = &meter->state;
    first->identity = *identity;
    first->settings.maximum_power_w = first->settings.phase_unbalance_w = MV_LIMIT_NONE;
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        first->tids[i] = tid_fill;
    return mv_store_commit(meter);
}
