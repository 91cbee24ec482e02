#include "store.h"

#include "../crypto/wipe.h"
#include "record.h"

static uint32_t slots(const struct mv_meter *meter)
{
    return meter->port.sector_size / MV_METER_RECORD_SIZE;
}

static bool read_slot(const struct mv_meter *meter, uint32_t sector, uint32_t slot,
                      uint8_t record[MV_METER_RECORD_SIZE])
{
    return meter->port.nv_read(meter->port.context, sector, slot * MV_METER_RECORD_SIZE, record, MV_METER_RECORD_SIZE);
}

static void take_if_newer(struct mv_meter *meter, uint32_t sector, uint32_t slot, const uint8_t *record)
{
    struct mv_meter_state found;
    if (mv_record_decode(record, &found) && (!meter->loaded || found.sequence > meter->state.sequence)) {
        meter->state = found;
        meter->sector = sector;
        meter->slot = slot;
        meter->loaded = true;
    }
    mv_wipe(&found, sizeof found);
}

/* A sector that cannot be read may hold the newest record: going on with an older one would credit tokens again. */
enum mv_result mv_store_load(struct mv_meter *meter)
{
    uint8_t record[MV_METER_RECORD_SIZE];
    enum mv_result result = MV_DONE;
    meter->loaded = false;
    for (uint32_t sector = 0; sector < meter->port.sectors && result == MV_DONE; sector++) {
        for (uint32_t slot = 0; slot < slots(meter) && result == MV_DONE; slot++) {
            if (read_slot(meter, sector, slot, record))
                take_if_newer(meter, sector, slot, record);
            else
                result = MV_STORAGE_ERROR;
        }
    }
    mv_wipe(record, sizeof record);
    if (result != MV_DONE)
        mv_meter_close(meter);
    else if (!meter->loaded)
        result = MV_NOT_PROVISIONED;
    meter->locked_since = meter->port.seconds(meter->port.context);
    meter->sections_since = meter->locked_since;
    return result;
}

static bool slot_blank(const struct mv_meter *meter, uint32_t sector, uint32_t slot)
{
    uint8_t record[MV_METER_RECORD_SIZE];
    uint8_t all = 0xFF;
    if (!read_slot(meter, sector, slot, record))
        return false;
    for (unsigned i = 0; i < MV_METER_RECORD_SIZE; i++)
        all &= record[i];
    return all == 0xFF;
}

/* The next erased slot of the sector in use, else the first one of the next sector, which is erased now. A slot that a
 * cut left half written is passed over. */
static bool find_place(const struct mv_meter *meter, uint32_t *sector, uint32_t *slot)
{
    for (uint32_t next = meter->slot + 1; next < slots(meter); next++) {
        if (slot_blank(meter, meter->sector, next)) {
            *sector = meter->sector;
            *slot = next;
            return true;
        }
    }
    *sector = (meter->sector + 1) % meter->port.sectors;
    *slot = 0;
    return meter->port.nv_erase(meter->port.context, *sector);
}

/* Durable only when the port says so and the same bytes come back. */
static bool write_record(const struct mv_meter *meter, uint32_t sector, uint32_t slot,
                         const uint8_t record[MV_METER_RECORD_SIZE])
{
    uint8_t back[MV_METER_RECORD_SIZE];
    bool written =
        meter->port.nv_write(meter->port.context, sector, slot * MV_METER_RECORD_SIZE, record, MV_METER_RECORD_SIZE);
    bool same = read_slot(meter, sector, slot, back) && memcmp(back, record, sizeof back) == 0;
    mv_wipe(back, sizeof back);
    return written && same;
}

enum mv_result mv_store_commit(struct mv_meter *meter, const struct mv_meter_state *next)
{
    uint8_t record[MV_METER_RECORD_SIZE];
    uint32_t sector = 0;
    uint32_t slot = 0;
    if (meter->state.sequence == UINT32_MAX)
        return MV_STORAGE_ERROR;
    struct mv_meter_state committed = *next;
    committed.sequence = meter->state.sequence + 1;
    mv_record_encode(&committed, record);
    bool done = find_place(meter, &sector, &slot) && write_record(meter, sector, slot, record);
    if (done) {
        meter->state = committed;
        meter->sector = sector;
        meter->slot = slot;
    }
    meter->loaded = done;
    mv_wipe(record, sizeof record);
    mv_wipe(&committed, sizeof committed);
    return done ? MV_DONE : MV_STORAGE_ERROR;
}

enum mv_result mv_store_clear(struct mv_meter *meter)
{
    for (uint32_t sector = 0; sector < meter->port.sectors; sector++) {
        if (!meter->port.nv_erase(meter->port.context, sector))
            return MV_STORAGE_ERROR;
    }
    mv_wipe(&meter->state, sizeof meter->state);
    meter->sector = meter->port.sectors - 1;
    meter->slot = slots(meter) - 1;
    return MV_DONE;
}
