/* systemd's notification protocol (sd_notify(3)), without its library. Does nothing outside systemd. */
#ifndef MV_OPS_NOTIFY_H
#define MV_OPS_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..." */
void ops_notify(const char *state);
/* How often systemd wants to hear WATCHDOG=1 at the latest, in milliseconds; 0 when it does not. */
int64_t ops_watchdog_ms(void);

#endif
