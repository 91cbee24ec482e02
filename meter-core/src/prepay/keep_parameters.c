/* Parameters in the journal: their fields in the order of the struct. */
#include "../nv/nv.h"
#include "parameters.h"

enum {
    AMOUNTS_SIZE = 8 + 8 + 2 + 8 + 8 + 8,
    LIMITS_SIZE = 4 + 2 + 2 + 1 + 2 + 2,
    MEASURING_SIZE = 2 + 2 + 4,
    REST_SIZE = 2 + 1 + 1 + 1 + 8 + 8 + 1,
    PARAMETERS_SIZE = 1 + AMOUNTS_SIZE + LIMITS_SIZE + MEASURING_SIZE + REST_SIZE
};

static void put_parameters(const void *state, struct mv_nv_sink *to)
{
    const struct mv_parameters *parameters = &((const struct mv_prepay *)state)->parameters;
    mv_nv_put_u8(to, parameters->credit_register);
    mv_nv_put_i64(to, parameters->alarm_1);
    mv_nv_put_i64(to, parameters->alarm_2);
    mv_nv_put_u16(to, parameters->warning_cut_s);
    mv_nv_put_i64(to, parameters->overdraft);
    mv_nv_put_i64(to, parameters->emergency);
    mv_nv_put_i64(to, parameters->hoard_limit);
    mv_nv_put_u32(to, parameters->power_limit_w);
    mv_nv_put_u16(to, parameters->power_delay_s);
    mv_nv_put_u16(to, parameters->power_wait_s);
    mv_nv_put_u8(to, parameters->power_tries);
    mv_nv_put_u16(to, parameters->power_lockout_s);
    mv_nv_put_u16(to, parameters->unbalance_delay_s);
    mv_nv_put_u16(to, parameters->ct_ratio);
    mv_nv_put_u16(to, parameters->pt_ratio);
    mv_nv_put_u32(to, parameters->pulses_per_unit);
    mv_nv_put_u16(to, (uint16_t)parameters->utc_offset_min);
    mv_nv_put_u8(to, parameters->freeze_day);
    mv_nv_put_u8(to, parameters->freeze_hour);
    mv_nv_put_u8(to, parameters->arrears_percent);
    mv_nv_put_i64(to, parameters->arrears_per_purchase);
    mv_nv_put_i64(to, parameters->arrears_per_day);
    mv_nv_put_u8(to, parameters->key_press_to_close ? 1 : 0);
}

static bool get_parameters(void *state, struct mv_nv_source *from)
{
    struct mv_parameters *parameters = &((struct mv_prepay *)state)->parameters;
    parameters->credit_register = mv_nv_get_u8(from);
    parameters->alarm_1 = mv_nv_get_i64(from);
    parameters->alarm_2 = mv_nv_get_i64(from);
    parameters->warning_cut_s = mv_nv_get_u16(from);
    parameters->overdraft = mv_nv_get_i64(from);
    parameters->emergency = mv_nv_get_i64(from);
    parameters->hoard_limit = mv_nv_get_i64(from);
    parameters->power_limit_w = mv_nv_get_u32(from);
    parameters->power_delay_s = mv_nv_get_u16(from);
    parameters->power_wait_s = mv_nv_get_u16(from);
    parameters->power_tries = mv_nv_get_u8(from);
    parameters->power_lockout_s = mv_nv_get_u16(from);
    parameters->unbalance_delay_s = mv_nv_get_u16(from);
    parameters->ct_ratio = mv_nv_get_u16(from);
    parameters->pt_ratio = mv_nv_get_u16(from);
    parameters->pulses_per_unit = mv_nv_get_u32(from);
    parameters->utc_offset_min = (int16_t)mv_nv_get_u16(from);
    parameters->freeze_day = mv_nv_get_u8(from);
    parameters->freeze_hour = mv_nv_get_u8(from);
    parameters->arrears_percent = mv_nv_get_u8(from);
    parameters->arrears_per_purchase = mv_nv_get_i64(from);
    parameters->arrears_per_day = mv_nv_get_i64(from);
    parameters->key_press_to_close = mv_nv_get_u8(from) != 0;
    return mv_parameters_in_range(parameters);
}

const struct mv_nv_object mv_object_parameters = {
    .id = MV_OBJECT_PARAMETERS, .form = 1, .size = PARAMETERS_SIZE, .encode = put_parameters, .decode = get_parameters};
