/* What each kind of record asks of the person. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quantity.h"
#include "record.h"

/* Reads the options and RECORD_OPTIONS of them. */
static bool parse(struct cli *cli, struct record_given *given, struct cli_option *options, size_t own, int argc,
                  char **argv, int *first, int *code)
{
    record_options(given, options + own);
    if (!cli_parse(cli, options, own + RECORD_OPTIONS, argc, argv, first, code))
        return false;
    *code = record_complete(cli, given);
    return *code == CLI_DONE;
}

/* ---- purchase ---- */

int record_purchase(struct cli *cli, int argc, char **argv)
{
    enum { OWN = 3 };
    struct record_given given = {0};
    struct quantity_options amount = {{NULL}};
    const char *kind = "purchase";
    const char *client = "";
    const char *arrears = "0";
    struct cli_option options[QUANTITY_UNITS + OWN + RECORD_OPTIONS] = {
        {.name = "kind", .text = &kind}, {.name = "client", .text = &client}, {.name = "arrears", .text = &arrears}};
    int first;
    int code;
    uint64_t debt;
    enum mv_sale_unit unit;
    int64_t value;
    quantity_options(&amount, options + OWN);
    if (!parse(cli, &given, options, QUANTITY_UNITS + OWN, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    code = quantity_from_options(cli, &amount, &unit, &value);
    if (code != CLI_DONE)
        return code;
    if (!cli_number(arrears, 0, INT64_MAX, &debt))
        return cli_usage(cli, "--arrears is a whole number");
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    int known = record_enum(&metervault__v1__purchase_kind__descriptor, "", kind);
    if (known < 0)
        return cli_usage(cli, "--kind is open-account, purchase or replacement");
    mv_sale_quantity(unit, value, &quantity);
    purchase.quantity = &quantity;
    purchase.kind = (Metervault__V1__PurchaseKind)known;
    purchase.client_number = (char *)client;
    purchase.arrears_added = (int64_t)debt;
    request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_PURCHASE;
    request.purchase = &purchase;
    return record_issue(cli, &given, NULL, &request);
}

int record_void(struct cli *cli, int argc, char **argv)
{
    struct record_given given = {0};
    struct cli_option options[RECORD_OPTIONS];
    uint64_t number;
    int first;
    int code;
    if (!parse(cli, &given, options, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || !cli_number(argv[first], 1, UINT32_MAX, &number))
        return cli_usage(cli, "void needs the sequence number of one purchase");
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    purchase.kind = METERVAULT__V1__PURCHASE_KIND__REPLACEMENT;
    purchase.voids = (uint32_t)number;
    request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_PURCHASE;
    request.purchase = &purchase;
    return record_issue(cli, &given, "From now on no record brings that purchase to the meter.", &request);
}

/* ---- parameters ---- */

bool record_parameter(const char *text, Metervault__V1__ParameterValue *value)
{
    char name[32];
    const char *equals = strchr(text, '=');
    char *end = NULL;
    size_t length = equals == NULL ? 0 : (size_t)(equals - text);
    if (length == 0 || length >= sizeof name)
        return false;
    memcpy(name, text, length);
    name[length] = '\0';
    int known = record_enum(&metervault__v1__parameter__descriptor, "", name);
    errno = 0;
    value->value = strtoll(equals + 1, &end, 10);
    value->parameter = (Metervault__V1__Parameter)known;
    return known > 0 && errno == 0 && end != equals + 1 && *end == '\0';
}

int record_set(struct cli *cli, int argc, char **argv)
{
    struct record_given given = {0};
    struct cli_option options[RECORD_OPTIONS];
    Metervault__V1__ParameterValue values[RECORD_VALUES];
    Metervault__V1__ParameterValue *pointers[RECORD_VALUES];
    int first;
    int code;
    if (!parse(cli, &given, options, 0, argc, argv, &first, &code))
        return code;
    if (first == argc || argc - first > RECORD_VALUES)
        return cli_usage(cli, "say what to set: NAME=VALUE, at most %d", RECORD_VALUES);
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    Metervault__V1__ParameterRecord record = METERVAULT__V1__PARAMETER_RECORD__INIT;
    for (int i = first; i < argc; i++) {
        Metervault__V1__ParameterValue *value = &values[i - first];
        metervault__v1__parameter_value__init(value);
        if (!record_parameter(argv[i], value))
            return cli_usage(cli, "'%s' is not NAME=VALUE with a known name and a whole number", argv[i]);
        pointers[i - first] = value;
    }
    record.n_values = (size_t)(argc - first);
    record.values = pointers;
    request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_PARAMETERS;
    request.parameters = &record;
    return record_issue(cli, &given, NULL, &request);
}

/* ---- control ---- */

bool record_clear(const char *text, Metervault__V1__Clear *clear)
{
    const struct {
        const char *name;
        protobuf_c_boolean *flag;
    } flags[] = {{"current", &clear->current},
                 {"months", &clear->months},
                 {"purchases", &clear->purchases},
                 {"credit", &clear->credit},
                 {"events", &clear->events}};
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        bool known = false;
        for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
            if (strlen(flags[i].name) == length && strncmp(flags[i].name, text, length) == 0) {
                *flags[i].flag = true;
                known = true;
            }
        if (!known)
            return false;
        text += length + (text[length] == ',');
    }
    return true;
}

static bool read_time(const char *text, int64_t *time_unix_s)
{
    uint64_t number = 0;
    if (strcmp(text, "now") == 0) {
        *time_unix_s = (int64_t)time(NULL);
        return true;
    }
    *time_unix_s = cli_number(text, 1, UINT32_MAX, &number) ? (int64_t)number : 0;
    return *time_unix_s != 0;
}

/* What the meter cannot be talked out of again. */
static const char *question_of(Metervault__V1__Command command)
{
    switch (command) {
    case METERVAULT__V1__COMMAND__RESET:
        return "The meter forgets account and sequence numbers, and gets the keys of a new installation.";
    case METERVAULT__V1__COMMAND__CLEAR:
        return "What is cleared in the meter cannot be brought back.";
    case METERVAULT__V1__COMMAND__RETIRE:
        return "The meter forgets all its keys, for ever, and opens its switch.";
    default:
        return NULL;
    }
}

int record_control(struct cli *cli, int argc, char **argv)
{
    struct record_given given = {0};
    const char *clear_text = NULL;
    const char *time_text = NULL;
    Metervault__V1__Clear clear = METERVAULT__V1__CLEAR__INIT;
    Metervault__V1__ControlRecord control = METERVAULT__V1__CONTROL_RECORD__INIT;
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    bool in_session = false;
    bool abandon = false;
    struct cli_option options[4 + RECORD_OPTIONS] = {{.name = "clear", .text = &clear_text},
                                                     {.name = "time", .text = &time_text},
                                                     {.name = "in-read-session", .flag = &in_session},
                                                     {.name = "abandon-unread", .flag = &abandon}};
    int first;
    int code;
    if (!parse(cli, &given, options, 4, argc, argv, &first, &code))
        return code;
    int command = argc - first == 1 ? record_enum(&metervault__v1__command__descriptor, "", argv[first]) : -1;
    if (command < 0)
        return cli_usage(cli, "say one command: reset, clear, open-switch, close-switch, clear-tamper, leave-control, "
                              "enter-control, retire or set-time");
    control.command = (Metervault__V1__Command)command;
    control.in_read_session = in_session;
    control.abandon_unread = abandon;
    if (clear_text != NULL && !record_clear(clear_text, &clear))
        return cli_usage(cli, "--clear is a list of current, months, purchases, credit, events");
    control.clear = clear_text != NULL ? &clear : NULL;
    if (time_text != NULL && !read_time(time_text, &control.time_unix_s))
        return cli_usage(cli, "--time is now or Unix seconds");
    request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_CONTROL;
    request.control = &control;
    return record_issue(cli, &given, question_of(control.command), &request);
}

/* ---- read request, key update ---- */

int record_read(struct cli *cli, int argc, char **argv)
{
    struct record_given given = {0};
    const char *want = NULL;
    const char *from = "0";
    uint64_t number;
    struct cli_option options[2 + RECORD_OPTIONS] = {{.name = "want", .text = &want}, {.name = "from", .text = &from}};
    int first;
    int code;
    if (!parse(cli, &given, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    int wanted = want == NULL ? 0 : record_enum(&metervault__v1__wanted__descriptor, "want-", want);
    if (wanted < 0)
        return cli_usage(cli, "--want is events, rates, phases or frozen-month");
    if (!cli_number(from, 0, UINT8_MAX, &number))
        return cli_usage(cli, "--from is a number from 0 to 255");
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    Metervault__V1__ReadRequestRecord read = METERVAULT__V1__READ_REQUEST_RECORD__INIT;
    read.wanted = (Metervault__V1__Wanted)wanted;
    read.from = (uint32_t)number;
    request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_READ;
    request.read = &read;
    return record_issue(cli, &given, NULL, &request);
}

int record_key_update(struct cli *cli, int argc, char **argv)
{
    struct record_given given = {0};
    const char *mac = "0";
    const char *enc = "0";
    uint64_t mac_version;
    uint64_t enc_version;
    struct cli_option options[2 + RECORD_OPTIONS] = {{.name = "mac-version", .text = &mac},
                                                     {.name = "enc-version", .text = &enc}};
    int first;
    int code;
    if (!parse(cli, &given, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (!cli_number(mac, 0, UINT8_MAX, &mac_version) || !cli_number(enc, 0, UINT8_MAX, &enc_version))
        return cli_usage(cli, "--mac-version and --enc-version are numbers from 1 to 255");
    if (mac_version == 0 && enc_version == 0)
        return cli_usage(cli, "--mac-version or --enc-version is needed");
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    Metervault__V1__KeyUpdateRecord update = METERVAULT__V1__KEY_UPDATE_RECORD__INIT;
    update.mac_version = (uint32_t)mac_version;
    update.enc_version = (uint32_t)enc_version;
    request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_KEY_UPDATE;
    request.key_update = &update;
    return record_issue(cli, &given, NULL, &request);
}
