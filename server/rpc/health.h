/* grpc.health.v1.Health. Check is answered inline without a lock; a Watch costs no thread: it lives in events. */
#ifndef MV_RPC_HEALTH_H
#define MV_RPC_HEALTH_H

#include "rpc/rpc.h"

struct rpc_health;

/* At once: of all, and of one principal. Callers without a principal share one such part. */
enum { RPC_HEALTH_MAX_WATCHERS = 64, RPC_HEALTH_WATCHERS_EACH = 8 };

/* Knows "" and the name of each of `services`, which outlive it. Not serving at first. */
MV_MUST_USE mv_status rpc_health_open(const struct rpc_service *services, size_t count, struct rpc_health **health);
void rpc_health_close(struct rpc_health *health);
const struct rpc_service *rpc_health_service(const struct rpc_health *health);

/* The whole server ("") or one service; an unknown name changes nothing. */
void rpc_health_set(struct rpc_health *health, const char *service, bool serves);
/* Tells the watchers that nothing is served any more, and ends them. */
void rpc_health_stop(struct rpc_health *health);
/* The library reported the end of this Watch call; ends its watcher if it still has one. */
void rpc_health_closed(struct rpc_call *call);

#endif
