/* Class 1: nothing is changed, so nothing is encrypted and no TID is spent. */
#include "rules.h"

enum {
    TCT_KEYPAD = 2,
    DRN_SHORT = 11,
    DRN_LONG = 13,
    IIN_LONG = 6,
    EXTENDED_INDEX_SHIFT = 30,
    EXTENDED_FLAG_SHIFT = 21
};

static int64_t digits_value(const char *digits, unsigned length)
{
    int64_t value = 0;
    for (unsigned i = 0; i < length; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static unsigned drn_length(const struct mv_meter_identity *identity)
{
    return mv_pan_iin_length(identity->pan) == IIN_LONG ? DRN_SHORT : DRN_LONG;
}

static int64_t drn_value(const struct mv_meter_identity *identity)
{
    return digits_value(identity->pan + mv_pan_iin_length(identity->pan), drn_length(identity));
}

/* The DRN starts with 2 or 4 digits of it. */
static int64_t manufacturer_of(const struct mv_meter_identity *identity)
{
    unsigned iin = mv_pan_iin_length(identity->pan);
    return digits_value(identity->pan + iin, iin == IIN_LONG ? 2 : 4);
}

/* UNCERTAIN: that all of class 1 is checked, and that a code of the other length is compared by its value. */
static bool manufacturer_fits(const struct mv_meter_identity *identity, const struct mv_sts_test *test)
{
    return test->manufacturer == 0 || test->manufacturer == manufacturer_of(identity);
}

static void add(struct mv_display *display, enum mv_display_what what, unsigned index, int64_t value)
{
    if (display->count < MV_DISPLAY_ITEMS) /* GCOVR_EXCL_BR_LINE all tests together show 24: for who adds to them */
        display->items[display->count++] =
            (struct mv_display_item){.what = what, .index = (uint16_t)index, .value = value};
}

static void add_credit(struct mv_display *display, const struct mv_meter_state *state)
{
    for (unsigned i = 0; i < MV_REGISTERS; i++) {
        if (mv_meter_has(&state->identity, i))
            add(display, MV_SHOW_CREDIT, i, state->credit[i]);
    }
}

static int64_t limit_value(uint32_t watts)
{
    return watts == MV_LIMIT_NONE ? MV_SHOW_NONE : (int64_t)watts;
}

static void add_water_factor(struct mv_display *display, const struct mv_meter_state *state)
{
    if (mv_has_water(&state->identity))
        add(display, MV_SHOW_WATER_FACTOR, 0, state->settings.water_factor);
}

static int64_t supply_group_value(uint32_t supply_group)
{
    return supply_group == MV_SGC_UNKNOWN ? MV_SHOW_NONE : (int64_t)supply_group;
}

/* UNCERTAIN: the meaning of tests 8, 10 to 18. This meter has no test 6 (token reader) and no 9 (power consumption). */
static void run_test(struct mv_display *display, const struct mv_meter_state *state, unsigned test)
{
    const struct mv_meter_identity *identity = &state->identity;
    switch (test) {
    case 1:
        add(display, MV_SHOW_LOAD_SWITCH, 0, 0);
        break;
    case 2:
        add(display, MV_SHOW_ALL_SEGMENTS, 0, 0);
        break;
    case 3:
        add_credit(display, state);
        break;
    case 4:
        add(display, MV_SHOW_KRN, 0, identity->key_revision);
        add(display, MV_SHOW_KT, 0, identity->key_type);
        break;
    case 5:
        add(display, MV_SHOW_TI, 0, identity->tariff_index);
        break;
    case 7:
        add(display, MV_SHOW_MAXIMUM_POWER, 0, limit_value(state->settings.maximum_power_w));
        break;
    case 8:
        add(display, MV_SHOW_TAMPER, 0, state->settings.tampered ? 1 : 0);
        break;
    case 10:
        add(display, MV_SHOW_SOFTWARE, 0, MV_METER_SOFTWARE);
        break;
    case 11:
        add(display, MV_SHOW_PHASE_UNBALANCE, 0, limit_value(state->settings.phase_unbalance_w));
        break;
    case 12:
        add_water_factor(display, state);
        break;
    case 13:
        add(display, MV_SHOW_TARIFF_RATE, 0, state->settings.tariff_rate);
        break;
    case 14:
        add(display, MV_SHOW_EA, 0, identity->key.ea);
        break;
    case 15:
        add(display, MV_SHOW_TCT, 0, TCT_KEYPAD);
        break;
    case 16:
        add(display, MV_SHOW_KEN, 0, identity->key_expiry);
        break;
    case 17:
        add(display, MV_SHOW_DRN, drn_length(identity), drn_value(identity));
        break;
    case 18:
        add(display, MV_SHOW_SGC, 0, supply_group_value(identity->supply_group));
        break;
    default:
        break;
    }
}

/* UNCERTAIN: where the flag's number stands: here in the 9 bits below the index, as the token that sets it has it. */
static void read_extended(struct mv_display *display, const struct mv_meter_settings *settings, uint64_t control)
{
    unsigned index = (unsigned)(control >> EXTENDED_INDEX_SHIFT);
    unsigned flag = (unsigned)(control >> EXTENDED_FLAG_SHIFT) % MV_EXTENDED_FLAGS;
    if (index == MV_EXTENDED_FLAG)
        add(display, MV_SHOW_FLAG, flag, settings->flags[flag / 8] >> flag % 8 & 1);
    else
        add(display, MV_SHOW_EXTENDED, index, settings->extended[index]);
}

enum mv_result mv_enter_display(const struct mv_meter *meter, const struct mv_sts_block *block,
                                struct mv_meter_answer *answer)
{
    struct mv_sts_test test;
    enum mv_result result = mv_sts_test_unpack(block, &test);
    if (result == MV_FUNCTION_ERROR)
        return result;
    if (result != MV_DONE || !manufacturer_fits(&meter->state.identity, &test))
        return MV_MFR_CODE_ERROR;
    if (test.subclass > MV_TEST_EXTENDED_READ)
        return MV_FUNCTION_ERROR;
    if (test.subclass == MV_TEST_EXTENDED_READ)
        read_extended(&answer->display, &meter->state.settings, test.control);
    for (unsigned n = 1; n <= MV_TEST_LAST && test.subclass != MV_TEST_EXTENDED_READ; n++) {
        if ((test.control >> (n - 1) & 1U) != 0)
            run_test(&answer->display, &meter->state, n);
    }
    if (answer->display.count == 0)
        return MV_FUNCTION_ERROR; /* none of those asked for */
    answer->kind = MV_ANSWER_DISPLAY;
    return MV_ACCEPT;
}
