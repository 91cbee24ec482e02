/* Which screen is shown now. */
#include "alarm.h"
#include "codes_text.h"
#include "keypad.h"
#include "limit.h"
#include "screens.h"
#include "settle.h"
#include "supply.h"
#include "text.h"

/* The screens that take turns; the one that says why there is no supply only then, and how long a limit's wait takes in
 * place of the date. */
static uint8_t cycled(const struct mv_prepay *p)
{
    static const uint8_t codes[] = {MV_SCREEN_REMAINING, MV_SCREEN_CUT,  MV_SCREEN_TOTAL,
                                    MV_SCREEN_MONTH,     MV_SCREEN_DATE, MV_SCREEN_TIME};
    uint8_t code = codes[mv_seconds(p) / MV_KEYPAD_CYCLE_S % sizeof codes];
    if (code == MV_SCREEN_DATE && mv_limit_left(p) > 0)
        return MV_SCREEN_WAIT;
    return code == MV_SCREEN_CUT && mv_supply_cut(p) == MV_CUT_NONE ? MV_SCREEN_REMAINING : code;
}

static void show_fault(const struct mv_prepay *p, struct mv_screen *screen)
{
    *screen = (struct mv_screen){.code = MV_SCREEN_ENTRY, .value = p->fault};
    struct mv_text text = mv_text_on(screen->text);
    mv_code_text(&text, mv_code_of(p->fault));
}

static void show(const struct mv_prepay *p, struct mv_screen *screen)
{
    uint8_t code = p->keypad.asked ? p->keypad.code : cycled(p);
    if (code == MV_SCREEN_ENTRY)
        mv_screen_entry(p, screen);
    else
        (void)mv_screen_of(p, code, screen);
}

void mv_prepay_screen(const struct mv_prepay *p, struct mv_screen *screen)
{
    if (p->meter.loaded)
        show(p, screen);
    else
        show_fault(p, screen);
    screen->lamps = mv_alarm_lamps(p);
}
