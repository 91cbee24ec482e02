#include <stdio.h>
#include <string.h>

#include "engineer.h"
#include "key_options.h"
#include "management.h"
#include "order_id.h"
#include "sale_print.h"

void engineer_options(struct engineer_order *given, struct cli_option *to)
{
    to[0] = (struct cli_option){.name = "meter", .text = &given->meter};
    to[1] = (struct cli_option){.name = "request-id", .text = &given->request_id};
    to[2] = (struct cli_option){.name = "yes", .flag = &given->yes};
    to[3] = (struct cli_option){.name = "special", .flag = &given->special};
}

int engineer_complete(const struct cli *cli, struct engineer_order *given)
{
    if (given->meter == NULL || !meter_pan_valid(given->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    if (cli_need_terminal(cli) != CLI_DONE)
        return CLI_USAGE;
    return order_id_complete(cli, &given->request_id, given->fresh_id);
}

int engineer_issue(struct cli *cli, const struct engineer_order *given, const char *question,
                   const Metervault__V1__BatchItem *order)
{
    int code = question != NULL ? cli_confirm(cli, given->yes, question) : CLI_DONE;
    struct mv_client *client = code == CLI_DONE ? cli_connect(cli, &code) : NULL;
    if (client == NULL)
        return code;
    Metervault__V1__IssuedTokens *answer;
    struct mv_client_error error;
    enum mv_sale_outcome outcome = mv_client_issue(client, order, &answer, &error);
    code = outcome == MV_SALE_DONE ? sale_print(cli, answer) : cli_report(cli, &error);
    if (outcome == MV_SALE_UNKNOWN)
        (void)fprintf(stderr,
                      "It is not known whether the token was issued. Repeat this command with --request-id %s:\n"
                      "it gives the same token, never a second one.\n",
                      given->request_id);
    mv_sale_free(answer);
    mv_client_close(client);
    return code;
}

/* ---- management ---- */
static int issue_management(struct cli *cli, const struct engineer_order *given, const struct management_action *action,
                            Metervault__V1__Management *management)
{
    Metervault__V1__IssueManagementRequest request = METERVAULT__V1__ISSUE_MANAGEMENT_REQUEST__INIT;
    Metervault__V1__BatchItem order = METERVAULT__V1__BATCH_ITEM__INIT;
    char text[MANAGEMENT_TEXT];
    char question[256];
    request.request_id = (char *)given->request_id;
    request.terminal_id = (char *)cli->terminal;
    request.meter_pan = (char *)given->meter;
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    request.management = management;
    request.special_reserved_token = given->special;
    order.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_MANAGEMENT;
    order.management = &request;
    management_text(management, text);
    (void)snprintf(question, sizeof question, "Meter %s: %s. What the token does in the meter cannot be taken back.",
                   given->meter, text);
    return engineer_issue(cli, given, action->final ? question : NULL, &order);
}

int engineer_management(struct cli *cli, int argc, char **argv)
{
    const struct management_action *action = management_find(argv[0]);
    struct engineer_order given = {0};
    const char *value = NULL;
    int first;
    int code;
    struct cli_option options[ENGINEER_OPTIONS + 1] = {0};
    size_t count = ENGINEER_OPTIONS;
    engineer_options(&given, options);
    if (action->option != NULL)
        options[count++] = (struct cli_option){.name = action->option, .text = &value};
    if (!cli_parse(cli, options, count, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    Metervault__V1__Management management;
    Metervault__V1__ExtendedToken extended;
    if (!management_parse(action, value, &management, &extended))
        return cli_usage(cli, "%s needs --%s: %s", action->name, action->option, action->value);
    code = engineer_complete(cli, &given);
    return code == CLI_DONE ? issue_management(cli, &given, action, &management) : code;
}

/* ---- test and display ---- */
struct test_options {
    const char *test, *control_bits, *extended_read, *manufacturer, *digits;
};

static bool hex(const char *text, uint64_t *value)
{
    enum { HEX_DIGITS = 9 }; /* 36 bits */
    size_t length = strlen(text);
    if (length == 0 || length > HEX_DIGITS || strspn(text, "0123456789abcdefABCDEF") != length)
        return false;
    *value = 0;
    for (const char *at = text; *at != '\0'; at++) {
        unsigned digit = *at <= '9' ? (unsigned)(*at - '0') : (unsigned)((*at | 0x20) - 'a') + 10;
        *value = *value << 4 | digit;
    }
    return *value != 0;
}

static int read_test(const struct cli *cli, const struct test_options *given, Metervault__V1__MeterTest *test)
{
    uint64_t number = 0;
    if ((given->test != NULL) + (given->control_bits != NULL) + (given->extended_read != NULL) != 1)
        return cli_usage(cli, "give one of --test, --control-bits and --extended-read");
    if (given->test != NULL) {
        if (!cli_number(given->test, 0, 18, &number))
            return cli_usage(cli, "--test is a number from 0 (all) to 18");
        test->what_case = METERVAULT__V1__METER_TEST__WHAT_TEST;
        test->test = (uint32_t)number;
    } else if (given->control_bits != NULL) {
        if (!hex(given->control_bits, &number))
            return cli_usage(cli, "--control-bits is hexadecimal, at most 36 bits, bit n - 1 for test n");
        test->what_case = METERVAULT__V1__METER_TEST__WHAT_CONTROL_BITS;
        test->control_bits = number;
    } else {
        if (!cli_number(given->extended_read, 0, 63, &number))
            return cli_usage(cli, "--extended-read is an index from 0 to 63");
        test->what_case = METERVAULT__V1__METER_TEST__WHAT_EXTENDED_INDEX;
        test->extended_index = (uint32_t)number;
    }
    number = 0;
    if (given->manufacturer != NULL && !cli_number(given->manufacturer, 0, 9999, &number))
        return cli_usage(cli, "--manufacturer is a code from 0 (any) to 9999");
    test->manufacturer_code = (uint32_t)number;
    if (given->digits != NULL && strcmp(given->digits, "2") != 0 && strcmp(given->digits, "4") != 0)
        return cli_usage(cli, "--manufacturer-digits is 2 or 4");
    if (given->digits != NULL)
        test->digits = given->digits[0] == '2' ? METERVAULT__V1__MANUFACTURER_DIGITS__TWO_DIGITS
                                               : METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS;
    return CLI_DONE;
}

int engineer_test(struct cli *cli, int argc, char **argv)
{
    struct engineer_order given = {0};
    struct test_options what = {0};
    int first;
    int code;
    struct cli_option options[ENGINEER_OPTIONS + 5] = {
        [ENGINEER_OPTIONS] = {.name = "test", .text = &what.test}, {.name = "control-bits", .text = &what.control_bits},
        {.name = "extended-read", .text = &what.extended_read},    {.name = "manufacturer", .text = &what.manufacturer},
        {.name = "manufacturer-digits", .text = &what.digits},
    };
    engineer_options(&given, options);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc || given.special)
        return cli_usage(cli, "test tokens have no time: '%s' does not go with them",
                         given.special ? "--special" : argv[first]);
    Metervault__V1__MeterTest test = METERVAULT__V1__METER_TEST__INIT;
    code = read_test(cli, &what, &test);
    if (code == CLI_DONE)
        code = engineer_complete(cli, &given);
    if (code != CLI_DONE)
        return code;
    Metervault__V1__IssueTestRequest request = METERVAULT__V1__ISSUE_TEST_REQUEST__INIT;
    Metervault__V1__BatchItem order = METERVAULT__V1__BATCH_ITEM__INIT;
    request.request_id = (char *)given.request_id;
    request.terminal_id = (char *)cli->terminal;
    request.meter_pan = (char *)given.meter;
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    request.test = &test;
    order.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_TEST;
    order.test = &request;
    return engineer_issue(cli, &given, NULL, &order);
}
