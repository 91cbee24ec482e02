/* AES-128 (FIPS 197), CMAC (RFC 4493), key unwrap (RFC 3394) and the substitutions of MISTY1 (RFC 2994). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/aes.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "../../../meter-core/src/sts/cipher.h"
#include "metervault/aes.h"
#include "vectors.h"

struct pair {
    const char *key, *in, *out;
};

static void aes_published(void **state)
{
    (void)state;
    static const struct pair cases[] = {
        /* FIPS 197 appendix B and C.1 */
        {"2B7E151628AED2A6ABF7158809CF4F3C", "3243F6A8885A308D313198A2E0370734", "3925841D02DC09FBDC118597196A0B32"},
        {"000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", "69C4E0D86A7B0430D8CDB78070B4C55A"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mv_aes128 aes;
        uint8_t key[16];
        uint8_t clear[16];
        uint8_t cipher[16];
        uint8_t out[16];
        hex_bytes(cases[i].key, key, sizeof key);
        hex_bytes(cases[i].in, clear, sizeof clear);
        hex_bytes(cases[i].out, cipher, sizeof cipher);
        mv_aes128_init(&aes, key);
        mv_aes128_encrypt(&aes, clear, out);
        assert_memory_equal(out, cipher, sizeof out);
        mv_aes128_decrypt(&aes, out, out); /* in place */
        assert_memory_equal(out, clear, sizeof out);
    }
}

/* All values of every byte position pass through each step; a second implementation agrees. */
static void aes_agrees_with_openssl(void **state)
{
    (void)state;
    uint8_t block[16] = {0};
    uint8_t key[16] = {0};
    uint8_t mine[16];
    uint8_t theirs[16];
    int length = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    for (unsigned i = 0; i < 4096; i++) {
        struct mv_aes128 aes;
        mv_aes128_init(&aes, key);
        mv_aes128_encrypt(&aes, block, mine);
        assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL), 1);
        assert_int_equal(EVP_EncryptUpdate(context, theirs, &length, block, 16), 1);
        assert_memory_equal(mine, theirs, 16);
        mv_aes128_decrypt(&aes, mine, mine);
        assert_memory_equal(mine, block, 16);
        memcpy(key, block, 16);
        memcpy(block, theirs, 16);
    }
    EVP_CIPHER_CTX_free(context);
}

static void aes_wipe(void **state)
{
    (void)state;
    static const struct mv_aes128 zero;
    struct mv_aes128 aes;
    mv_aes128_init(&aes, (const uint8_t *)"0123456789abcdef");
    mv_aes128_wipe(&aes);
    assert_memory_equal(&aes, &zero, sizeof aes);
}

static void cmac_published(void **state)
{
    (void)state;
    static const char message[] = "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51"
                                  "30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710";
    static const struct {
        uint32_t length;
        const char *mac;
    } cases[] = {
        {0, "BB1D6929E95937287FA37D129B756746"},
        {16, "070A16B46B4D4144F79BDD9DD04A287C"},
        {40, "DFA66747DE9AE63030CA32611497C827"},
        {64, "51F0BEBF7E3B9D92FC49741779363CFE"},
    };
    uint8_t key[16];
    uint8_t data[64];
    struct mv_aes128 aes;
    hex_bytes("2B7E151628AED2A6ABF7158809CF4F3C", key, sizeof key);
    hex_bytes(message, data, sizeof data);
    mv_aes128_init(&aes, key);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t expected[16];
        uint8_t mac[16];
        hex_bytes(cases[i].mac, expected, sizeof expected);
        mv_aes128_cmac(&aes, data, cases[i].length, mac);
        assert_memory_equal(mac, expected, sizeof mac);
    }
}

/* RFC 3394, 4.1 */
static void unwrap_published(void **state)
{
    (void)state;
    uint8_t key[16];
    uint8_t wrapped[24];
    uint8_t expected[16];
    uint8_t plain[16];
    struct mv_aes128 aes;
    hex_bytes("000102030405060708090A0B0C0D0E0F", key, sizeof key);
    hex_bytes("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5", wrapped, sizeof wrapped);
    hex_bytes("00112233445566778899AABBCCDDEEFF", expected, sizeof expected);
    mv_aes128_init(&aes, key);
    assert_int_equal(mv_aes128_unwrap(&aes, wrapped, sizeof wrapped, plain), MV_DONE);
    assert_memory_equal(plain, expected, sizeof plain);

    static const uint8_t wiped[16];
    for (unsigned bit = 0; bit < 8 * sizeof wrapped; bit++) {
        wrapped[bit / 8] ^= (uint8_t)(1U << bit % 8);
        memset(plain, 0x77, sizeof plain);
        assert_int_equal(mv_aes128_unwrap(&aes, wrapped, sizeof wrapped, plain), MV_KEY_INTEGRITY_ERROR);
        assert_memory_equal(plain, wiped, sizeof plain);
        wrapped[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* Every length against OpenSSL's wrapping. */
static void unwrap_lengths(void **state)
{
    (void)state;
    uint8_t secret[64];
    uint8_t wrapped[80];
    uint8_t plain[72];
    struct mv_aes128 aes;
    AES_KEY wrap_key;
    mv_aes128_init(&aes, (const uint8_t *)"0123456789abcdef");
    for (unsigned i = 0; i < sizeof secret; i++)
        secret[i] = (uint8_t)(i * 7 + 1);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    AES_set_encrypt_key((const uint8_t *)"0123456789abcdef", 128, &wrap_key);
    for (uint32_t size = 16; size <= 64; size += 8) {
        assert_int_equal(AES_wrap_key(&wrap_key, NULL, wrapped, secret, size), size + 8);
        assert_int_equal(mv_aes128_unwrap(&aes, wrapped, size + 8, plain), MV_DONE);
        assert_memory_equal(plain, secret, size);
    }
#pragma GCC diagnostic pop
    static const uint32_t wrong[] = {0, 8, 16, 23, 25, 73, 80};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(mv_aes128_unwrap(&aes, wrapped, wrong[i], plain), MV_RANGE_ERROR);
}

/* The computed substitutions against the digests of the published tables. */
static void misty1_tables(void **state)
{
    (void)state;
    uint8_t s7[128];
    uint8_t s9[1024];
    uint8_t expected[32];
    uint8_t digest[32];
    for (unsigned x = 0; x < 128; x++)
        s7[x] = (uint8_t)mv_misty1_s7((uint16_t)x);
    for (size_t x = 0; x < 512; x++) {
        uint16_t y = mv_misty1_s9((uint16_t)x);
        s9[2 * x] = (uint8_t)(y >> 8);
        s9[2 * x + 1] = (uint8_t)y;
    }
    SHA256(s7, sizeof s7, digest);
    hex_bytes("2ef2f333a517fe3bf0d0d4afd2c1d4b743ce2eb4eacd4b65b5e6dbcd4ca733e7", expected, sizeof expected);
    assert_memory_equal(digest, expected, sizeof digest);
    SHA256(s9, sizeof s9, digest);
    hex_bytes("3921809db7e7b172acd29dbb6e5478d750782b890b2bc1a232139399ab31c7c6", expected, sizeof expected);
    assert_memory_equal(digest, expected, sizeof digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aes_published),  cmocka_unit_test(aes_agrees_with_openssl), cmocka_unit_test(aes_wipe),
        cmocka_unit_test(cmac_published), cmocka_unit_test(unwrap_published),        cmocka_unit_test(unwrap_lengths),
        cmocka_unit_test(misty1_tables),
    };
    return cmocka_run_group_tests_name("core crypto", tests, NULL, NULL);
}
