#include "meter_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct mv_meter_identity test_identity(void)
{
    return (struct mv_meter_identity){
        .pan = {'6', '0', '0', '7', '2', '7', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '9'},
        .key = {.ea = MV_EA_STA, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F}},
        .key_type = 2,
        .key_revision = 1,
        .tariff_index = 1,
        .key_expiry = TEST_KEN,
        .supply_group = 123456,
        .measures = 1U << MV_SERVICE_ELECTRICITY | 1U << MV_SERVICE_WATER | 1U << MV_SERVICE_TIME,
    };
}

static void print_token(const struct mv_meter_identity *meter, const struct mv_sts_block *block, char digits[21])
{
    uint64_t bits = mv_sts_block_pack(block);
    if (block->token_class != 1)
        bits = mv_sts_encrypt(&meter->key, &mv_sta_public, bits);
    mv_sts_digits_from_block(block->token_class, bits, digits);
}

void test_token(const struct mv_meter_identity *meter, const struct mv_sts_credit *credit, char digits[21])
{
    struct mv_sts_block block;
    assert_int_equal(mv_sts_credit_pack(credit, &block), MV_DONE);
    print_token(meter, &block, digits);
}

void test_raw_token(const struct mv_meter_identity *meter, uint8_t token_class, uint8_t subclass, uint64_t content,
                    char digits[21])
{
    struct mv_sts_block block = {.token_class = token_class, .subclass = subclass, .content = content};
    print_token(meter, &block, digits);
}

void test_kwh_token(const struct mv_meter_identity *meter, uint32_t tid, uint32_t units, char digits[21])
{
    struct mv_sts_credit credit = {.subclass = 0, .random = 5, .tid = tid};
    assert_int_equal(mv_sts_amount_encode(units, &credit.amount), MV_DONE);
    test_token(meter, &credit, digits);
}
