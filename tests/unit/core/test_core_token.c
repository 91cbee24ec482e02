/* Blocks, digits and ciphers: encode and decode are inverse, and what is damaged is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/sts.h"

enum { RANDOM_ROUNDS = 20000 };

/* Repeatable: the failing round can be run again. */
static uint64_t random_bits(void)
{
    static uint64_t seed = UINT64_C(0x9E3779B97F4A7C15);
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * UINT64_C(0x2545F4914F6CDD1D);
}

static struct mv_decoder_key random_key(void)
{
    struct mv_decoder_key key = {.ea = random_bits() >> 63 ? MV_EA_STA : MV_EA_MISTY1};
    for (unsigned i = 0; i < 16; i++)
        key.bytes[i] = (uint8_t)(random_bits() >> 32);
    return key;
}

static void random_inverse(void **state)
{
    (void)state;
    for (unsigned round = 0; round < RANDOM_ROUNDS; round++) {
        struct mv_decoder_key key = random_key();
        const struct mv_sta_tables *tables = round % 2 ? &mv_sta_public : &mv_sta_sample;
        struct mv_sts_block block = {.token_class = (uint8_t)(random_bits() >> 62),
                                     .subclass = (uint8_t)(random_bits() >> 60),
                                     .content = random_bits() >> 20};
        uint64_t clear = mv_sts_block_pack(&block);
        uint64_t cipher = mv_sts_encrypt(&key, tables, clear);
        assert_int_not_equal(cipher, clear);
        char digits[21];
        mv_sts_digits_from_block(block.token_class, cipher, digits);

        uint8_t token_class = 9;
        uint64_t back = 0;
        struct mv_sts_block unpacked;
        assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &back), MV_DONE);
        assert_int_equal(token_class, block.token_class);
        assert_int_equal(back, cipher);
        assert_int_equal(mv_sts_decrypt(&key, tables, back), clear);
        assert_int_equal(mv_sts_block_unpack(token_class, clear, &unpacked), MV_DONE);
        assert_int_equal(unpacked.token_class, block.token_class);
        assert_int_equal(unpacked.subclass, block.subclass);
        assert_int_equal(unpacked.content, block.content);
    }
}

static void random_credit_inverse(void **state)
{
    (void)state;
    for (unsigned round = 0; round < RANDOM_ROUNDS; round++) {
        struct mv_sts_credit credit;
        struct mv_sts_credit back;
        struct mv_sts_block block;
        memset(&credit, 0, sizeof credit);
        credit.subclass = round % 8;
        credit.tid = (uint32_t)(random_bits() >> 40);
        if (credit.subclass < 4) {
            credit.random = (uint8_t)(random_bits() >> 60);
            credit.amount = (uint16_t)(random_bits() >> 48);
        } else {
            credit.currency = (struct mv_sts_currency){.negative = (uint8_t)(random_bits() >> 63),
                                                       .exponent = (uint8_t)(random_bits() >> 59),
                                                       .mantissa = (uint16_t)(random_bits() >> 50)};
        }
        assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_DONE);
        assert_int_equal(mv_sts_credit_unpack(&block, &back), MV_DONE);
        assert_memory_equal(&back, &credit, sizeof back);
    }
}

static void credit_refusals(void **state)
{
    (void)state;
    struct mv_sts_block block;
    struct mv_sts_credit credit = {.tid = MV_TID_MAX + 1};
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_RANGE_ERROR);
    credit = (struct mv_sts_credit){.subclass = 8};
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_RANGE_ERROR);
    credit = (struct mv_sts_credit){.random = 16};
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_RANGE_ERROR);
    credit = (struct mv_sts_credit){.subclass = 4, .currency = {.negative = 2}};
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_RANGE_ERROR);
    credit.currency = (struct mv_sts_currency){.exponent = 32};
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_RANGE_ERROR);
    credit.currency = (struct mv_sts_currency){.mantissa = 0x4000};
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_RANGE_ERROR);
    block = (struct mv_sts_block){.token_class = 0, .subclass = 8};
    assert_int_equal(mv_sts_credit_unpack(&block, &credit), MV_FUNCTION_ERROR);
    block = (struct mv_sts_block){.token_class = 2, .subclass = 0};
    assert_int_equal(mv_sts_credit_unpack(&block, &credit), MV_FUNCTION_ERROR);
}

/* Any one or two wrong bits, class included: within 66 bits CRC-16 finds them all. Currency blocks take another CRC,
 * and a flipped subclass bit can lead from one kind to the other. */
static void flipped_bits_fail_the_crc(void **state)
{
    (void)state;
    for (uint8_t subclass = 0; subclass < 16; subclass++) {
        struct mv_sts_block block = {.token_class = 0, .subclass = subclass, .content = UINT64_C(0x55AB6590123)};
        struct mv_sts_block out;
        uint64_t clear = mv_sts_block_pack(&block);
        for (unsigned a = 0; a < 66; a++) {
            for (unsigned b = a; b < 66; b++) {
                uint64_t low = (a < 64 ? UINT64_C(1) << a : 0) | (b < 64 ? UINT64_C(1) << b : 0);
                uint8_t high = (uint8_t)((a >= 64 ? 1U << (a - 64) : 0) | (b >= 64 ? 1U << (b - 64) : 0));
                assert_int_equal(mv_sts_block_unpack(high, clear ^ low, &out), MV_CRC_ERROR);
                assert_int_equal(out.content, 0);
            }
        }
    }
    struct mv_sts_block out;
    assert_int_equal(mv_sts_block_unpack(4, 0, &out), MV_FORMAT_ERROR);
}

static void currency_has_its_own_crc(void **state)
{
    (void)state;
    struct mv_sts_block credit = {.token_class = 0, .subclass = 4, .content = 1};
    struct mv_sts_block management = {.token_class = 2, .subclass = 4, .content = 1};
    uint8_t plain[8] = {0x00, 0x40, 0, 0, 0, 0, 0x01, 0x01};
    plain[0] = 0;
    assert_int_equal(mv_sts_block_pack(&credit) & 0xFFFF, mv_sts_crc(plain, 8));
    plain[0] = 2;
    assert_int_equal(mv_sts_block_pack(&management) & 0xFFFF, mv_sts_crc(plain, 7));
}

/* The clear block of class 0 that class 2 would take, too: its CRC is that of the other class. */
static void two_faced_blocks_are_told(void **state)
{
    (void)state;
    unsigned found = 0;
    for (uint32_t n = 0; n < 1U << 18; n++) {
        struct mv_sts_block block = {.token_class = MV_CLASS_CREDIT, .subclass = 4, .content = n};
        struct mv_sts_block other;
        uint64_t clear = mv_sts_block_pack(&block);
        bool both = mv_sts_block_unpack(MV_CLASS_MANAGEMENT, clear, &other) == MV_DONE;
        assert_int_equal(mv_sts_block_is_two_faced(MV_CLASS_CREDIT, clear), both);
        if (!both)
            continue;
        found++;
        assert_int_equal(other.content, n);
        assert_true(mv_sts_block_is_two_faced(MV_CLASS_MANAGEMENT, clear));
        assert_false(mv_sts_block_is_two_faced(MV_CLASS_DISPLAY, clear)); /* is not encrypted */
        assert_false(mv_sts_block_is_two_faced(3, clear));
    }
    assert_true(found > 0);
}

static void digits_refusals(void **state)
{
    (void)state;
    uint8_t token_class = 9;
    uint64_t cipher = 5;
    static const char *const bad[] = {
        "",
        "0",
        "0000000000000000000",   /* 19 */
        "000000000000000000000", /* 21 */
        "0000000000000000000 ",
        " 0000000000000000000",
        "-0000000000000000001",
        "0000000000000000000x",
        "0000000000000000000:",
        "73786976294838206464", /* 2^66 */
        "99999999999999999999",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(mv_sts_digits_to_block(bad[i], &token_class, &cipher), MV_FORMAT_ERROR);
    assert_int_equal(token_class, 9);
    assert_int_equal(cipher, 5);

    char digits[21];
    assert_int_equal(mv_sts_digits_to_block("73786976294838206463", &token_class, &cipher), MV_DONE); /* 2^66 - 1 */
    assert_int_equal(token_class, 3);
    assert_int_equal(cipher, UINT64_MAX);
    mv_sts_digits_from_block(3, UINT64_MAX, digits);
    assert_string_equal(digits, "73786976294838206463");
    mv_sts_digits_from_block(0, 0, digits);
    assert_string_equal(digits, "00000000000000000000");
    /* the class sits at bits 28 and 27; those of the block go to 65 and 64 */
    mv_sts_digits_from_block(1, 0, digits);
    assert_string_equal(digits, "00000000000134217728");
    mv_sts_digits_from_block(0, UINT64_C(1) << 27, digits);
    assert_string_equal(digits, "18446744073709551616");
}

static void each_permutation(const uint8_t *table, unsigned size)
{
    uint64_t seen = 0;
    for (unsigned i = 0; i < size; i++)
        seen |= UINT64_C(1) << table[i];
    assert_int_equal(seen, size == 64 ? UINT64_MAX : (UINT64_C(1) << size) - 1);
}

static void tables_are_permutations(void **state)
{
    (void)state;
    const struct mv_sta_tables *const sets[] = {&mv_sta_public, &mv_sta_sample};
    for (unsigned i = 0; i < 2; i++) {
        each_permutation(sets[i]->s1, 16);
        each_permutation(sets[i]->s2, 16);
        each_permutation(sets[i]->p, 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_inverse),           cmocka_unit_test(random_credit_inverse),
        cmocka_unit_test(credit_refusals),          cmocka_unit_test(flipped_bits_fail_the_crc),
        cmocka_unit_test(currency_has_its_own_crc), cmocka_unit_test(digits_refusals),
        cmocka_unit_test(tables_are_permutations),  cmocka_unit_test(two_faced_blocks_are_told),
    };
    return cmocka_run_group_tests_name("core token", tests, NULL, NULL);
}
