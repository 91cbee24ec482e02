#include "meter_life.h"

#include <string.h>

#include "meter_print.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "record.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__meter_service__descriptor;

/* What `meter provision` is told. */
struct provision {
    const char *domain, *mac, *enc, *epoch, *card, *card_area;
};

static int read_records(const struct cli *cli, const struct provision *given, Metervault__V1__RecordKeys *keys)
{
    uint64_t mac;
    uint64_t enc;
    uint64_t epoch;
    if (!cli_number(given->mac, 1, UINT8_MAX, &mac) || !cli_number(given->enc, 1, UINT8_MAX, &enc))
        return cli_usage(cli, "--mac-version and --enc-version are numbers from 1 to 255");
    if (!cli_number(given->epoch, 0, UINT16_MAX, &epoch))
        return cli_usage(cli, "--epoch is a number from 0 to 65535");
    keys->domain = (char *)given->domain;
    keys->mac_version = (uint32_t)mac;
    keys->enc_version = (uint32_t)enc;
    keys->installation_epoch = (uint32_t)epoch;
    return CLI_DONE;
}

static int read_cards(const struct cli *cli, const struct provision *given, Metervault__V1__CardKeys *keys)
{
    uint64_t card = 0;
    uint64_t area = 0;
    if (given->card == NULL && given->card_area != NULL)
        return cli_usage(cli, "--card-area goes with --card");
    if (given->card != NULL && !cli_number(given->card, 1, UINT8_MAX, &card))
        return cli_usage(cli, "--card is the version of the master card-meter, 1 to 255");
    if (given->card_area != NULL && !cli_number(given->card_area, 1, UINT8_MAX, &area))
        return cli_usage(cli, "--card-area is the version of the master card-area, 1 to 255");
    keys->key_version = (uint32_t)card;
    keys->area_version = (uint32_t)area;
    return CLI_DONE;
}

int meter_provision(struct cli *cli, int argc, char **argv)
{
    struct provision given = {.mac = "1", .enc = "1", .epoch = "0"};
    int first;
    int code;
    const struct cli_option options[] = {
        {.name = "domain", .text = &given.domain},   {.name = "mac-version", .text = &given.mac},
        {.name = "enc-version", .text = &given.enc}, {.name = "epoch", .text = &given.epoch},
        {.name = "card", .text = &given.card},       {.name = "card-area", .text = &given.card_area}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || given.domain == NULL)
        return cli_usage(cli, "provision needs one meter PAN and --domain");
    Metervault__V1__ProvisionMeterRequest request = METERVAULT__V1__PROVISION_METER_REQUEST__INIT;
    Metervault__V1__RecordKeys records = METERVAULT__V1__RECORD_KEYS__INIT;
    Metervault__V1__CardKeys cards = METERVAULT__V1__CARD_KEYS__INIT;
    code = read_records(cli, &given, &records);
    if (code == CLI_DONE)
        code = read_cards(cli, &given, &cards);
    if (code != CLI_DONE)
        return code;
    request.meter_pan = argv[first];
    request.record_keys = &records;
    request.card_keys = cards.key_version != 0 ? &cards : NULL;
    ProtobufCMessage *answer = cli_ask(cli, service, "ProvisionMeter", &request.base, &code);
    return meter_show_answer(cli, answer, code);
}

int meter_state(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    int state = argc - first == 2 ? record_enum(&metervault__v1__meter_state__descriptor, "", argv[first + 1]) : -1;
    if (state < 0)
        return cli_usage(cli, "state needs a meter PAN and one of provisioned, active, suspended, retired");
    if (state == METERVAULT__V1__METER_STATE__RETIRED) {
        code = cli_confirm(cli, yes, "A retired meter is never used again.");
        if (code != CLI_DONE)
            return code;
    }
    Metervault__V1__SetMeterStateRequest request = METERVAULT__V1__SET_METER_STATE_REQUEST__INIT;
    request.meter_pan = argv[first];
    request.state = (Metervault__V1__MeterState)state;
    ProtobufCMessage *answer = cli_ask(cli, service, "SetMeterState", &request.base, &code);
    return meter_show_answer(cli, answer, code);
}

int meter_record_keys(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    bool taken = argc - first == 2 && strcmp(argv[first + 1], "taken") == 0;
    if (argc - first != 2 || (!taken && strcmp(argv[first + 1], "not-taken") != 0))
        return cli_usage(cli, "record-keys needs a meter PAN and taken or not-taken");
    code =
        cli_confirm(cli, yes, "A return of the meter is the better proof: records under other keys are refused by it.");
    if (code != CLI_DONE)
        return code;
    Metervault__V1__ConfirmRecordKeysRequest request = METERVAULT__V1__CONFIRM_RECORD_KEYS_REQUEST__INIT;
    request.meter_pan = argv[first];
    request.taken = taken;
    ProtobufCMessage *answer = cli_ask(cli, service, "ConfirmRecordKeys", &request.base, &code);
    return meter_show_answer(cli, answer, code);
}
