/* Blocks whose CRC holds under class 0 and under class 2: as the class of a token is not encrypted, whoever holds the
 * digits could choose it. And blocks that no meter knows. */
#include <string.h>

#include "../../support/status.h"
#include "hsmd/client.h"
#include "metervault/sts_manage.h"
#include "served.h"

enum { CREDIT = 0, MANAGEMENT = 2, DEFAULT_KT = 1 };

static struct mv_decoder_key key; /* of `meter` */
static const struct hsmd_meter meter = {.pan = "600727000000000009",
                                        .sgc = "123457",
                                        .krn = 1,
                                        .ti = 1,
                                        .kt = 2,
                                        .ken = 255,
                                        .ea = 7,
                                        .dkga = 4,
                                        .base_date = 2014};

static void derive(struct hsm *hsm)
{
    static struct hsm_catalogue catalogue;
    struct hsm_handle handle;
    struct mv_dkga_input input = {.krn = 1, .ti = 1, .kt = 2, .ea = 7, .base_date = 2014};
    memcpy(input.pan, meter.pan, sizeof input.pan);
    memcpy(input.sgc, meter.sgc, sizeof input.sgc);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "catalogue");
    test_ok(hsm_handle_open(hsm, &hsm_catalogue_vending(&catalogue, meter.sgc, 1, 2)->info, &handle), "handle");
    test_ok(hsm_derive_dkga04(hsm, handle, &input, &key), "derive");
}

static void fill(struct hsm *hsm)
{
    struct hsm_vending_scope scope = {
        .sgc = "123457", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x880};
    test_ok(test_token_vending(hsm, scope, "000102030405060708090A0B0C0D0E0F10111213"), "vending key");
    scope.kt = DEFAULT_KT;
    test_ok(test_token_vending(hsm, scope, "131211100F0E0D0C0B0A09080706050403020100"), "default key");
    derive(hsm);
}

static int set_up(void **state)
{
    (void)state;
    return served_set_up(NULL, fill);
}

static int tear_down(void **state)
{
    (void)state;
    return served_tear_down();
}

/* The first block from `block` on, field by field, that the other class takes too; `shift`: where content counts. */
static uint64_t two_faced(struct mv_sts_block block, unsigned shift)
{
    uint64_t clear = mv_sts_block_pack(&block);
    while (!mv_sts_block_is_two_faced(block.token_class, clear)) {
        block.content += UINT64_C(1) << shift;
        clear = mv_sts_block_pack(&block);
    }
    struct mv_sts_block other;
    assert_int_equal(mv_sts_block_unpack(block.token_class ^ MANAGEMENT, clear, &other), MV_DONE);
    return clear;
}

static mv_status encrypted(uint8_t kt, uint8_t token_class, uint64_t clear)
{
    struct hsmd_prepared prepared;
    struct hsmd_token made;
    struct hsmd_meter asked = meter;
    asked.kt = kt;
    test_ok(hsmd_prepare(client, &asked, 1, &prepared), "prepare");
    test_ok(prepared.status, "slot");
    const struct hsmd_block block = {.slot = prepared.slot, .token_class = token_class, .clear = clear};
    test_ok(hsmd_encrypt(client, &block, 1, &made), "encrypt");
    return made.status;
}

static mv_status opened(uint8_t token_class, uint64_t clear, struct hsmd_opened *told)
{
    char digits[21];
    memset(told, 0, sizeof *told);
    mv_sts_digits_from_block(token_class, mv_sts_encrypt(&key, &mv_sta_public, clear), digits);
    return hsmd_open_token(client, &meter, digits, told);
}

/* Told as credit, the second section would show the key's low half as TID and amount. */
static void a_key_section_is_not_told_as_credit(void **state)
{
    (void)state;
    struct hsmd_opened told;
    const struct mv_sts_block section = {.token_class = MANAGEMENT, .subclass = 4, .content = 0xF0122334455};
    test_ok(opened(MANAGEMENT, mv_sts_block_pack(&section), &told), "a section");
    assert_true(told.key_section);
    uint64_t clear = two_faced(section, 0);
    assert_reason(opened(CREDIT, clear, &told), MV_TOKEN_NOT_VALID);
    assert_int_equal(told.tid, 0);
    assert_int_equal(told.field, 0);
    assert_reason(opened(MANAGEMENT, clear, &told), MV_TOKEN_NOT_VALID);
}

static void no_key_section_is_made_as_credit(void **state)
{
    (void)state;
    for (uint8_t subclass = 4; subclass <= 7; subclass++) {
        const struct mv_sts_block credit = {
            .token_class = CREDIT, .subclass = subclass, .content = UINT64_C(0x05000000) << 8};
        test_ok(encrypted(2, CREDIT, mv_sts_block_pack(&credit)), "currency credit");
        assert_reason(encrypted(2, CREDIT, two_faced(credit, 0)), MV_TOKEN_AMBIGUOUS);
    }
}

static void no_credit_is_made_as_management(void **state)
{
    (void)state;
    for (unsigned subclass = MV_MANAGE_PHASE_UNBALANCE; subclass <= MV_MANAGE_WATER_FACTOR; subclass++) {
        const struct mv_sts_block limit = {
            .token_class = MANAGEMENT, .subclass = (uint8_t)subclass, .content = UINT64_C(0x05000000) << 8};
        test_ok(encrypted(DEFAULT_KT, MANAGEMENT, mv_sts_block_pack(&limit)), "management");
        assert_reason(encrypted(DEFAULT_KT, MANAGEMENT, two_faced(limit, 0)), MV_TOKEN_AMBIGUOUS);
    }
    const struct mv_sts_block tamper = {.token_class = MANAGEMENT, .subclass = MV_MANAGE_CLEAR_TAMPER};
    assert_reason(encrypted(DEFAULT_KT, MANAGEMENT, two_faced(tamper, 16)), MV_TOKEN_AMBIGUOUS);
}

/* The same CRC over other class bits never gives the same value. */
static void units_are_never_two_faced(void **state)
{
    (void)state;
    for (uint8_t subclass = 0; subclass <= 3; subclass++) {
        struct mv_sts_block block = {.token_class = CREDIT, .subclass = subclass};
        for (block.content = 0; block.content < 1000000; block.content++)
            assert_false(mv_sts_block_is_two_faced(CREDIT, mv_sts_block_pack(&block)));
    }
}

static void only_encrypted_classes_have_another(void **state)
{
    (void)state;
    const struct mv_sts_block currency = {.token_class = CREDIT, .subclass = 4};
    uint64_t clear = two_faced(currency, 0);
    assert_true(mv_sts_block_is_two_faced(MANAGEMENT, clear));
    const uint8_t others[] = {1, 3, 4, 255};
    for (size_t i = 0; i < sizeof others; i++)
        assert_false(mv_sts_block_is_two_faced(others[i], clear));
}

static bool is_management(uint8_t subclass)
{
    return subclass <= MV_MANAGE_TARIFF_RATE || subclass == MV_MANAGE_EXTENDED ||
           (subclass >= MV_MANAGE_CLEAR_TAMPER && subclass <= MV_MANAGE_WATER_FACTOR);
}

static void only_what_meters_know_is_encrypted(void **state)
{
    (void)state;
    for (uint8_t subclass = 0; subclass < 16; subclass++) {
        const struct mv_sts_block credit = {.token_class = CREDIT, .subclass = subclass, .content = UINT64_C(5) << 32};
        const struct mv_sts_block manage = {
            .token_class = MANAGEMENT, .subclass = subclass, .content = UINT64_C(5) << 32};
        mv_status status = encrypted(2, CREDIT, mv_sts_block_pack(&credit));
        if (subclass <= 7)
            test_ok(status, "credit");
        else
            assert_reason(status, MV_INVALID_FIELD);
        status = encrypted(2, MANAGEMENT, mv_sts_block_pack(&manage));
        if (is_management(subclass))
            test_ok(status, "management");
        else
            assert_reason(status, MV_INVALID_FIELD);
    }
    const struct mv_sts_block no_register = {
        .token_class = MANAGEMENT, .subclass = MV_MANAGE_CLEAR_CREDIT, .content = (UINT64_C(5) << 32) | 8};
    assert_reason(encrypted(2, MANAGEMENT, mv_sts_block_pack(&no_register)), MV_INVALID_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_section_is_not_told_as_credit), cmocka_unit_test(no_key_section_is_made_as_credit),
        cmocka_unit_test(no_credit_is_made_as_management),     cmocka_unit_test(units_are_never_two_faced),
        cmocka_unit_test(only_encrypted_classes_have_another), cmocka_unit_test(only_what_meters_know_is_encrypted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
