#include "legacy.h"

#include "../meter/same.h"
#include "entry.h"

/* Records of 512 bytes: "MVS" in front, and in the last 8 bytes a number with its complement. */
enum { RECORD_SIZE = 512, SEAL_AT = RECORD_SIZE - MV_NV_UNIT, MARK_SIZE = 3 };
static const uint8_t mark[MARK_SIZE] = {'M', 'V', 'S'};

static enum mv_result look_at(const struct mv_meter_port *port, uint32_t sector, uint32_t at)
{
    uint8_t head[MV_NV_UNIT];
    uint8_t seal[MV_NV_UNIT];
    unsigned same = 0;
    if (!mv_nv_read_unit(port, sector, at, head) || !mv_nv_read_unit(port, sector, at + SEAL_AT, seal))
        return MV_NOT_PROVISIONED; /* torn; that the memory as a whole can be read is known */
    for (unsigned i = 0; i < MV_NV_UNIT / 2; i++)
        same |= (unsigned)seal[i] ^ (uint8_t)~seal[i + MV_NV_UNIT / 2];
    return same == 0 && mv_same(head, mark, sizeof mark) ? MV_OTHER_FORMAT : MV_NOT_PROVISIONED;
}

enum mv_result mv_nv_without_journal(const struct mv_meter_port *port)
{
    enum mv_result result = MV_NOT_PROVISIONED;
    for (uint32_t sector = 0; sector < port->sectors; sector++) {
        for (uint32_t at = 0; port->sector_size - at >= RECORD_SIZE && result == MV_NOT_PROVISIONED; at += RECORD_SIZE)
            result = look_at(port, sector, at);
    }
    return result;
}
