/* Whether the server still takes new connections: asked the way a client would, from outside the RPC library, because
 * its listener may die while the process lives. */
#ifndef MV_OPS_WATCHDOG_H
#define MV_OPS_WATCHDOG_H

#include <stdint.h>

#include "base/status.h"

/* A fresh connection to 127.0.0.1 or ::1 that is answered with the first bytes of TLS (or HTTP/2 in plaintext) within
 * `timeout_ms`. CANNOT_CONNECT otherwise. `listen` is the configured address; its host is used unless it is a wildcard.
 */
MV_MUST_USE mv_status ops_listener_alive(const char *listen, uint16_t port, bool plaintext, int timeout_ms);

#endif
