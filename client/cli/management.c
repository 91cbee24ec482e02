#include "management.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* What an amount of 16 bits can say at most: 7.3 decimal floating point (facts of the token's field). */
enum { POWER_MOST = 18201624, RAW_MOST = 65535, INDEX_MOST = 63, VALUE_MOST = 1023, FLAG_MOST = 511 };

static const struct management_action actions[] = {
    {"max-power", "watts", "a power in watts, 0 to 18201624", false,
     METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W},
    {"clear-credit", "register",
     "a register: all, electricity, water, gas, time, or electricity-currency, water-currency, ...", true,
     METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_CREDIT},
    {"clear-tamper", NULL, NULL, true, METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_TAMPER},
    {"phase-unbalance", "watts", "a power in watts, 0 to 18201624", false,
     METERVAULT__V1__MANAGEMENT__ACTION_PHASE_UNBALANCE_W},
    {"water-factor", "value", "a number from 0 to 65535", false, METERVAULT__V1__MANAGEMENT__ACTION_WATER_FACTOR},
    {"tariff-rate", "value", "a number from 0 to 65535", false, METERVAULT__V1__MANAGEMENT__ACTION_TARIFF_RATE},
    {"extended", "value", "INDEX/VALUE, 0/0 to 62/1023, or flag/N/0 or flag/N/1 with N from 0 to 511", true,
     METERVAULT__V1__MANAGEMENT__ACTION_EXTENDED},
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

const struct management_action *management_find(const char *name)
{
    for (size_t i = 0; i < ACTIONS; i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

static const struct {
    const char *name;
    Metervault__V1__CreditRegister value;
} registers[] = {
    {"electricity", METERVAULT__V1__CREDIT_REGISTER__ELECTRICITY_UNITS},
    {"water", METERVAULT__V1__CREDIT_REGISTER__WATER_UNITS},
    {"gas", METERVAULT__V1__CREDIT_REGISTER__GAS_UNITS},
    {"time", METERVAULT__V1__CREDIT_REGISTER__TIME_UNITS},
    {"electricity-currency", METERVAULT__V1__CREDIT_REGISTER__ELECTRICITY_CURRENCY},
    {"water-currency", METERVAULT__V1__CREDIT_REGISTER__WATER_CURRENCY},
    {"gas-currency", METERVAULT__V1__CREDIT_REGISTER__GAS_CURRENCY},
    {"time-currency", METERVAULT__V1__CREDIT_REGISTER__TIME_CURRENCY},
    {"all", METERVAULT__V1__CREDIT_REGISTER__ALL_REGISTERS},
};
enum { REGISTERS = sizeof registers / sizeof registers[0] };

static bool parse_register(const char *text, Metervault__V1__CreditRegister *value)
{
    for (size_t i = 0; i < REGISTERS; i++)
        if (strcmp(registers[i].name, text) == 0) {
            *value = registers[i].value;
            return true;
        }
    return false;
}

static const char *register_name(Metervault__V1__CreditRegister value)
{
    for (size_t i = 0; i < REGISTERS; i++)
        if (registers[i].value == value)
            return registers[i].name;
    return "?";
}

static bool parse_number(const char *text, uint64_t most, uint32_t *value)
{
    uint64_t number;
    if (!cli_number(text, 0, most, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

/* "LEFT/RIGHT" with both numbers. */
static bool parse_pair(const char *text, uint64_t left_most, uint64_t right_most, uint32_t *left, uint32_t *right)
{
    char number[8];
    const char *slash = strchr(text, '/');
    if (slash == NULL || (size_t)(slash - text) >= sizeof number)
        return false;
    (void)snprintf(number, sizeof number, "%.*s", (int)(slash - text), text);
    return parse_number(number, left_most, left) && parse_number(slash + 1, right_most, right);
}

static bool parse_extended(const char *text, Metervault__V1__ExtendedToken *extended)
{
    static const char flag[] = "flag/";
    if (strncmp(text, flag, sizeof flag - 1) != 0)
        return parse_pair(text, INDEX_MOST - 1, VALUE_MOST, &extended->index, &extended->value);
    uint32_t number;
    uint32_t on;
    if (!parse_pair(text + sizeof flag - 1, FLAG_MOST, 1, &number, &on))
        return false;
    extended->index = INDEX_MOST;
    extended->value = 2 * number + on;
    return true;
}

bool management_parse(const struct management_action *action, const char *value, Metervault__V1__Management *management,
                      Metervault__V1__ExtendedToken *extended)
{
    metervault__v1__management__init(management);
    metervault__v1__extended_token__init(extended);
    management->action_case = action->action;
    const char *text = value != NULL ? value : "";
    if ((text[0] != '\0') != (action->option != NULL))
        return false;
    switch (action->action) {
    case METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W:
    case METERVAULT__V1__MANAGEMENT__ACTION_PHASE_UNBALANCE_W:
        return parse_number(text, POWER_MOST, &management->maximum_power_w); /* the numbers share their storage */
    case METERVAULT__V1__MANAGEMENT__ACTION_TARIFF_RATE:
    case METERVAULT__V1__MANAGEMENT__ACTION_WATER_FACTOR:
        return parse_number(text, RAW_MOST, &management->tariff_rate);
    case METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_CREDIT:
        return parse_register(text, &management->clear_credit);
    case METERVAULT__V1__MANAGEMENT__ACTION_EXTENDED:
        management->extended = extended;
        return parse_extended(text, extended);
    default:
        management->clear_tamper = 1;
        return true;
    }
}

static const char *action_name(Metervault__V1__Management__ActionCase action)
{
    for (size_t i = 0; i < ACTIONS; i++)
        if (actions[i].action == action)
            return actions[i].name;
    return "?";
}

static void extended_text(const Metervault__V1__ExtendedToken *extended, char *text, size_t size)
{
    if (extended->index == INDEX_MOST)
        (void)snprintf(text, size, " flag/%" PRIu32 "/%" PRIu32, extended->value / 2, extended->value % 2);
    else
        (void)snprintf(text, size, " %" PRIu32 "/%" PRIu32, extended->index, extended->value);
}

void management_text(const Metervault__V1__Management *management, char text[MANAGEMENT_TEXT])
{
    char value[40] = "";
    switch (management->action_case) {
    case METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W:
    case METERVAULT__V1__MANAGEMENT__ACTION_PHASE_UNBALANCE_W:
        (void)snprintf(value, sizeof value, " %" PRIu32 " W", management->maximum_power_w);
        break;
    case METERVAULT__V1__MANAGEMENT__ACTION_TARIFF_RATE:
    case METERVAULT__V1__MANAGEMENT__ACTION_WATER_FACTOR:
        (void)snprintf(value, sizeof value, " %" PRIu32, management->tariff_rate);
        break;
    case METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_CREDIT:
        (void)snprintf(value, sizeof value, " %s", register_name(management->clear_credit));
        break;
    case METERVAULT__V1__MANAGEMENT__ACTION_EXTENDED:
        extended_text(management->extended, value, sizeof value);
        break;
    default:
        break;
    }
    (void)snprintf(text, MANAGEMENT_TEXT, "%s%s", action_name(management->action_case), value);
}

void test_text(const Metervault__V1__MeterTest *test, char text[MANAGEMENT_TEXT])
{
    char what[40] = "test";
    char maker[40] = "";
    if (test->what_case == METERVAULT__V1__METER_TEST__WHAT_TEST)
        (void)snprintf(what, sizeof what, "test %" PRIu32 "%s", test->test, test->test == 0 ? " (all)" : "");
    if (test->what_case == METERVAULT__V1__METER_TEST__WHAT_CONTROL_BITS)
        (void)snprintf(what, sizeof what, "control bits %" PRIx64, test->control_bits);
    if (test->what_case == METERVAULT__V1__METER_TEST__WHAT_EXTENDED_INDEX)
        (void)snprintf(what, sizeof what, "extended read %" PRIu32, test->extended_index);
    if (test->manufacturer_code != 0)
        (void)snprintf(maker, sizeof maker, ", manufacturer %" PRIu32, test->manufacturer_code);
    (void)snprintf(text, MANAGEMENT_TEXT, "%s%s", what, maker);
}
