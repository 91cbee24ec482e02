#include "meter_life.h"

#include <string.h>

#include "meter_print.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "record.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__meter_service__descriptor;

int meter_provision(struct cli *cli, int argc, char **argv)
{
    const char *domain = NULL;
    const char *mac = "1";
    const char *enc = "1";
    const char *epoch = "0";
    uint64_t numbers[3];
    int first;
    int code;
    const struct cli_option options[] = {{.name = "domain", .text = &domain},
                                         {.name = "mac-version", .text = &mac},
                                         {.name = "enc-version", .text = &enc},
                                         {.name = "epoch", .text = &epoch}};
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || domain == NULL)
        return cli_usage(cli, "provision needs one meter PAN and --domain");
    if (!cli_number(mac, 1, UINT8_MAX, &numbers[0]) || !cli_number(enc, 1, UINT8_MAX, &numbers[1]))
        return cli_usage(cli, "--mac-version and --enc-version are numbers from 1 to 255");
    if (!cli_number(epoch, 0, UINT16_MAX, &numbers[2]))
        return cli_usage(cli, "--epoch is a number from 0 to 65535");
    Metervault__V1__ProvisionMeterRequest request = METERVAULT__V1__PROVISION_METER_REQUEST__INIT;
    Metervault__V1__RecordKeys keys = METERVAULT__V1__RECORD_KEYS__INIT;
    keys.domain = (char *)domain;
    keys.mac_version = (uint32_t)numbers[0];
    keys.enc_version = (uint32_t)numbers[1];
    keys.installation_epoch = (uint32_t)numbers[2];
    request.meter_pan = argv[first];
    request.record_keys = &keys;
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
