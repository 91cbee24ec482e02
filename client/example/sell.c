/* A whole front-end: sells 25.6 kWh and prints the digits. The request id is written to a file before the sale and the
 * file is removed after the digits are printed: when it is still there at the start, the last run never got its answer.
 *
 *     sell HOST:PORT CA.pem NAME.pem NAME.key METER-PAN */
#include <stdio.h>
#include <unistd.h>

#include "sale.h"

static const char pending_file[] = "pending-sale";

/* The id of the sale whose answer never arrived, or a fresh one, stored first. */
static bool take_request_id(char id[MV_REQUEST_ID_SIZE])
{
    FILE *file = fopen(pending_file, "r");
    if (file != NULL) {
        bool read = fgets(id, MV_REQUEST_ID_SIZE, file) != NULL;
        return fclose(file) == 0 && read;
    }
    if (!mv_client_request_id(id) || (file = fopen(pending_file, "w")) == NULL)
        return false;
    bool stored = fputs(id, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    return fclose(file) == 0 && stored;
}

/* All of them, in their order: a key change may stand in front of the credit. A set that was given out before may be in
 * the meter already, which then takes it for wrong entries; so the last token comes first. */
static void print_tokens(const Metervault__V1__IssuedTokens *answer)
{
    for (size_t i = 0; i < answer->n_tokens; i++)
        (void)printf("%-10s  %s\n", answer->tokens[i]->token_class == 2 ? "key change" : "credit",
                     answer->tokens[i]->digits);
    if (answer->key_change != NULL && answer->key_change->confirmed)
        (void)puts("The key change is in the meter already: type only the last token.");
    else if (answer->key_change != NULL && answer->key_change->resent)
        (void)puts("Type the last token first; only if the meter refuses it, type all of them in this order.");
}

static int sell(struct mv_client *client, const char *meter_pan)
{
    char request_id[MV_REQUEST_ID_SIZE];
    if (!take_request_id(request_id))
        return 1;
    const struct mv_sale sale = {
        .request_id = request_id, .terminal = "kiosk7", .meter_pan = meter_pan, .unit = MV_SALE_WH, .amount = 25600};
    Metervault__V1__IssuedTokens *answer;
    struct mv_client_error error;
    switch (mv_client_sell(client, &sale, &answer, &error)) {
    case MV_SALE_DONE:
        print_tokens(answer);
        mv_sale_free(answer);
        return remove(pending_file) == 0 ? 0 : 1;
    case MV_SALE_REFUSED:
        (void)fprintf(stderr, "%s\n", error.message);
        (void)remove(pending_file);
        return 1;
    case MV_SALE_UNKNOWN:
        (void)fprintf(stderr, "%s\nRun me again: the same sale is taken up, never sold twice.\n", error.message);
        return 3;
    }
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fprintf(stderr, "usage: %s HOST:PORT CA.pem NAME.pem NAME.key METER-PAN\n", argv[0]);
        return 2;
    }
    const struct mv_client_options options = {
        .server = argv[1], .ca_file = argv[2], .certificate_file = argv[3], .key_file = argv[4]};
    struct mv_client_error error;
    struct mv_client *client = mv_client_open(&options, &error);
    if (client == NULL) {
        (void)fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    int code = sell(client, argv[5]);
    mv_client_close(client);
    return code;
}
