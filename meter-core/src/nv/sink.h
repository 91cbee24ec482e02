/* Writes an entry from its head to its seal, piece by piece, each one read back at once. */
#ifndef MV_CORE_NV_SINK_H
#define MV_CORE_NV_SINK_H

#include "nv.h"

enum { MV_NV_PIECE = 64 };

struct mv_nv_sink {
    const struct mv_meter_port *port;
    uint32_t sector, at; /* of the piece that is being filled */
    uint32_t crc;        /* of what was flushed */
    uint32_t left;       /* bytes of the object */
    uint8_t filled;      /* bytes of the piece */
    bool good;           /* all came out as it was written */
    uint8_t piece[MV_NV_PIECE];
};

struct mv_nv_sink mv_nv_sink_at(const struct mv_meter_port *port, uint32_t sector, uint32_t at);
/* What was put but not yet written: a multiple of MV_NV_UNIT. */
void mv_nv_flush(struct mv_nv_sink *to);
/* Of all that was put. */
uint32_t mv_nv_sink_crc(const struct mv_nv_sink *to);
void mv_nv_put_zeros(struct mv_nv_sink *to, uint32_t count);

#endif
