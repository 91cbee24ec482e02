#include "nor_ram.h"

#include <string.h>

static uint8_t cells[MV_NOR_RAM_SECTORS * MV_NOR_RAM_SECTOR_SIZE] __attribute__((aligned(MV_NOR_WORD)));

static uint8_t *cell(const uint8_t *at)
{
    return cells + (at - cells);
}

/* Programming only clears bits. */
static bool program(const uint8_t *at, const uint8_t word[MV_NOR_WORD])
{
    for (unsigned i = 0; i < MV_NOR_WORD; i++)
        cell(at)[i] &= word[i];
    return true;
}

static bool erase(const uint8_t *at)
{
    memset(cell(at), 0xFF, MV_NOR_RAM_SECTOR_SIZE);
    return true;
}

const struct mv_nor mv_nor_ram = {.base = cells,
                                  .sectors = MV_NOR_RAM_SECTORS,
                                  .sector_size = MV_NOR_RAM_SECTOR_SIZE,
                                  .program = program,
                                  .erase = erase};
