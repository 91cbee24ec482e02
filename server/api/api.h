/* The protocol's services on top of the domain: one file per service. Each handler converts, calls the domain, answers;
 * rules and rights are the domain's. Knows nothing of SQL or PKCS#11. */
#ifndef MV_API_API_H
#define MV_API_API_H

#include "rpc/rpc.h"
#include "vending/vending.h"

enum { API_SERVICES = 11 };
enum { API_BATCH_ORDERS = 4 * 256 }; /* that one batch may have waiting in the domain's queue */

/* `vend` and `services` outlive the server that they are given to. */
void api_services(struct vend *vend, struct rpc_service services[API_SERVICES]);

/* rpc_options.refused: has the runtime's own refusals audited; `vend` is refused_self. */
void api_refused(void *vend, const char *principal, const char *path, mv_status status);

#endif
