/* Non-volatile memory in RAM that behaves like NOR flash, wears, rots, and can lose power after any number of bytes.
 * Needs nothing but memcpy and memset: it also runs on the boards. */
#ifndef MV_TEST_FLASH_MODEL_H
#define MV_TEST_FLASH_MODEL_H

#include "metervault/meter.h"

#ifndef FLASH_BYTES
#define FLASH_BYTES 8192 /* of all sectors together; another one for who needs more */
#endif
/* What flash_init makes: room for two of the token engine's commits and an odd rest in each sector. */
enum { FLASH_SECTORS = 2, FLASH_SECTOR_SIZE = 2 * MV_METER_MIN_SECTOR_SIZE + 7 };
enum { FLASH_SECTORS_MAX = 16, FLASH_STUCK_MAX = 8 };

/* A cell that stays what it is. */
struct stuck {
    uint32_t sector, at;
    uint8_t zeros, ones; /* bits that are always 0, or always 1 */
};

struct flash {
    uint8_t bytes[FLASH_BYTES]; /* sector by sector */
    uint32_t sectors, sector_size;
    uint32_t energy;   /* bytes that can still be written or erased; UINT32_MAX: no end */
    uint8_t last_byte; /* bits of the byte under way that the cut leaves unchanged */
    uint64_t scatter;  /* not 0: a cut mixes old and new bits at random in all that was left of the call */
    uint32_t spent;    /* bytes written or erased so far */
    bool ecc;          /* a unit that a cut left half written cannot be read until it is erased */
    uint8_t torn[FLASH_BYTES / 64 + 3]; /* bit n: unit n is one */
    bool repeat;                        /* every write and erasure is done twice, as by a driver that is not sure */
    bool fail_reads;                    /* the memory cannot be read */
    uint32_t fail_read;                 /* the n-th read from now on fails, 0: none */
    int fail_sector;                    /* this one cannot be read, -1: none */
    bool deny_writes;                   /* writes are done but reported as failed */
    uint32_t deny_erases;               /* bit n: sector n does not erase */
    struct stuck stuck[FLASH_STUCK_MAX];
    unsigned stuck_count;
    uint32_t erases[FLASH_SECTORS_MAX], writes;
    bool misused; /* a byte was written twice between erases, or a write was not of whole units of 8 */
    uint32_t now; /* the board's clock: seconds */
};

/* Erased, FLASH_SECTORS of FLASH_SECTOR_SIZE, with unlimited energy. */
void flash_init(struct flash *flash);
/* The same in another shape, of FLASH_BYTES at most and FLASH_SECTORS_MAX. */
void flash_init_as(struct flash *flash, uint32_t sectors, uint32_t sector_size);
struct mv_meter_port flash_port(struct flash *flash);
void flash_power_on(struct flash *flash);
void flash_stick(struct flash *flash, struct stuck stuck);
/* Where a sector begins. */
uint8_t *flash_sector(struct flash *flash, uint32_t sector);
/* Turns one bit over. */
void flash_rot(struct flash *flash, uint32_t sector, uint32_t bit);

#endif
