/* TokenService.IssueBatch: many orders at once over one stream. Nothing is stored for the stream: every item has its
 * own request id, so whoever lost the connection sends again what was not answered. */
#ifndef MV_API_BATCH_H
#define MV_API_BATCH_H

#include "rpc/rpc.h"

enum {
    API_BATCH_ITEMS = 256, /* of one request */
    API_BATCH_WINDOW = 4,  /* requests that are read and not yet answered; the next one is left in the connection */
};

rpc_handler api_issue_batch;

#endif
