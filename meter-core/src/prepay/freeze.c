#include "freeze.h"

#include <string.h>

#include "account.h"
#include "save.h"

enum { YEAR_MONTHS = 12, HOUR_MINUTES = 60 };

static uint32_t due_in(const struct mv_prepay *p, uint16_t month)
{
    uint32_t day = mv_clock_day_number((uint16_t)(month / YEAR_MONTHS), (uint8_t)(month % YEAR_MONTHS + 1),
                                       p->parameters.freeze_day);
    return mv_clock_unix(p, day, (uint16_t)(p->parameters.freeze_hour * HOUR_MINUTES));
}

uint32_t mv_freeze_last(const struct mv_prepay *p)
{
    return p->freezes.last;
}

uint32_t mv_freeze_due(struct mv_prepay *p, uint32_t now)
{
    struct mv_freezes *freezes = &p->freezes;
    if (freezes->next_month == 0) {
        struct mv_local local;
        mv_clock_local(p, now, &local);
        freezes->next_month = (uint16_t)(local.year * YEAR_MONTHS + local.month - 1);
        if (due_in(p, freezes->next_month) <= now)
            freezes->next_month++;
        mv_touch(p, MV_OBJECT_FREEZES, true);
    }
    return due_in(p, freezes->next_month);
}

/* Registers and account stand in the journal as they were frozen. */
void mv_freeze_month(struct mv_prepay *p, uint32_t due)
{
    struct mv_freezes *freezes = &p->freezes;
    memmove(&freezes->months[1], &freezes->months[0], sizeof freezes->months - sizeof freezes->months[0]);
    freezes->months[0] = (struct mv_month){.ended = due,
                                           .total = p->registers.total,
                                           .month = p->registers.month,
                                           .remaining = mv_account_remaining(p),
                                           .taken = p->account.taken[p->parameters.credit_register]};
    p->registers.month = 0;
    freezes->last = due;
    freezes->next_month++;
    mv_touch(p, MV_OBJECT_FREEZES, true);
    mv_touch(p, MV_OBJECT_REGISTERS, true);
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
}

void mv_freeze_clear(struct mv_prepay *p)
{
    memset(p->freezes.months, 0, sizeof p->freezes.months);
    p->freezes.last = 0;
    mv_touch(p, MV_OBJECT_FREEZES, true);
}
