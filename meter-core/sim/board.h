/* The board around a simulated meter: clock, load switch, lamps, load. */
#ifndef MV_SIM_BOARD_H
#define MV_SIM_BOARD_H

#include "../port/posix/nv_file.h"
#include "card_slot.h"
#include "metervault/prepay.h"

enum board_switch { BOARD_SWITCH_GOOD, BOARD_SWITCH_STUCK, BOARD_SWITCH_NO_FEEDBACK };

struct board {
    struct mv_nv_file file;
    int64_t clock_offset; /* Unix time - the port's seconds */
    bool clock_lost;
    bool closed;
    enum board_switch kind;
    uint8_t lamps;
    uint32_t load_w[MV_PHASES]; /* on the secondary side, while the switch is closed */
    uint32_t pulses_per_h;      /* of water or gas, while the valve is open */
    uint32_t pulse_rest;        /* not yet a whole pulse, 1/3600 */
    struct card_slot card;
};

/* `unix_s` is the clock's time now; 0: this machine's. The file is open. */
void board_init(struct board *board, uint32_t unix_s);
struct mv_prepay_port board_port(struct board *board);
/* As mv_prepay_open. */
MV_CORE_MUST_USE enum mv_result board_power_up(struct board *board, struct mv_prepay *p);
/* The mains goes; `warned`: the meter sees it come and saves. The switch stays as it is, the clock goes on. DONE when
 * all is saved that was to be. */
MV_CORE_MUST_USE enum mv_result board_power_down(struct board *board, struct mv_prepay *p, bool warned);
/* Time passes second by second under the load, up to the first tick that fails. */
MV_CORE_MUST_USE enum mv_result board_run(struct board *board, struct mv_prepay *p, uint32_t seconds);

#endif
