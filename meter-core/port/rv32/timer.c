/* Time from the machine timer of the core-local interruptor. */
#include "../board.h"

/* Where the timer is and how fast it counts; the build says it. */
#ifndef MV_MTIME
#define MV_MTIME    0x0200BFF8
#define MV_MTIME_HZ 10000000
#endif

static uint64_t started;

/* The upper half is read twice: the lower one may wrap in between. */
static uint64_t mtime(void)
{
    const volatile uint32_t *low = (const volatile uint32_t *)MV_MTIME;
    const volatile uint32_t *high = low + 1;
    uint32_t before = 0;
    uint32_t value = 0;
    do {
        before = *high;
        value = *low;
    } while (before != *high);
    return (uint64_t)before << 32 | value;
}

void mv_board_start(void)
{
    started = mtime();
}

uint32_t mv_board_seconds(void)
{
    return (uint32_t)((mtime() - started) / MV_MTIME_HZ);
}

uint32_t mv_board_ticks(void)
{
    uint32_t retired = 0;
    __asm__ volatile(".option push\n.option arch, +zicsr\ncsrr %0, minstret\n.option pop" : "=r"(retired));
    return retired;
}
