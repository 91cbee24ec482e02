#include <inttypes.h>
#include <stdio.h>

#include "retry.h"
#include "tariff.h"
#include "tariff_file.h"
#include "vendor.h"

int vendor_desk_open(struct cli *cli, struct vendor_desk *desk)
{
    int code = CLI_DONE;
    desk->client = cli_connect(cli, &code);
    if (desk->client == NULL)
        return code;
    desk->office = tariff_ask_office(cli, desk->client, &code);
    if (desk->office == NULL)
        mv_client_close(desk->client);
    return code;
}

void vendor_desk_close(struct vendor_desk *desk)
{
    protobuf_c_message_free_unpacked(&desk->office->base, NULL);
    mv_client_close(desk->client);
}

int vendor_desk_amount(const struct cli *cli, const struct vendor_desk *desk, const char *text, const char *option,
                       int64_t *value)
{
    *value = 0;
    if (text == NULL || tariff_decimal_read(text, desk->office->minor_digits, value))
        return CLI_DONE;
    return cli_usage(cli, "--%s is an amount of %s with up to %" PRIu32 " decimals", option, desk->office->currency,
                     desk->office->minor_digits);
}

void vendor_desk_print(const struct vendor_desk *desk, const char *name, int64_t amount)
{
    const unsigned digits = desk->office->minor_digits;
    char text[TARIFF_DECIMAL];
    (void)printf("%-22s %16s %s\n", name, tariff_decimal_text(amount, digits, digits, text), desk->office->currency);
}

ProtobufCMessage *vendor_desk_call(struct cli *cli, const struct vendor_desk *desk, const char *method,
                                   const ProtobufCMessage *request, const char *request_id, int *code)
{
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    *code = CLI_DONE;
    if (mv_client_call(desk->client, &metervault__v1__vendor_service__descriptor, method, request, true, &answer,
                       &error))
        return answer;
    *code = cli_report(cli, &error);
    if (request_id != NULL && mv_retry_outcome_open(&error))
        (void)fprintf(stderr,
                      "It is not known whether it was done. Repeat this command with --request-id %s: it is done once "
                      "at most.\n",
                      request_id);
    return NULL;
}
