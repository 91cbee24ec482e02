/* The meter's memory in NOR flash that the processor sees in its address space, as in most microcontrollers: reading is
 * copying, and the board brings the two things that its flash controller does. */
#ifndef MV_PORT_NV_NOR_H
#define MV_PORT_NV_NOR_H

#include "metervault/meter.h"

enum { MV_NOR_WORD = 8 };

struct mv_nor {
    const uint8_t *base; /* of the first sector; a multiple of MV_NOR_WORD */
    uint32_t sectors, sector_size;
    /* Writes MV_NOR_WORD bytes at `at`, a multiple of it; waits until it is done. A controller with narrower words
     * writes several. False when the controller reports an error. */
    bool (*program)(const uint8_t *at, const uint8_t word[MV_NOR_WORD]);
    /* Erases the sector that starts at `at` to FF and waits until it is done. */
    bool (*erase)(const uint8_t *at);
};

/* `nor` outlives the port and may be constant. `seconds` as struct mv_meter_port has it. */
struct mv_meter_port mv_nor_port(const struct mv_nor *nor, uint32_t (*seconds)(void *context));

#endif
