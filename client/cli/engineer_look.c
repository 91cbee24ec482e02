#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engineer.h"
#include "exposed.h"
#include "key_options.h"
#include "management.h"
#include "meter_print.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "quantity.h"
#include "sale_print.h"
#include "token_digits.h"

/* ---- verify ---- */
static void print_foreign(const Metervault__V1__ForeignToken *token)
{
    char text[MANAGEMENT_TEXT];
    (void)puts("Not issued here, but the meter's key opens it:");
    (void)printf("Class    %" PRIu32 ", subclass %" PRIu32 "\n", token->token_class, token->token_subclass);
    if (token->token_identifier != 0)
        (void)printf("TID      %" PRIu32 "\n", token->token_identifier);
    if (token->quantity != NULL) {
        quantity_text(token->quantity, text);
        (void)printf("Credit   %s\n", text);
    }
    if (token->management != NULL) {
        management_text(token->management, text);
        (void)printf("Order    %s\n", text);
    }
    if (token->key_section != 0)
        (void)printf("Key      section %" PRIu32 " of a key change\n", token->key_section);
}

static int print_verified(const struct cli *cli, const Metervault__V1__VerifyResponse *answer)
{
    if (cli->json)
        return cli_print_json(cli_message_json(&answer->base));
    if (answer->foreign != NULL)
        print_foreign(answer->foreign);
    if (answer->issued == NULL)
        return cli_flush();
    (void)printf("Issued here: token %" PRIu32 " of %zu\n", answer->position + 1, answer->issued->n_tokens);
    return sale_print(cli, answer->issued);
}

int engineer_verify(struct cli *cli, int argc, char **argv)
{
    const char *meter = NULL;
    char digits[TOKEN_DIGITS];
    int first;
    int code;
    const struct cli_option options[] = {{.name = "meter", .text = &meter}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (meter == NULL || !meter_pan_valid(meter) || first == argc ||
        !token_digits(argv[first], argc - first - 1, argv + first + 1, digits))
        return cli_usage(cli, "verify needs --meter and the 20 digits, or - to read them from standard input");
    Metervault__V1__VerifyRequest request = METERVAULT__V1__VERIFY_REQUEST__INIT;
    request.meter_pan = (char *)meter;
    request.digits = digits;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    /* not repeated: a wrong token counts each time */
    if (mv_client_call(client, &metervault__v1__token_service__descriptor, "Verify", &request.base, false, &answer,
                       &error))
        code = print_verified(cli, (const Metervault__V1__VerifyResponse *)answer);
    else
        code = cli_report(cli, &error);
    if (answer != NULL)
        protobuf_c_message_free_unpacked(answer, NULL);
    mv_client_close(client);
    return code;
}

/* ---- history ---- */
int engineer_history(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || !meter_pan_valid(argv[first]))
        return cli_usage(cli, "history needs one meter PAN of 18 digits");
    Metervault__V1__GetMeterHistoryRequest request = METERVAULT__V1__GET_METER_HISTORY_REQUEST__INIT;
    request.meter_pan = argv[first];
    ProtobufCMessage *answer =
        cli_ask(cli, &metervault__v1__meter_service__descriptor, "GetMeterHistory", &request.base, &code);
    if (answer == NULL)
        return code;
    const Metervault__V1__MeterHistory *history = (const Metervault__V1__MeterHistory *)answer;
    for (size_t i = 0; !cli->json && i < history->n_keys; i++) {
        const Metervault__V1__MeterKeyRecord *record = history->keys[i];
        char when[SALE_TIME_TEXT];
        char key[SALE_KEY_TEXT] = "-";
        sale_time_text(record->since_unix_s, when);
        if (record->key != NULL)
            sale_key_text(record->key, key);
        (void)printf("%s  %-9s  %s%s\n", when,
                     enum_name(&metervault__v1__key_record_state__descriptor, (int)record->state), key,
                     record->rollover ? "  rollover" : "");
    }
    code = cli->json ? cli_print_json(cli_message_json(answer)) : cli_flush();
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}

/* ---- exposed ---- */
int engineer_exposed(struct cli *cli, int argc, char **argv)
{
    struct key_options named = {0};
    struct key_named key;
    int first;
    int code;
    struct cli_option options[KEY_OPTIONS];
    key_options(&named, options);
    if (!cli_parse(cli, options, KEY_OPTIONS, argc, argv, &first, &code))
        return code;
    code = key_from_options(cli, &named, &key);
    if (code != CLI_DONE)
        return code;
    if (first < argc || key.sgc[0] == '\0' || key.krn == 0 || key.has_ti)
        return cli_usage(cli, "exposed needs --sgc and --krn of the vending key, and --kt unless it is 2");
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    json_t *object = NULL;
    code = exposed_list(cli, client, key.sgc, key.krn, key.kt, &object);
    mv_client_close(client);
    return code == CLI_DONE && cli->json ? cli_print_json(object) : code;
}
