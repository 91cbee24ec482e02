/* meter-core as one pair of files: a firmware that includes nothing else takes a published token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metervault_core.h"

static void published_token(void **state)
{
    (void)state;
    const struct mv_decoder_key key = {.ea = MV_EA_STA, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F}};
    struct mv_sts_block block = {0};
    struct mv_sts_credit credit = {0};
    uint8_t token_class = 9;
    uint64_t cipher = 0;
    assert_int_equal(mv_sts_digits_to_block("66475648316756821785", &token_class, &cipher), MV_DONE);
    assert_int_equal(mv_sts_block_unpack(token_class, mv_sts_decrypt(&key, &mv_sta_public, cipher), &block), MV_DONE);
    assert_int_equal(mv_sts_credit_unpack(&block, &credit), MV_DONE);
    assert_int_equal(mv_sts_amount_decode(credit.amount), 10);
}

static void the_whole_meter_is_there(void **state)
{
    (void)state;
    struct mv_code code = mv_code_of(MV_CRC_ERROR);
    static struct mv_prepay meter;
    assert_int_equal(mv_prepay_tick(&meter), MV_NOT_PROVISIONED);
    assert_int_equal(code.group, MV_CRC_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_token), cmocka_unit_test(the_whole_meter_is_there)};
    return cmocka_run_group_tests_name("meter-core in one file", tests, NULL, NULL);
}
