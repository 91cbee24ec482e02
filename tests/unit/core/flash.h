/* Non-volatile memory in RAM that behaves like NOR flash and can lose power after any number of bytes. */
#ifndef MV_TEST_FLASH_H
#define MV_TEST_FLASH_H

#include "metervault/meter.h"

enum { FLASH_SECTORS = 2, FLASH_SECTOR_SIZE = 2 * MV_METER_RECORD_SIZE + 7 }; /* two records and an odd rest */

struct flash {
    uint8_t bytes[FLASH_SECTORS][FLASH_SECTOR_SIZE];
    uint32_t energy;    /* bytes that can still be written or erased; UINT32_MAX: no end */
    uint8_t last_byte;  /* bits of the byte under way that the cut leaves unchanged */
    uint32_t spent;     /* bytes written or erased so far */
    bool fail_reads;    /* the memory cannot be read */
    bool double_writes; /* a byte was written twice between erases */
    uint32_t now;       /* the board's clock: seconds */
};

/* Erased, with unlimited energy. */
void flash_init(struct flash *flash);
struct mv_meter_port flash_port(struct flash *flash);
void flash_power_on(struct flash *flash);

#endif
