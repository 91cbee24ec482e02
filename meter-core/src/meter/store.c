#include "store.h"

#include "../crypto/wipe.h"
#include "record.h"
#include "same.h"

enum { PIECE = 32, PLACES_TRIED = 2 };

struct place {
    uint32_t sector, slot;
};

static uint32_t slots(const struct mv_meter *meter)
{
    return meter->port.sector_size / MV_METER_RECORD_SIZE;
}

static bool read_at(const struct mv_meter *meter, struct place place, uint32_t offset, uint8_t *data, uint32_t size)
{
    return meter->port.nv_read(meter->port.context, place.sector, place.slot * MV_METER_RECORD_SIZE + offset, data,
                               size);
}

/* ---- loading ---- */

/* The newest record so far. */
struct newest {
    enum mv_record_kind kind;
    uint32_t sequence;
};

static void take_if_newer(struct mv_meter *meter, struct place place, const uint8_t *record, struct newest *newest)
{
    uint32_t sequence = 0;
    enum mv_record_kind kind = mv_record_look(record, &sequence);
    /* one that was written twice may have gone bad at the first place */
    bool mends = newest->kind == MV_RECORD_DAMAGED && sequence == newest->sequence;
    if (kind == MV_RECORD_NONE || (newest->kind != MV_RECORD_NONE && sequence <= newest->sequence && !mends))
        return;
    *newest = (struct newest){.kind = kind, .sequence = sequence};
    if (kind != MV_RECORD_OURS)
        return;
    mv_record_decode(record, &meter->state);
    meter->sector = place.sector;
    meter->slot = place.slot;
}

/* A slot that cannot be read may hold the newest record, and a damaged newest one had another before it: going on with
 * an older one would credit tokens again. */
static enum mv_result find_newest(struct mv_meter *meter)
{
    static const enum mv_result results[] = {[MV_RECORD_NONE] = MV_NOT_PROVISIONED,
                                             [MV_RECORD_OURS] = MV_DONE,
                                             [MV_RECORD_FOREIGN] = MV_OTHER_FORMAT,
                                             [MV_RECORD_DAMAGED] = MV_STORAGE_ERROR};
    uint8_t record[MV_METER_RECORD_SIZE];
    struct newest newest = {.kind = MV_RECORD_NONE};
    bool good = true;
    for (uint32_t sector = 0; sector < meter->port.sectors && good; sector++) {
        for (uint32_t slot = 0; slot < slots(meter) && good; slot++) {
            struct place place = {.sector = sector, .slot = slot};
            good = read_at(meter, place, 0, record, sizeof record);
            if (good)
                take_if_newer(meter, place, record, &newest);
        }
    }
    mv_wipe(record, sizeof record);
    return good ? results[newest.kind] : MV_STORAGE_ERROR;
}

enum mv_result mv_store_load(struct mv_meter *meter)
{
    mv_meter_close(meter);
    enum mv_result result = find_newest(meter); /* none in a meter that was never opened: it has no sectors */
    if (result != MV_DONE) {
        mv_meter_close(meter);
        return result;
    }
    meter->loaded = true;
    meter->locked_since = meter->port.seconds(meter->port.context);
    meter->sections_since = meter->locked_since;
    return MV_DONE;
}

/* ---- committing ---- */

static bool slot_blank(const struct mv_meter *meter, struct place place)
{
    uint8_t piece[PIECE];
    unsigned all = 0xFF;
    bool good = true;
    for (uint32_t at = 0; at < MV_METER_RECORD_SIZE && good; at += PIECE) {
        good = read_at(meter, place, at, piece, PIECE);
        for (unsigned i = 0; i < PIECE; i++)
            all &= piece[i];
    }
    mv_wipe(piece, sizeof piece);
    return good && all == 0xFF;
}

/* From `place` on: the next erased slot of its sector, else of the sectors after it, which are erased one by one. A
 * slot that does not come out blank, because a cut left it half written or a cell is stuck, is passed over; so is a
 * sector that does not erase. The sector of the newest record is never erased. */
static bool find_place(const struct mv_meter *meter, struct place *place)
{
    for (;;) {
        for (; place->slot < slots(meter); place->slot++) {
            if (slot_blank(meter, *place))
                return true;
        }
        place->sector = (place->sector + 1) % meter->port.sectors;
        if (place->sector == meter->sector)
            return false;
        place->slot = meter->port.nv_erase(meter->port.context, place->sector) ? 0 : slots(meter);
    }
}

static bool reads_back(const struct mv_meter *meter, struct place place, uint32_t offset, const uint8_t *data,
                       uint32_t size)
{
    uint8_t piece[PIECE];
    bool same = true;
    for (uint32_t at = 0; at < size && same; at += PIECE) {
        uint32_t length = size - at < PIECE ? size - at : PIECE;
        same = read_at(meter, place, offset + at, piece, length) && mv_same(piece, data + at, length);
    }
    mv_wipe(piece, sizeof piece);
    return same;
}

/* Durable only when the port says so and the same bytes come back. */
static bool write_at(const struct mv_meter *meter, struct place place, uint32_t offset, const uint8_t *data,
                     uint32_t size)
{
    return meter->port.nv_write(meter->port.context, place.sector, place.slot * MV_METER_RECORD_SIZE + offset, data,
                                size) &&
           reads_back(meter, place, offset, data, size);
}

static bool write_record(const struct mv_meter *meter, struct place place, const uint8_t record[MV_METER_RECORD_SIZE])
{
    return write_at(meter, place, 0, record, MV_RECORD_BODY) &&
           write_at(meter, place, MV_RECORD_BODY, record + MV_RECORD_BODY, MV_RECORD_SEAL);
}

/* Cells that do not take what is written show only now: then one more place is tried. */
static bool write_somewhere(struct mv_meter *meter)
{
    uint8_t record[MV_METER_RECORD_SIZE];
    struct place place = {.sector = meter->sector, .slot = meter->slot + 1};
    bool done = false;
    mv_record_encode(&meter->state, record);
    for (unsigned tried = 0; tried < PLACES_TRIED && !done && find_place(meter, &place); tried++) {
        done = write_record(meter, place, record);
        if (!done)
            place.slot++;
    }
    mv_wipe(record, sizeof record);
    meter->sector = place.sector;
    meter->slot = place.slot;
    return done;
}

enum mv_result mv_store_commit(struct mv_meter *meter)
{
    bool done = meter->state.sequence < UINT32_MAX;
    if (done) {
        meter->state.sequence++;
        done = write_somewhere(meter);
    }
    if (!done)
        mv_meter_close(meter);
    else
        meter->loaded = true;
    return done ? MV_DONE : MV_STORAGE_ERROR;
}

enum mv_result mv_store_clear(struct mv_meter *meter)
{
    for (uint32_t sector = 0; sector < meter->port.sectors; sector++) {
        if (!meter->port.nv_erase(meter->port.context, sector))
            return MV_STORAGE_ERROR;
    }
    mv_meter_close(meter);
    meter->sector = meter->port.sectors - 1;
    meter->slot = slots(meter) - 1;
    return MV_DONE;
}
