/* One client's connection inside a worker: bytes in, whole frames to the service, answers out. */
#ifndef MV_HSMD_CONNECTION_H
#define MV_HSMD_CONNECTION_H

#include "hsmd/service.h"

struct hsmd_connection {
    int fd;         /* -1: free */
    uint32_t owner; /* of its slots; never 0, never used twice */
    bool greeted;
    size_t used;
    uint8_t *in; /* HSMD_FRAME_HEAD + HSMD_FRAME_MAX bytes */
};

MV_MUST_USE mv_status hsmd_connection_open(struct hsmd_connection *connection, int fd, uint32_t owner);
void hsmd_connection_close(struct hsmd_connection *connection, struct hsmd_service *service);

/* Reads once and answers every whole frame; `out` has HSMD_FRAME_HEAD + HSMD_FRAME_MAX bytes. Each request must end
 * within `timeout_s`, or SIGALRM ends the process. False: the connection must be closed. */
bool hsmd_connection_serve(struct hsmd_connection *connection, struct hsmd_service *service, uint8_t *out,
                           unsigned timeout_s);

#endif
