/* Whether the server still takes new connections: asked the way a client would, from outside the RPC library, because
 * its listener may die while the process lives. */
#ifndef MV_OPS_WATCHDOG_H
#define MV_OPS_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct ops_listener {
    const char *listen; /* as configured; its host is asked unless it is a wildcard */
    uint16_t port;
    bool plaintext;
    /* Hears the source port before the connection begins, so that the server may keep a place; may be NULL. */
    void (*expect)(void *self, uint16_t source_port);
    void *self;
};

/* A fresh connection to 127.0.0.1, ::1 or the configured host that is answered with the first bytes of TLS (or HTTP/2
 * in plaintext) within `timeout_ms`. CANNOT_CONNECT otherwise. */
MV_MUST_USE mv_status ops_listener_alive(const struct ops_listener *listener, int timeout_ms);

#endif
