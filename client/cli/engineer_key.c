#include <stdio.h>
#include <string.h>

#include "engineer.h"
#include "key_options.h"
#include "meter_print.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "token_digits.h"

static const ProtobufCServiceDescriptor *const meters = &metervault__v1__meter_service__descriptor;

/* ---- key-change ---- */
int engineer_key_change(struct cli *cli, int argc, char **argv)
{
    struct engineer_order given = {0};
    struct key_options named = {0};
    struct key_named key;
    bool with_sgc = false;
    int first;
    int code;
    struct cli_option options[ENGINEER_OPTIONS + KEY_OPTIONS + 1] = {
        [ENGINEER_OPTIONS + KEY_OPTIONS] = {.name = "with-sgc", .flag = &with_sgc}};
    engineer_options(&given, options);
    key_options(&named, options + ENGINEER_OPTIONS);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc || given.special)
        return cli_usage(cli, "key changes have no time: '%s' does not go with them",
                         given.special ? "--special" : argv[first]);
    code = key_from_options(cli, &named, &key);
    if (code == CLI_DONE)
        code = engineer_complete(cli, &given);
    if (code != CLI_DONE)
        return code;
    Metervault__V1__KeyTarget to = METERVAULT__V1__KEY_TARGET__INIT;
    to.supply_group_code = (char *)key.sgc;
    to.key_revision_number = key.krn;
    to.key_type = key.kt;
    to.with_supply_group = with_sgc;
    if (key.has_ti) {
        to.tariff_case = METERVAULT__V1__KEY_TARGET__TARIFF_TARIFF_INDEX;
        to.tariff_index = key.ti;
    }
    Metervault__V1__IssueKeyChangeRequest request = METERVAULT__V1__ISSUE_KEY_CHANGE_REQUEST__INIT;
    Metervault__V1__BatchItem order = METERVAULT__V1__BATCH_ITEM__INIT;
    request.request_id = (char *)given.request_id;
    request.terminal_id = (char *)cli->terminal;
    request.meter_pan = (char *)given.meter;
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    request.to = &to;
    order.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_KEY_CHANGE;
    order.key_change = &request;
    char question[160];
    (void)snprintf(question, sizeof question,
                   "Meter %s gets another key. Once the tokens are typed, tokens under the old key are lost.",
                   given.meter);
    return engineer_issue(cli, &given, question, &order);
}

/* ---- assign-key ---- */
int engineer_assign_key(struct cli *cli, int argc, char **argv)
{
    const char *meter = NULL;
    bool none = false;
    struct key_options named = {0};
    struct key_named key;
    int first;
    int code;
    struct cli_option options[KEY_OPTIONS + 2] = {[KEY_OPTIONS] = {.name = "meter", .text = &meter},
                                                  {.name = "none", .flag = &none}};
    key_options(&named, options);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc || meter == NULL || !meter_pan_valid(meter))
        return cli_usage(cli, "assign-key needs --meter with a PAN of 18 digits");
    code = key_from_options(cli, &named, &key);
    if (code != CLI_DONE)
        return code;
    bool said = key.sgc[0] != '\0' || key.krn != 0 || key.has_ti || key.kt != 0;
    if (said == none)
        return cli_usage(cli, "say which key is wanted with --sgc, --krn, --ti or --kt; or --none");
    Metervault__V1__WantedKey wanted = METERVAULT__V1__WANTED_KEY__INIT;
    wanted.supply_group_code = (char *)key.sgc;
    wanted.key_revision_number = key.krn;
    wanted.key_type = key.kt;
    if (key.has_ti) {
        wanted.tariff_case = METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX;
        wanted.tariff_index = key.ti;
    }
    Metervault__V1__AssignKeyRequest request = METERVAULT__V1__ASSIGN_KEY_REQUEST__INIT;
    request.meter_pan = (char *)meter;
    request.wanted = none ? NULL : &wanted;
    ProtobufCMessage *answer = cli_ask(cli, meters, "AssignKey", &request.base, &code);
    return meter_show_answer(cli, answer, code);
}

/* ---- confirm-key ---- */
struct confirmation {
    const char *meter, *token;
    char *const *groups; /* what stands behind the options: the rest of a token that was not quoted */
    int group_count;
    struct key_options shown;
    bool yes;
};

static int ask_confirmation(struct cli *cli, const Metervault__V1__ConfirmKeyChangeRequest *request)
{
    int code = CLI_DONE;
    /* not repeated: a second confirmation would find nothing that waits */
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    if (!mv_client_call(client, meters, "ConfirmKeyChange", &request->base, false, &answer, &error))
        code = cli_report(cli, &error);
    code = meter_show_answer(cli, answer, code);
    mv_client_close(client);
    return code;
}

static int send_confirmation(struct cli *cli, const struct confirmation *given)
{
    char digits[TOKEN_DIGITS];
    struct key_named key;
    Metervault__V1__KeyReading reading = METERVAULT__V1__KEY_READING__INIT;
    Metervault__V1__ConfirmKeyChangeRequest request = METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__INIT;
    request.meter_pan = (char *)given->meter;
    if (given->token != NULL) {
        if (!token_digits(given->token, given->group_count, given->groups, digits))
            return cli_usage(cli, "--token has 20 digits");
        request.proof_case = METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__PROOF_ACCEPTED_TOKEN;
        request.accepted_token = digits;
        return ask_confirmation(cli, &request);
    }
    int code = key_from_options(cli, &given->shown, &key);
    if (code != CLI_DONE)
        return code;
    if (key.krn == 0 || !key.has_ti || key.kt != 0)
        return cli_usage(cli, "a reading is --krn and --ti as the meter shows them, and --sgc when it shows that");
    reading.key_revision_number = key.krn;
    reading.tariff_index = key.ti;
    if (key.sgc[0] != '\0') {
        reading.shown_case = METERVAULT__V1__KEY_READING__SHOWN_SUPPLY_GROUP_CODE;
        reading.supply_group_code = (char *)key.sgc;
    }
    request.proof_case = METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__PROOF_READING;
    request.reading = &reading;
    code = cli_confirm(cli, given->yes, "The server will take it that the meter holds the key that it shows.");
    return code == CLI_DONE ? ask_confirmation(cli, &request) : code;
}

int engineer_confirm_key(struct cli *cli, int argc, char **argv)
{
    struct confirmation given = {0};
    int first;
    int code;
    struct cli_option options[KEY_OPTIONS + 3] = {[KEY_OPTIONS] = {.name = "meter", .text = &given.meter},
                                                  {.name = "token", .text = &given.token},
                                                  {.name = "yes", .flag = &given.yes}};
    key_options(&given.shown, options);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if ((first < argc && given.token == NULL) || given.meter == NULL || !meter_pan_valid(given.meter))
        return cli_usage(cli, "confirm-key needs --meter with a PAN of 18 digits");
    bool reading = given.shown.sgc != NULL || given.shown.krn != NULL || given.shown.ti != NULL;
    if (reading == (given.token != NULL))
        return cli_usage(cli, "give --token, or what the meter shows: --krn and --ti");
    given.groups = argv + first;
    given.group_count = argc - first;
    return send_confirmation(cli, &given);
}
