/* What each session about one card asks of the person. */
#include <string.h>

#include "card_desk.h"
#include "key_options.h"
#include "quantity.h"
#include "record.h"

bool card_kind(const char *name, Metervault__V1__CardKind *kind)
{
    static const struct {
        const char *name;
        Metervault__V1__CardKind kind;
    } kinds[] = {{"user", METERVAULT__V1__CARD_KIND__USER},
                 {"preset", METERVAULT__V1__CARD_KIND__PRESET},
                 {"inspection", METERVAULT__V1__CARD_KIND__INSPECTION},
                 {"reset", METERVAULT__V1__CARD_KIND__RESET_CARD},
                 {"clear", METERVAULT__V1__CARD_KIND__CLEAR_CARD},
                 {"relay-test", METERVAULT__V1__CARD_KIND__RELAY_TEST},
                 {"key-update", METERVAULT__V1__CARD_KIND__KEY_UPDATE_CARD}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

int card_identify(struct cli *cli, int argc, char **argv)
{
    struct card_given given = {0};
    struct cli_option options[CARD_OPTIONS];
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    int first;
    int code;
    if (!card_parse(cli, &given, options, 0, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    begin.purpose = METERVAULT__V1__CARD_PURPOSE__IDENTIFY;
    return card_session(cli, &given, &begin);
}

static bool area_version(const struct cli *cli, const char *text, Metervault__V1__CardBegin *begin)
{
    uint64_t version = 0;
    if (text == NULL)
        return true;
    if (!cli_number(text, 1, UINT8_MAX, &version)) {
        (void)cli_usage(cli, "--area-version is a number from 1 to 255");
        return false;
    }
    begin->area_version = (uint32_t)version;
    return true;
}

int card_plain(struct cli *cli, int argc, char **argv)
{
    static const struct {
        const char *name;
        Metervault__V1__CardPurpose purpose;
        const char *question;
    } purposes[] = {
        {"read", METERVAULT__V1__CARD_PURPOSE__READ_BACK, NULL},
        {"collect", METERVAULT__V1__CARD_PURPOSE__COLLECT_ROUND, NULL},
        {"rekey", METERVAULT__V1__CARD_PURPOSE__REKEY, NULL},
        {"close", METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT, "The account is closed and the card emptied."}};
    struct card_given given = {0};
    const char *area = NULL;
    bool yes = false;
    struct cli_option options[2 + CARD_OPTIONS] = {{.name = "yes", .flag = &yes},
                                                   {.name = "area-version", .text = &area}};
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    size_t which = 0;
    int first;
    int code;
    while (strcmp(purposes[which].name, argv[0]) != 0)
        which++;
    if (!card_parse(cli, &given, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    begin.purpose = purposes[which].purpose;
    if (area != NULL && begin.purpose != METERVAULT__V1__CARD_PURPOSE__REKEY)
        return cli_usage(cli, "--area-version goes with rekey and personalise");
    if (!area_version(cli, area, &begin))
        return CLI_USAGE;
    if (purposes[which].question != NULL)
        code = cli_confirm(cli, yes, purposes[which].question);
    return code == CLI_DONE ? card_session(cli, &given, &begin) : code;
}

int card_personalise(struct cli *cli, int argc, char **argv)
{
    struct card_given given = {0};
    const char *kind = NULL;
    const char *meter = "";
    const char *domain = "";
    const char *area = NULL;
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    bool factory = false;
    struct cli_option options[5 + CARD_OPTIONS] = {{.name = "kind", .text = &kind},
                                                   {.name = "meter", .text = &meter},
                                                   {.name = "domain", .text = &domain},
                                                   {.name = "area-version", .text = &area},
                                                   {.name = "factory", .flag = &factory}};
    int first;
    int code;
    if (!card_parse(cli, &given, options, 5, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (factory == (kind != NULL))
        return cli_usage(cli, "give either --factory or --kind");
    if (kind != NULL && !card_kind(kind, &begin.kind))
        return cli_usage(cli, "--kind is user, preset, inspection, reset, clear, relay-test or key-update");
    if (*meter != '\0' && !meter_pan_valid(meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    if (!area_version(cli, area, &begin))
        return CLI_USAGE;
    begin.purpose = METERVAULT__V1__CARD_PURPOSE__PERSONALISE;
    begin.factory = factory;
    begin.meter_pan = (char *)meter;
    begin.domain = (char *)domain;
    return card_session(cli, &given, &begin);
}

int card_block(struct cli *cli, int argc, char **argv)
{
    struct card_given given = {0};
    const char *uid = NULL;
    const char *reason = NULL;
    struct cli_option options[2 + CARD_OPTIONS] = {{.name = "uid", .text = &uid}, {.name = "reason", .text = &reason}};
    Metervault__V1__CardBegin begin = METERVAULT__V1__CARD_BEGIN__INIT;
    int first;
    int code;
    if (!card_parse(cli, &given, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc || reason == NULL)
        return cli_usage(cli, "block needs --reason TEXT, and --uid for a card that is not here");
    if (uid != NULL) {
        Metervault__V1__BlockCardRequest request = METERVAULT__V1__BLOCK_CARD_REQUEST__INIT;
        request.uid = (char *)uid;
        request.reason = (char *)reason;
        return card_ask(cli, "BlockCard", &request.base);
    }
    begin.purpose = METERVAULT__V1__CARD_PURPOSE__BLOCK;
    begin.reason = (char *)reason;
    return card_session(cli, &given, &begin);
}
