#include "order_id.h"

#include "journal.h"

int order_id_complete(const struct cli *cli, const char **given, char fresh[MV_REQUEST_ID_SIZE])
{
    if (*given == NULL) {
        if (!mv_client_request_id(fresh))
            return cli_usage(cli, "the system gives no random numbers for a request id");
        *given = fresh;
    }
    if (!journal_id_valid(*given, 64))
        return cli_usage(cli, "--request-id has 1 to 64 letters, digits, '.', '_', '-'");
    return CLI_DONE;
}
