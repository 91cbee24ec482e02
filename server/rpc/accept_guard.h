/* A cap on connections, and a listener that survives running out of descriptors.
 *
 * The C core 1.51 has no cap on connections, and when one accept4 fails with anything but EAGAIN it closes its
 * listening socket for good: a burst of connections beyond RLIMIT_NOFILE leaves a server that is alive and deaf. So the
 * program brings its own accept4, which libgrpc.so finds before libc's because it calls through the dynamic symbol
 * table. For sockets that listen on a guarded port it
 *   - closes at once what is accepted over the cap, or over the share of the network that it comes from;
 *   - lets one announced connection of the program to itself in all the same;
 *   - on EMFILE and ENFILE gives up a descriptor kept in reserve, accepts with it, closes the connection (the caller
 * sees a reset instead of silence) and goes on, until EAGAIN;
 *   - never reports an error of a single connection or a lack of memory, but EAGAIN.
 * For every other socket it is accept4.
 *
 * The executable must export the symbol: mv_rpc's link options see to it, rpc_accept_guard_open checks it. */
#ifndef MV_RPC_ACCEPT_GUARD_H
#define MV_RPC_ACCEPT_GUARD_H

#include <stdint.h>

#include "base/status.h"

/* Guards the TCP listeners on `port`. Between bind and the first accept. INTERNAL_ERROR when libraries do not see our
 * accept4, CONFIG_INVALID when four ports are guarded already. */
MV_MUST_USE mv_status rpc_accept_guard_open(uint16_t port, uint32_t max_connections, uint32_t max_per_peer);
/* The next connection to `port` from `source_port` of the same address is let in whatever the caps say, and not
 * counted. */
void rpc_accept_guard_expect(uint16_t port, uint16_t source_port);
void rpc_accept_guard_close(uint16_t port);

#endif
