/* Stands in for a flash controller where there is none, as under qemu: an array in RAM that behaves like NOR flash. */
#ifndef MV_PORT_NOR_RAM_H
#define MV_PORT_NOR_RAM_H

#include "nv_nor.h"

enum { MV_NOR_RAM_SECTORS = 2, MV_NOR_RAM_SECTOR_SIZE = 2048 };

/* Not erased: as a new board comes, clear it by `erase` or let provisioning do it. */
extern const struct mv_nor mv_nor_ram;

#endif
