/* What a bare-metal port gives a firmware besides its memory: time. One file per processor implements it. */
#ifndef MV_PORT_BOARD_H
#define MV_PORT_BOARD_H

#include <stdint.h>

/* Once, at the start of main. */
void mv_board_start(void);
/* Since mv_board_start; never backwards. */
uint32_t mv_board_seconds(void);
/* A fast counter for measuring; it wraps. MV_BOARD_HZ (Cortex-M) or instructions (RISC-V). */
uint32_t mv_board_ticks(void);

#endif
