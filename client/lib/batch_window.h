/* Internal: the requests of a batch that are not answered yet, packed, so that they can be sent again. */
#ifndef MV_CLIENT_BATCH_WINDOW_H
#define MV_CLIENT_BATCH_WINDOW_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"

struct mv_window_request {
    uint8_t *bytes; /* a packed IssueBatchRequest */
    size_t size;
    size_t room;
    unsigned items;
    bool sent; /* on the present stream */
};

struct mv_window {
    struct mv_window_request requests[MV_BATCH_WINDOW];
    unsigned first;
    unsigned count;
};

bool mv_window_full(const struct mv_window *window);
/* A new, empty request at the end; the window must not be full. */
struct mv_window_request *mv_window_add(struct mv_window *window);
/* Takes the last request back. */
void mv_window_drop_last(struct mv_window *window);
/* False when memory ran out; then the request is as before. */
bool mv_window_append(struct mv_window_request *request, const Metervault__V1__BatchItem *order);
/* The first that is not sent, NULL when all are. */
struct mv_window_request *mv_window_unsent(struct mv_window *window);
/* The oldest, NULL when the window is empty. */
struct mv_window_request *mv_window_oldest(struct mv_window *window);
void mv_window_drop_oldest(struct mv_window *window);
/* For a new stream: nothing is sent. */
void mv_window_unsend(struct mv_window *window);
void mv_window_free(struct mv_window *window);

#endif
