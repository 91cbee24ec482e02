/* Internal: fills struct mv_client_error. */
#ifndef MV_CLIENT_ERROR_H
#define MV_CLIENT_ERROR_H

#include "base/status.h"
#include "metervault.h"

/* A failure that this side found; message is the reason's own text, then `about` unless NULL. */
void mv_error_local(struct mv_client_error *error, enum mv_reason reason, const char *about);

/* From what the server sent. `details` is the value of grpc-status-details-bin, NULL when absent; garbage counts as
 * absent. */
void mv_error_decode(struct mv_client_error *error, int grpc_status, const void *message, size_t message_size,
                     const uint8_t *details, size_t details_size);

/* Copies printable ASCII, '?' for the rest; cut to size, terminated. */
void mv_error_text(char *to, size_t size, const void *from, size_t length);

#endif
