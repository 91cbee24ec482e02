/* Management and test tokens between message and domain. */
#include <string.h>

#include "api/token_convert.h"
#include "metervault/sts.h"
#include "metervault/sts_manage.h"

enum { EXTENDED_BITS = 10, EXTENDED_VALUES = 1 << EXTENDED_BITS, EXTENDED_INDEXES = 64 };
enum { TWO_DIGIT_CODE = 0, FOUR_DIGIT_CODE = 1 }; /* subclasses of class 1 */
enum { LONG_IIN = 6 };                            /* before a DRN whose maker's code has 2 digits */

_Static_assert((int)MV_REGISTER_ELECTRICITY + 1 == METERVAULT__V1__CREDIT_REGISTER__ELECTRICITY_UNITS &&
                   (int)MV_REGISTER_TIME_CURRENCY + 1 == METERVAULT__V1__CREDIT_REGISTER__TIME_CURRENCY,
               "registers are numbered as in the protocol, from 1 there");

static mv_status register_in(Metervault__V1__CreditRegister message, uint64_t *value)
{
    if (message == METERVAULT__V1__CREDIT_REGISTER__ALL_REGISTERS) {
        *value = MV_REGISTER_ALL;
        return mv_ok();
    }
    if ((int)message < METERVAULT__V1__CREDIT_REGISTER__ELECTRICITY_UNITS ||
        (int)message > METERVAULT__V1__CREDIT_REGISTER__TIME_CURRENCY)
        return mv_fail(MV_INVALID_FIELD, "clear_credit");
    *value = (uint64_t)message - 1;
    return mv_ok();
}

static mv_status extended_in(const Metervault__V1__ExtendedToken *message, uint64_t *value)
{
    if (message == NULL || message->index >= EXTENDED_INDEXES || message->value >= EXTENDED_VALUES)
        return mv_fail(MV_INVALID_FIELD, "extended");
    *value = (uint64_t)message->index << EXTENDED_BITS | message->value;
    return mv_ok();
}

mv_status api_management_in(const Metervault__V1__Management *message, struct vend_management *management)
{
    *management = (struct vend_management){.subclass = 0};
    if (message == NULL)
        return mv_fail(MV_INVALID_FIELD, "management");
    switch (message->action_case) {
    case METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W:
        *management = (struct vend_management){MV_MANAGE_MAXIMUM_POWER, message->maximum_power_w};
        return mv_ok();
    case METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_CREDIT:
        management->subclass = MV_MANAGE_CLEAR_CREDIT;
        return register_in(message->clear_credit, &management->value);
    case METERVAULT__V1__MANAGEMENT__ACTION_TARIFF_RATE:
        *management = (struct vend_management){MV_MANAGE_TARIFF_RATE, message->tariff_rate};
        return mv_ok();
    case METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_TAMPER:
        management->subclass = MV_MANAGE_CLEAR_TAMPER;
        return message->clear_tamper ? mv_ok() : mv_fail(MV_INVALID_FIELD, "clear_tamper");
    case METERVAULT__V1__MANAGEMENT__ACTION_PHASE_UNBALANCE_W:
        *management = (struct vend_management){MV_MANAGE_PHASE_UNBALANCE, message->phase_unbalance_w};
        return mv_ok();
    case METERVAULT__V1__MANAGEMENT__ACTION_WATER_FACTOR:
        *management = (struct vend_management){MV_MANAGE_WATER_FACTOR, message->water_factor};
        return mv_ok();
    case METERVAULT__V1__MANAGEMENT__ACTION_EXTENDED:
        management->subclass = MV_MANAGE_EXTENDED;
        return extended_in(message->extended, &management->value);
    default:
        return mv_fail(MV_INVALID_FIELD, "management");
    }
}

static void extended_out(uint64_t value, struct api_management *out)
{
    metervault__v1__extended_token__init(&out->extended);
    out->extended.index = (uint32_t)(value >> EXTENDED_BITS);
    out->extended.value = (uint32_t)value & (EXTENDED_VALUES - 1);
    out->message.action_case = METERVAULT__V1__MANAGEMENT__ACTION_EXTENDED;
    out->message.extended = &out->extended;
}

void api_management_out(const struct vend_management *management, struct api_management *out)
{
    Metervault__V1__Management *message = &out->message;
    uint32_t value = (uint32_t)management->value;
    metervault__v1__management__init(message);
    switch (management->subclass) {
    case MV_MANAGE_MAXIMUM_POWER:
        message->action_case = METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W;
        message->maximum_power_w = value;
        break;
    case MV_MANAGE_CLEAR_CREDIT:
        message->action_case = METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_CREDIT;
        message->clear_credit = value == MV_REGISTER_ALL ? METERVAULT__V1__CREDIT_REGISTER__ALL_REGISTERS
                                                         : (Metervault__V1__CreditRegister)(value + 1);
        break;
    case MV_MANAGE_TARIFF_RATE:
        message->action_case = METERVAULT__V1__MANAGEMENT__ACTION_TARIFF_RATE;
        message->tariff_rate = value;
        break;
    case MV_MANAGE_CLEAR_TAMPER:
        message->action_case = METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_TAMPER;
        message->clear_tamper = true;
        break;
    case MV_MANAGE_PHASE_UNBALANCE:
        message->action_case = METERVAULT__V1__MANAGEMENT__ACTION_PHASE_UNBALANCE_W;
        message->phase_unbalance_w = value;
        break;
    case MV_MANAGE_WATER_FACTOR:
        message->action_case = METERVAULT__V1__MANAGEMENT__ACTION_WATER_FACTOR;
        message->water_factor = value;
        break;
    case MV_MANAGE_EXTENDED:
        extended_out(management->value, out);
        break;
    default: /* a token of the ledger has none other */
        break;
    }
}

static mv_status code_digits(const Metervault__V1__MeterTest *message, const char *pan, uint32_t *subclass)
{
    switch ((int)message->digits) {
    case METERVAULT__V1__MANUFACTURER_DIGITS__TWO_DIGITS:
        *subclass = TWO_DIGIT_CODE;
        return mv_ok();
    case METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS:
        *subclass = FOUR_DIGIT_CODE;
        return mv_ok();
    case METERVAULT__V1__MANUFACTURER_DIGITS__MANUFACTURER_DIGITS_UNSPECIFIED:
        /* a PAN that is none is refused later, by its own name */
        *subclass = strlen(pan) == STORE_PAN && mv_pan_iin_length(pan) != LONG_IIN ? FOUR_DIGIT_CODE : TWO_DIGIT_CODE;
        return mv_ok();
    default:
        return mv_fail(MV_INVALID_FIELD, "digits");
    }
}

mv_status api_test_in(const Metervault__V1__MeterTest *message, const char *pan, struct vend_test *test)
{
    *test = (struct vend_test){.subclass = 0};
    if (message == NULL)
        return mv_fail(MV_INVALID_FIELD, "test");
    test->manufacturer = message->manufacturer_code;
    MV_TRY(code_digits(message, pan, &test->subclass));
    switch (message->what_case) {
    case METERVAULT__V1__METER_TEST__WHAT_TEST:
        if (mv_sts_test_control((uint8_t)test->subclass, message->test, &test->control) != MV_DONE)
            return mv_fail(MV_INVALID_FIELD, "test");
        return mv_ok();
    case METERVAULT__V1__METER_TEST__WHAT_CONTROL_BITS:
        test->control = message->control_bits;
        return mv_ok();
    case METERVAULT__V1__METER_TEST__WHAT_EXTENDED_INDEX:
        /* there is no subclass for it with a code of 4 digits */
        if (message->digits == METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS)
            return mv_fail(MV_INVALID_FIELD, "digits");
        test->subclass = MV_TEST_EXTENDED_READ;
        if (message->extended_index >= EXTENDED_INDEXES ||
            mv_sts_extended_control((uint8_t)message->extended_index, &test->control) != MV_DONE)
            return mv_fail(MV_INVALID_FIELD, "extended_index");
        return mv_ok();
    default:
        return mv_fail(MV_INVALID_FIELD, "test");
    }
}

/* The number whose control bits these are; false when they are several tests at once. */
static bool is_one_test(const struct vend_test *test, uint32_t *number)
{
    uint64_t control = 0;
    for (*number = MV_TEST_ALL; *number <= MV_TEST_LAST; ++*number)
        if (mv_sts_test_control((uint8_t)test->subclass, *number, &control) == MV_DONE && control == test->control)
            return true;
    return false;
}

static bool is_extended_read(const struct vend_test *test, uint32_t *index)
{
    uint64_t control = 0;
    if (test->subclass != MV_TEST_EXTENDED_READ)
        return false;
    for (*index = 0; *index < EXTENDED_INDEXES; ++*index)
        if (mv_sts_extended_control((uint8_t)*index, &control) == MV_DONE && control == test->control)
            return true;
    return false;
}

void api_test_out(const struct vend_test *test, Metervault__V1__MeterTest *out)
{
    uint32_t number = 0;
    metervault__v1__meter_test__init(out);
    out->manufacturer_code = test->manufacturer;
    out->digits = test->subclass == FOUR_DIGIT_CODE ? METERVAULT__V1__MANUFACTURER_DIGITS__FOUR_DIGITS
                                                    : METERVAULT__V1__MANUFACTURER_DIGITS__TWO_DIGITS;
    if (is_extended_read(test, &number)) {
        out->what_case = METERVAULT__V1__METER_TEST__WHAT_EXTENDED_INDEX;
        out->extended_index = number;
    } else if (is_one_test(test, &number)) {
        out->what_case = METERVAULT__V1__METER_TEST__WHAT_TEST;
        out->test = number;
    } else {
        out->what_case = METERVAULT__V1__METER_TEST__WHAT_CONTROL_BITS;
        out->control_bits = test->control;
    }
}
