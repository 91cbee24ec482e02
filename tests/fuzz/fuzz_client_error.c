/* What a server puts into grpc-status-details-bin and the message: the client shows printable text, always terminated.
 */
#include <stdlib.h>
#include <string.h>

#include "error.h"

static void require_printable(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    if (length == size)
        abort();
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mv_client_error error;
    size_t message = size < 16 ? size : 16;
    mv_error_decode(&error, 9, data, message, data + message, size - message);
    require_printable(error.reason, sizeof error.reason);
    require_printable(error.message, sizeof error.message);
    if (error.metadata_count > sizeof error.metadata / sizeof error.metadata[0])
        abort();
    for (size_t i = 0; i < error.metadata_count; i++) {
        require_printable(error.metadata[i].key, sizeof error.metadata[i].key);
        require_printable(error.metadata[i].value, sizeof error.metadata[i].value);
    }
    return 0;
}
