#include "board.h"

#include <time.h>

enum { MS_PER_S = 1000, S_PER_H = 3600 };

static uint32_t seconds_of(struct board *board)
{
    struct mv_meter_port port = mv_nv_file_port(&board->file);
    return port.seconds(port.context);
}

static bool clock_read(void *context, uint32_t *unix_s)
{
    struct board *board = context;
    *unix_s = (uint32_t)(board->clock_offset + seconds_of(board));
    return !board->clock_lost;
}

static bool clock_set(void *context, uint32_t unix_s)
{
    struct board *board = context;
    board->clock_offset = (int64_t)unix_s - seconds_of(board);
    board->clock_lost = false;
    return true;
}

static bool switch_set(void *context, bool closed)
{
    struct board *board = context;
    if (board->kind != BOARD_SWITCH_STUCK)
        board->closed = closed;
    return true;
}

static enum mv_switch_state switch_read(void *context)
{
    const struct board *board = context;
    if (board->kind == BOARD_SWITCH_NO_FEEDBACK)
        return MV_SWITCH_UNKNOWN;
    return board->closed ? MV_SWITCH_CLOSED : MV_SWITCH_OPEN;
}

static void indicate(void *context, uint8_t lamps)
{
    struct board *board = context;
    board->lamps = lamps;
}

void board_init(struct board *board, uint32_t unix_s)
{
    board->clock_offset = (unix_s != 0 ? (int64_t)unix_s : (int64_t)time(NULL)) - seconds_of(board);
}

struct mv_prepay_port board_port(struct board *board)
{
    return (struct mv_prepay_port){.context = board,
                                   .clock_read = clock_read,
                                   .clock_set = clock_set,
                                   .switch_set = switch_set,
                                   .switch_read = switch_read,
                                   .indicate = indicate};
}

enum mv_result board_power_up(struct board *board, struct mv_prepay *p)
{
    struct mv_meter_port memory = mv_nv_file_port(&board->file);
    struct mv_prepay_port port = board_port(board);
    return mv_prepay_open(p, &memory, &port, &mv_sta_public);
}

enum mv_result board_power_down(struct board *board, struct mv_prepay *p, bool warned)
{
    enum mv_result result = warned && p->meter.loaded ? mv_prepay_power_fails(p) : MV_DONE;
    mv_prepay_close(p);
    board->lamps = 0;
    return result;
}

static void measure_second(struct board *board, struct mv_prepay *p)
{
    static const uint32_t nothing[MV_PHASES];
    mv_prepay_power(p, board->closed ? board->load_w : nothing, MS_PER_S);
    if (!board->closed || board->pulses_per_h == 0)
        return;
    uint64_t flow = (uint64_t)board->pulse_rest + board->pulses_per_h;
    board->pulse_rest = (uint32_t)(flow % S_PER_H);
    mv_prepay_pulses(p, 0, (uint32_t)(flow / S_PER_H));
}

enum mv_result board_run(struct board *board, struct mv_prepay *p, uint32_t seconds)
{
    enum mv_result result = MV_DONE;
    for (; seconds > 0 && result == MV_DONE; seconds--) {
        measure_second(board, p);
        board->file.skipped_s++;
        result = mv_prepay_tick(p);
    }
    return result;
}
