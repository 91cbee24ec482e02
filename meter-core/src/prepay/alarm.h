/* Alarms of remaining credit: lamp, buzzer, warning cut. */
#ifndef MV_CORE_PREPAY_ALARM_H
#define MV_CORE_PREPAY_ALARM_H

#include "metervault/prepay.h"

/* Begins and ends the warning cut: once each time that credit falls to alarm 2 while there is supply. `friendly`: hours
 * without a cut for lack of credit; it waits for their end. */
void mv_alarm_update(struct mv_prepay *p, bool friendly);
/* MV_LAMP_... and MV_BUZZER, or-ed. */
uint8_t mv_alarm_lamps(const struct mv_prepay *p);

#endif
