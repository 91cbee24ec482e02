/* Sets that are whole: read, checked, and put in place. */
#include "metervault/record_sets.h"

#include "calendar.h"
#include "record_rules.h"
#include "save.h"
#include "tariff.h"

enum mv_result mv_take_tariff(struct mv_prepay *p, uint32_t set_id, const uint8_t *bytes, uint32_t size)
{
    struct mv_tariff tariff;
    if (mv_tariff_read(bytes, size, &tariff) != MV_DONE || mv_tariff_check(&tariff) != MV_DONE)
        return MV_RECORD_VALUE;
    tariff.set_id = set_id;
    p->next_tariff = tariff;
    mv_touch(p, MV_OBJECT_NEXT_TARIFF, true);
    if (tariff.valid_from == 0)
        mv_tariff_switch(p);
    return MV_ACCEPT;
}

enum mv_result mv_take_calendar(struct mv_prepay *p, uint32_t set_id, const uint8_t *bytes, uint32_t size)
{
    struct mv_calendar calendar;
    if (mv_calendar_read(bytes, size, &calendar) != MV_DONE || mv_calendar_check(&calendar) != MV_DONE)
        return MV_RECORD_VALUE;
    calendar.set_id = set_id;
    p->calendar = calendar;
    mv_touch(p, MV_OBJECT_CALENDAR, true);
    return MV_ACCEPT;
}
