#include "flash.h"

#include <string.h>

/* What the byte becomes; false when the power went off under it, which leaves any mixture of old and new bits. */
static bool change(struct flash *flash, uint8_t *byte, uint8_t target)
{
    if (flash->energy == 0) {
        *byte = (uint8_t)((*byte & flash->last_byte) | (target & (uint8_t)~flash->last_byte));
        return false;
    }
    if (flash->energy != UINT32_MAX)
        flash->energy--;
    flash->spent++;
    *byte = target;
    return true;
}

static void hold_stuck_cells(struct flash *flash)
{
    for (unsigned i = 0; i < flash->stuck_count; i++) {
        uint8_t *byte = &flash->bytes[flash->stuck[i].sector][flash->stuck[i].at];
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
        (int)sector == flash->fail_sector)
        return false;
    memcpy(data, flash->bytes[sector] + offset, size);
    return true;
}

static bool flash_write(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    struct flash *flash = context;
    if (flash->energy == 0 || !inside(flash, sector, offset, size))
        return false;
    flash->writes++;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t *byte = &flash->bytes[sector][offset + i];
        if (*byte != 0xFF)
            flash->double_writes = true;
        if (!change(flash, byte, *byte & data[i]))
            return false;
    }
    hold_stuck_cells(flash);
    return !flash->deny_writes;
}

static bool flash_erase(void *context, uint32_t sector)
{
    struct flash *flash = context;
    if (flash->energy == 0 || !inside(flash, sector, 0, flash->sector_size) || (flash->deny_erases >> sector & 1) != 0)
        return false;
    flash->erases[sector]++;
    for (uint32_t i = 0; i < flash->sector_size; i++) {
        if (!change(flash, &flash->bytes[sector][i], 0xFF))
            return false;
    }
    hold_stuck_cells(flash);
    return true;
}

static uint32_t flash_seconds(void *context)
{
    const struct flash *flash = context;
    return flash->now;
}

void flash_init(struct flash *flash)
{
    *flash = (struct flash){.sectors = FLASH_SECTORS,
                            .sector_size = FLASH_SECTOR_SIZE,
                            .energy = UINT32_MAX,
                            .last_byte = 0xFF,
                            .fail_sector = -1};
    memset(flash->bytes, 0xFF, sizeof flash->bytes);
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
