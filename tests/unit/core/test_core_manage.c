/* Class 1 and class 2 tokens: the published ones both ways, and every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/sts_key_change.h"
#include "metervault/sts_manage.h"
#include "vectors.h"

enum { LEAST_MANAGEMENT = 73, LEAST_DISPLAY = 37 };

static void for_each(const char *kind, unsigned count, void (*check)(const json_t *vector))
{
    json_t *all = vectors_load();
    size_t i;
    json_t *vector;
    json_array_foreach(all, i, vector)
    {
        if (strcmp(vector_text(vector, NULL, "kind"), kind) != 0)
            continue;
        print_message("%s\n", vector_text(vector, NULL, "id"));
        check(vector);
        count--;
    }
    json_decref(all);
    assert_int_equal(count, 0);
}

static uint16_t field_of(const json_t *vector)
{
    int64_t watts = vector_number(vector, "inputs", "limit_watts", -1);
    uint16_t field = 0;
    if (watts >= 0) {
        assert_int_equal(mv_sts_amount_encode((uint32_t)watts, &field), MV_DONE);
        return field;
    }
    int64_t index = vector_number(vector, "inputs", "sts202_5_index", -1);
    if (index >= 0) {
        uint16_t value = (uint16_t)vector_hex(vector, "inputs", "field_low10_hex");
        if (index == MV_EXTENDED_FLAG)
            assert_int_equal(mv_sts_extended_flag(value >> 1, (value & 1) != 0, &field), MV_DONE);
        else
            assert_int_equal(mv_sts_extended_field((uint8_t)index, value, &field), MV_DONE);
        return field;
    }
    static const char *const names[] = {"register_to_clear_hex", "pad_hex", "rate_hex", "wm_factor_hex"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (vector_text(vector, "inputs", names[i]) != NULL)
            return (uint16_t)vector_hex(vector, "inputs", names[i]);
    }
    return (uint16_t)vector_hex(vector, "intermediate", "field_hex");
}

static uint32_t tid_of(const json_t *vector)
{
    return (uint32_t)vector_number(vector, "intermediate", "tid", vector_number(vector, "inputs", "tid", -1));
}

static struct mv_decoder_key key_of(const json_t *vector)
{
    struct mv_decoder_key key = {.ea = MV_EA_STA};
    const char *hex = vector_text(vector, "intermediate", "decoder_key_hex");
    if (hex == NULL)
        hex = vector_text(vector, "inputs", "decoder_key_hex");
    assert_non_null(hex);
    if (hex_bytes(hex, key.bytes, sizeof key.bytes) == sizeof key.bytes)
        key.ea = MV_EA_MISTY1;
    return key;
}

static void check_management(const json_t *vector)
{
    struct mv_sts_manage token = {.subclass = (uint8_t)vector_number(vector, "inputs", "subclass", -1),
                                  .random = (uint8_t)vector_number(vector, "inputs", "rnd", -1),
                                  .tid = tid_of(vector),
                                  .field = field_of(vector)};
    struct mv_decoder_key key = key_of(vector);
    struct mv_sts_block block;
    struct mv_sts_manage back;
    char digits[21];
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    assert_int_equal(mv_sts_manage_pack(&token, &block), MV_DONE);
    assert_int_equal(mv_sts_block_pack(&block), vector_hex(vector, "intermediate", "clear_block_hex"));
    mv_sts_digits_from_block(2, mv_sts_encrypt(&key, &mv_sta_public, mv_sts_block_pack(&block)), digits);
    assert_string_equal(digits, vector_text(vector, "expected", "token"));
    assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &cipher), MV_DONE);
    assert_int_equal(token_class, 2);
    assert_int_equal(mv_sts_block_unpack(2, mv_sts_decrypt(&key, &mv_sta_public, cipher), &block), MV_DONE);
    assert_int_equal(mv_sts_manage_unpack(&block, &back), MV_DONE);
    assert_true(back.subclass == token.subclass && back.random == token.random);
    assert_int_equal(back.tid, token.tid);
    assert_int_equal(back.field, token.field);
    assert_false(mv_sts_is_key_section(&block));
}

static void check_display(const json_t *vector)
{
    bool given = vector_text(vector, "inputs", "token") != NULL; /* then the fields are what is expected */
    const char *group = given ? "expected" : "inputs";
    const char *token = vector_text(vector, given ? "inputs" : "expected", "token");
    struct mv_sts_test test = {.subclass = (uint8_t)vector_number(vector, group, "subclass", -1),
                               .control = vector_hex(vector, group, "control_hex"),
                               .manufacturer = (uint16_t)strtoul(vector_text(vector, group, "mfr_code"), NULL, 10)};
    int64_t number = vector_number(vector, "inputs", "test_number", -1);
    struct mv_sts_block block;
    struct mv_sts_test back = {0};
    uint64_t clear = 0;
    uint64_t control = 0;
    uint8_t token_class = 9;
    char digits[21];
    assert_int_equal(mv_sts_test_pack(&test, &block), MV_DONE);
    mv_sts_digits_from_block(1, mv_sts_block_pack(&block), digits);
    assert_string_equal(digits, token);
    assert_int_equal(mv_sts_digits_to_block(token, &token_class, &clear), MV_DONE);
    assert_int_equal(token_class, 1);
    assert_int_equal(mv_sts_block_unpack(1, clear, &block), MV_DONE);
    assert_int_equal(mv_sts_test_unpack(&block, &back), MV_DONE);
    assert_int_equal(back.subclass, test.subclass);
    assert_int_equal(back.control, test.control);
    assert_int_equal(back.manufacturer, test.manufacturer);
    if (number < 0)
        return;
    assert_int_equal(mv_sts_test_control(test.subclass, (unsigned)number, &control), MV_DONE);
    assert_int_equal(control, test.control);
}

static void published_management(void **state)
{
    (void)state;
    for_each("management", LEAST_MANAGEMENT, check_management);
}

static void published_displays(void **state)
{
    (void)state;
    for_each("display", LEAST_DISPLAY, check_display);
}

static void management_refusals(void **state)
{
    (void)state;
    struct mv_sts_block block;
    struct mv_sts_manage back;
    for (unsigned subclass = 0; subclass < 18; subclass++) {
        bool known = subclass <= 2 || (subclass >= 5 && subclass <= 7) || subclass == 10;
        struct mv_sts_manage token = {.subclass = (uint8_t)subclass, .tid = 1};
        assert_int_equal(mv_sts_manage_pack(&token, &block), known ? MV_DONE : MV_FUNCTION_ERROR);
        block = (struct mv_sts_block){.token_class = 2, .subclass = (uint8_t)subclass};
        assert_int_equal(mv_sts_manage_unpack(&block, &back), known ? MV_DONE : MV_FUNCTION_ERROR);
        block.token_class = 0;
        assert_int_equal(mv_sts_manage_unpack(&block, &back), MV_FUNCTION_ERROR);
    }
    struct mv_sts_manage wide = {.random = 16};
    assert_int_equal(mv_sts_manage_pack(&wide, &block), MV_RANGE_ERROR);
    wide = (struct mv_sts_manage){.tid = MV_TID_MAX + 1};
    assert_int_equal(mv_sts_manage_pack(&wide, &block), MV_RANGE_ERROR);
    static const struct {
        uint8_t subclass;
        uint16_t field;
        enum mv_result result;
    } fields[] = {
        {MV_MANAGE_CLEAR_CREDIT, 7, MV_DONE},        {MV_MANAGE_CLEAR_CREDIT, 8, MV_RANGE_ERROR},
        {MV_MANAGE_CLEAR_CREDIT, 0xFFFF, MV_DONE},   {MV_MANAGE_CLEAR_CREDIT, 0xFFFE, MV_RANGE_ERROR},
        {MV_MANAGE_CLEAR_TAMPER, 1, MV_RANGE_ERROR}, {MV_MANAGE_TARIFF_RATE, 0xFFFF, MV_DONE},
    };
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct mv_sts_manage token = {.subclass = fields[i].subclass, .field = fields[i].field};
        assert_int_equal(mv_sts_manage_pack(&token, &block), fields[i].result);
        block = (struct mv_sts_block){.token_class = 2, .subclass = token.subclass, .content = token.field};
        assert_int_equal(mv_sts_manage_unpack(&block, &back), fields[i].result);
    }
}

static void extended_set(void **state)
{
    (void)state;
    uint16_t field = 0;
    uint64_t control = 0;
    assert_int_equal(mv_sts_extended_field(0, 123, &field), MV_DONE);
    assert_int_equal(field, 0x007B);
    assert_int_equal(mv_sts_extended_field(62, 1023, &field), MV_DONE);
    assert_int_equal(field, 0xFBFF);
    assert_int_equal(mv_sts_extended_read(field).index, 62);
    assert_int_equal(mv_sts_extended_read(field).value, 1023);
    assert_int_equal(mv_sts_extended_field(63, 0, &field), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_extended_field(0, 1024, &field), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_extended_flag(0, true, &field), MV_DONE);
    assert_int_equal(field, 0xFC01);
    assert_int_equal(mv_sts_extended_flag(511, false, &field), MV_DONE);
    assert_int_equal(field, 0xFFFE);
    assert_int_equal(mv_sts_extended_read(field).flag, 511);
    assert_int_equal(mv_sts_extended_read(field).value, 0);
    assert_int_equal(mv_sts_extended_flag(512, false, &field), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_extended_control(63, &control), MV_DONE);
    assert_int_equal(control, 0xFC0000000);
    assert_int_equal(mv_sts_extended_control(64, &control), MV_RANGE_ERROR);
}

static void test_refusals(void **state)
{
    (void)state;
    struct mv_sts_block block;
    struct mv_sts_test back;
    uint64_t control = 0;
    for (uint8_t subclass = 0; subclass < 16; subclass++) {
        bool reserved = subclass >= 3 && subclass <= 5;
        bool four_digits = subclass == 1 || (subclass >= 6 && subclass <= 10);
        struct mv_sts_test test = {.subclass = subclass,
                                   .control = four_digits ? 0xFFFFFFF : 0xFFFFFFFFF,
                                   .manufacturer = four_digits ? 9999 : 99};
        assert_int_equal(mv_sts_test_pack(&test, &block), reserved ? MV_FUNCTION_ERROR : MV_DONE);
        block.subclass = subclass;
        assert_int_equal(mv_sts_test_unpack(&block, &back), reserved ? MV_FUNCTION_ERROR : MV_DONE);
        assert_int_equal(mv_sts_test_control(subclass, 18, &control),
                         reserved || subclass == MV_TEST_EXTENDED_READ ? MV_FUNCTION_ERROR : MV_DONE);
        if (reserved)
            continue;
        test.manufacturer++;
        assert_int_equal(mv_sts_test_pack(&test, &block), MV_RANGE_ERROR);
        block.content++;
        assert_int_equal(mv_sts_test_unpack(&block, &back), MV_RANGE_ERROR);
        test.manufacturer = 0;
        test.control++;
        assert_int_equal(mv_sts_test_pack(&test, &block), MV_RANGE_ERROR);
    }
    block = (struct mv_sts_block){.token_class = 2};
    assert_int_equal(mv_sts_test_unpack(&block, &back), MV_FUNCTION_ERROR);
    assert_int_equal(mv_sts_test_control(0, 19, &control), MV_RANGE_ERROR);
    assert_int_equal(mv_sts_test_control(0, 18, &control), MV_DONE);
    assert_int_equal(control, 0x20000);
    assert_int_equal(mv_sts_test_control(0, MV_TEST_ALL, &control), MV_DONE);
    assert_int_equal(control, 0xFFFFFFFFF);
    assert_int_equal(mv_sts_test_control(1, MV_TEST_ALL, &control), MV_DONE);
    assert_int_equal(control, 0xFFFFFFF);
    struct mv_sts_test beyond = {.subclass = 16};
    assert_int_equal(mv_sts_test_pack(&beyond, &block), MV_FUNCTION_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_management), cmocka_unit_test(published_displays),
        cmocka_unit_test(management_refusals),  cmocka_unit_test(extended_set),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests_name("core manage", tests, NULL, NULL);
}
