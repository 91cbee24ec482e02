#include "flash_model.h"

#include <string.h>

enum { UNIT = 8 };

uint8_t *flash_sector(struct flash *flash, uint32_t sector)
{
    return flash->bytes + (size_t)sector * flash->sector_size;
}

void flash_rot(struct flash *flash, uint32_t sector, uint32_t bit)
{
    flash_sector(flash, sector)[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state;
}

/* Units are those of the sector. */
static uint32_t unit_of(const struct flash *flash, const uint8_t *cell)
{
    uint32_t at = (uint32_t)(cell - flash->bytes);
    uint32_t units = (flash->sector_size + UNIT - 1) / UNIT;
    return at / flash->sector_size * units + at % flash->sector_size / UNIT;
}

static void tear(struct flash *flash, const uint8_t *cell, bool torn)
{
    uint32_t unit = unit_of(flash, cell);
    uint8_t mask = (uint8_t)(1U << unit % 8);
    flash->torn[unit / 8] = (uint8_t)((flash->torn[unit / 8] & ~mask) | (torn ? mask : 0));
}

static bool is_torn(struct flash *flash, uint32_t sector, uint32_t offset, uint32_t size)
{
    for (uint32_t i = 0; i < size && flash->ecc; i++) {
        uint32_t unit = unit_of(flash, flash_sector(flash, sector) + offset + i);
        if ((flash->torn[unit / 8] >> unit % 8 & 1) != 0)
            return true;
    }
    return false;
}

/* What the byte becomes; false when the power went off under it, which leaves any mixture of old and new bits. */
static bool change(struct flash *flash, uint8_t *byte, uint8_t target)
{
    if (flash->energy == 0) {
        *byte = (uint8_t)((*byte & flash->last_byte) | (target & (uint8_t)~flash->last_byte));
        tear(flash, byte, true);
        return false;
    }
    if (flash->energy != UINT32_MAX)
        flash->energy--;
    flash->spent++;
    *byte = target;
    return true;
}

/* As cells drift that are changed all at the same time: each bit has its new value with the same chance. */
static void scatter(struct flash *flash, uint8_t *cells, const uint8_t *targets, uint32_t size)
{
    unsigned chance = (unsigned)(next_random(&flash->scatter) >> 60);
    for (uint32_t bit = 0; bit < 8 * size; bit++) {
        uint8_t mask = (uint8_t)(1U << bit % 8);
        unsigned target = targets == NULL ? 0xFF : targets[bit / 8] & cells[bit / 8];
        if (next_random(&flash->scatter) >> 60 < chance)
            cells[bit / 8] = (uint8_t)((cells[bit / 8] & ~mask) | (target & mask));
    }
}

static void hold_stuck_cells(struct flash *flash)
{
    for (unsigned i = 0; i < flash->stuck_count; i++) {
        uint8_t *byte = flash_sector(flash, flash->stuck[i].sector) + flash->stuck[i].at;
        *byte = (uint8_t)((*byte & (uint8_t)~flash->stuck[i].zeros) | flash->stuck[i].ones);
    }
}

static bool inside(const struct flash *flash, uint32_t sector, uint32_t offset, uint32_t size)
{
    return sector < flash->sectors && offset <= flash->sector_size && size <= flash->sector_size - offset;
}

static bool flash_read(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size)
{
    struct flash *flash = context;
    if (flash->fail_reads || flash->energy == 0 || !inside(flash, sector, offset, size) ||
        (int)sector == flash->fail_sector || is_torn(flash, sector, offset, size) ||
        (flash->fail_read > 0 && --flash->fail_read == 0))
        return false;
    memcpy(data, flash_sector(flash, sector) + offset, size);
    return true;
}

static bool write_once(struct flash *flash, uint8_t *cells, const uint8_t *data, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (change(flash, &cells[i], cells[i] & data[i]))
            continue;
        if (flash->scatter != 0)
            scatter(flash, cells + i, data + i, size - i);
        return false;
    }
    return true;
}

static bool blank(const uint8_t *cells, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (cells[i] != 0xFF)
            return false;
    }
    return true;
}

static bool flash_write(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    struct flash *flash = context;
    if (flash->energy == 0 || !inside(flash, sector, offset, size))
        return false;
    uint8_t *cells = flash_sector(flash, sector) + offset;
    flash->writes++;
    if (offset % UNIT != 0 || size % UNIT != 0 || !blank(cells, size))
        flash->misused = true;
    if (!write_once(flash, cells, data, size) || (flash->repeat && !write_once(flash, cells, data, size)))
        return false;
    hold_stuck_cells(flash);
    return !flash->deny_writes;
}

static bool erase_once(struct flash *flash, uint32_t sector)
{
    uint8_t *cells = flash_sector(flash, sector);
    for (uint32_t i = 0; i < flash->sector_size; i++) {
        if (change(flash, &cells[i], 0xFF)) {
            tear(flash, &cells[i], false);
            continue;
        }
        if (flash->scatter != 0)
            scatter(flash, cells + i, NULL, flash->sector_size - i);
        return false;
    }
    return true;
}

static bool flash_erase(void *context, uint32_t sector)
{
    struct flash *flash = context;
    if (flash->energy == 0 || !inside(flash, sector, 0, flash->sector_size) || (flash->deny_erases >> sector & 1) != 0)
        return false;
    flash->erases[sector]++;
    if (!erase_once(flash, sector) || (flash->repeat && !erase_once(flash, sector)))
        return false;
    hold_stuck_cells(flash);
    return true;
}

static uint32_t flash_seconds(void *context)
{
    const struct flash *flash = context;
    return flash->now;
}

void flash_init_as(struct flash *flash, uint32_t sectors, uint32_t sector_size)
{
    memset(flash, 0, sizeof *flash);
    flash->sectors = sectors;
    flash->sector_size = sector_size;
    flash->energy = UINT32_MAX;
    flash->last_byte = 0xFF;
    flash->fail_sector = -1;
    memset(flash->bytes, 0xFF, sizeof flash->bytes);
}

void flash_init(struct flash *flash)
{
    flash_init_as(flash, FLASH_SECTORS, FLASH_SECTOR_SIZE);
}

struct mv_meter_port flash_port(struct flash *flash)
{
    return (struct mv_meter_port){.context = flash,
                                  .sectors = flash->sectors,
                                  .sector_size = flash->sector_size,
                                  .nv_read = flash_read,
                                  .nv_write = flash_write,
                                  .nv_erase = flash_erase,
                                  .seconds = flash_seconds};
}

void flash_stick(struct flash *flash, struct stuck stuck)
{
    flash->stuck[flash->stuck_count++] = stuck;
    hold_stuck_cells(flash);
}

void flash_power_on(struct flash *flash)
{
    flash->energy = UINT32_MAX;
}
