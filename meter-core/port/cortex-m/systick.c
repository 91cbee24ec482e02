/* Time from SysTick, which every Cortex-M has but a few M0 parts. */
#include "../board.h"

/* The processor's clock; the build says it. */
#ifndef MV_BOARD_HZ
#define MV_BOARD_HZ 16000000
#endif

enum { TICKS_PER_SECOND = 10, RELOAD = MV_BOARD_HZ / TICKS_PER_SECOND, ENABLE_CLOCK_INTERRUPT = 7 };
_Static_assert(RELOAD <= 1 << 24, "SysTick has 24 bits: more ticks per second");

struct systick {
    uint32_t control, reload, value;
};
static volatile struct systick *const systick = (volatile struct systick *)0xE000E010U;
static volatile uint32_t tenths;

/* The name that picolibc's vector table has for it. */
void arm_systick_isr(void);
void arm_systick_isr(void)
{
    tenths = tenths + 1;
}

void mv_board_start(void)
{
    systick->reload = RELOAD - 1;
    systick->value = 0;
    systick->control = ENABLE_CLOCK_INTERRUPT;
    while (systick->value == 0) /* it is loaded at its next clock */
        ;
}

uint32_t mv_board_seconds(void)
{
    return tenths / TICKS_PER_SECOND;
}

/* Read again when the counter reloaded in between. */
uint32_t mv_board_ticks(void)
{
    uint32_t before = 0;
    uint32_t value = 0;
    do {
        before = tenths;
        value = systick->value;
    } while (before != tenths);
    return before * RELOAD + (RELOAD - 1 - value);
}
