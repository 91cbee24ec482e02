/* Non-volatile memory in RAM that behaves like NOR flash and can lose power after any number of bytes. */
#ifndef MV_TEST_FLASH_H
#define MV_TEST_FLASH_H

#include "metervault/meter.h"

enum { FLASH_SECTORS = 2, FLASH_SECTOR_SIZE = 2 * MV_METER_RECORD_SIZE + 7 }; /* two records and an odd rest */
enum { FLASH_SECTORS_MAX = 4, FLASH_STUCK_MAX = 8 };

/* A cell that stays what it is. */
struct stuck {
    uint32_t sector, at;
    uint8_t zeros, ones; /* bits that are always 0, or always 1 */
};

struct flash {
    uint8_t bytes[FLASH_SECTORS_MAX][FLASH_SECTOR_SIZE];
    uint32_t sectors, sector_size;
    uint32_t energy;     /* bytes that can still be written or erased; UINT32_MAX: no end */
    uint8_t last_byte;   /* bits of the byte under way that the cut leaves unchanged */
    uint32_t spent;      /* bytes written or erased so far */
    bool fail_reads;     /* the memory cannot be read */
    int fail_sector;     /* this one cannot be read, -1: none */
    bool deny_writes;    /* writes are done but reported as failed */
    uint8_t deny_erases; /* bit n: sector n does not erase */
    struct stuck stuck[FLASH_STUCK_MAX];
    unsigned stuck_count;
    unsigned erases[FLASH_SECTORS_MAX], writes;
    bool double_writes; /* a byte was written twice between erases */
    uint32_t now;       /* the board's clock: seconds */
};

/* Erased, FLASH_SECTORS of FLASH_SECTOR_SIZE, with unlimited energy. Fewer and more may be set then. */
void flash_init(struct flash *flash);
struct mv_meter_port flash_port(struct flash *flash);
void flash_power_on(struct flash *flash);
void flash_stick(struct flash *flash, struct stuck stuck);

#endif
