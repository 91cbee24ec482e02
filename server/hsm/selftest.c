/* Known answers of every mechanism in use, because a module's own list of mechanisms lies. Keys here are published test
 * values in session objects. */
#include <string.h>

#include "hsm/an10922.h"

static mv_status wrong(mv_status status, const char *mechanism)
{
    return mv_fail_code(MV_SELF_TEST_FAILED, mechanism, status.ok ? 0 : status.detail);
}

static mv_status make(struct hsm *hsm, CK_KEY_TYPE type, const uint8_t *value, size_t size, unsigned permissions,
                      CK_OBJECT_HANDLE *key)
{
    static const CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
    const struct hsm_policy policy = {.type = type, .permissions = permissions};
    struct hsm_template template = {.count = 0};
    hsm_template_add(&template, CKA_CLASS, &secret_key, sizeof secret_key);
    hsm_template_add(&template, CKA_KEY_TYPE, &type, sizeof type);
    hsm_template_flag(&template, CKA_TOKEN, false);
    hsm_template_flag(&template, CKA_PRIVATE, true);
    hsm_template_flag(&template, CKA_EXTRACTABLE, true);
    hsm_template_usage(&template, &policy, 0);
    hsm_template_add(&template, CKA_VALUE, value, size);
    CK_RV rv = hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, key);
    return hsm_check(rv, "C_CreateObject");
}

/* RFC 4231, case 1; the key is padded as vending keys are. */
static mv_status test_hmac(struct hsm *hsm)
{
    static const uint8_t key_value[32] = {11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
                                          11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
    static const uint8_t expected[HSM_MAC_BYTES] = {0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf,
                                                    0xce, 0xaf, 0x0b, 0xf1, 0x2b, 0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83,
                                                    0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7};
    uint8_t mac[HSM_MAC_BYTES] = {0};
    CK_OBJECT_HANDLE key = 0;
    mv_status status = make(hsm, CKK_GENERIC_SECRET, key_value, sizeof key_value, HSM_MAY_SIGN, &key);
    if (status.ok)
        status = hsm_hmac(hsm, key, "Hi There", 8, mac);
    hsm_destroy(hsm, key);
    return status.ok && memcmp(mac, expected, sizeof mac) == 0 ? mv_ok() : wrong(status, "CKM_SHA256_HMAC");
}

/* SP 800-38B, AES-256, one block. */
static mv_status test_cmac(struct hsm *hsm)
{
    static const uint8_t key_value[32] = {0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae,
                                          0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61,
                                          0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4};
    static const uint8_t message[16] = {0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96,
                                        0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a};
    static const uint8_t expected[16] = {0x28, 0xa7, 0x02, 0x3f, 0x45, 0x2e, 0x8f, 0x82,
                                         0xbd, 0x4b, 0xf2, 0x8d, 0x8c, 0x37, 0xc3, 0x5c};
    uint8_t mac[16] = {0};
    CK_OBJECT_HANDLE key = 0;
    mv_status status = make(hsm, CKK_AES, key_value, sizeof key_value, HSM_MAY_SIGN, &key);
    if (status.ok)
        status = hsm_cmac(hsm, key, message, sizeof message, mac);
    hsm_destroy(hsm, key);
    return status.ok && memcmp(mac, expected, sizeof mac) == 0 ? mv_ok() : wrong(status, "CKM_AES_CMAC");
}

static const uint8_t counting[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                     16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
static const uint8_t repeating[32] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa,
                                      0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05,
                                      0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};

/* FIPS 197, C.3. */
static mv_status test_ecb(struct hsm *hsm)
{
    static const uint8_t expected[16] = {0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
                                         0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89};
    uint8_t cipher[16] = {0};
    uint8_t plain[16] = {0};
    CK_OBJECT_HANDLE key = 0;
    mv_status status = make(hsm, CKK_AES, counting, 32, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT, &key);
    if (status.ok)
        status = hsm_aes_encrypt_block(hsm, key, repeating, cipher);
    if (status.ok)
        status = hsm_aes_decrypt_block(hsm, key, expected, plain);
    hsm_destroy(hsm, key);
    bool good = memcmp(cipher, expected, sizeof cipher) == 0 && memcmp(plain, repeating, sizeof plain) == 0;
    return status.ok && good ? mv_ok() : wrong(status, "CKM_AES_ECB");
}

/* RFC 3394, 4.6: a 256-bit key under a 256-bit key. */
static const uint8_t wrapped_256[40] = {0x28, 0xC9, 0xF4, 0x04, 0xC4, 0xB8, 0x10, 0xF4, 0xCB, 0xCC,
                                        0xB3, 0x5C, 0xFB, 0x87, 0xF8, 0x26, 0x3F, 0x57, 0x86, 0xE2,
                                        0xD8, 0x0E, 0xD3, 0x26, 0xCB, 0xC7, 0xF0, 0xE7, 0x1A, 0x99,
                                        0xF4, 0x3B, 0xFB, 0x98, 0x8B, 0x9B, 0x7A, 0x02, 0xDD, 0x21};

static mv_status unwrap_to_session(struct hsm *hsm, CK_OBJECT_HANDLE kek, const uint8_t *wrapped, CK_OBJECT_HANDLE *key)
{
    static const CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
    static const CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
    struct hsm_template template = {.count = 0};
    hsm_template_add(&template, CKA_CLASS, &secret_key, sizeof secret_key);
    hsm_template_add(&template, CKA_KEY_TYPE, &generic, sizeof generic);
    hsm_template_flag(&template, CKA_TOKEN, false);
    hsm_template_flag(&template, CKA_PRIVATE, true);
    hsm_template_flag(&template, CKA_SIGN, true);
    return hsm_unwrap(hsm, kek, wrapped, sizeof wrapped_256, template.attributes, template.count, key);
}

/* The unwrapped key must MAC as the original does, which shows it without reading it; a damaged one must be refused. */
static mv_status test_unwrap(struct hsm *hsm, CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE original)
{
    uint8_t damaged[sizeof wrapped_256];
    uint8_t mac[HSM_MAC_BYTES] = {0};
    uint8_t expected[HSM_MAC_BYTES] = {1};
    CK_OBJECT_HANDLE key = 0;
    MV_TRY(unwrap_to_session(hsm, kek, wrapped_256, &key));
    mv_status status = hsm_hmac(hsm, key, "wrap", 4, mac);
    if (status.ok)
        status = hsm_hmac(hsm, original, "wrap", 4, expected);
    hsm_destroy(hsm, key);
    MV_TRY(status);
    if (memcmp(mac, expected, sizeof mac) != 0)
        return mv_fail(MV_SELF_TEST_FAILED, NULL);
    memcpy(damaged, wrapped_256, sizeof damaged);
    damaged[sizeof damaged - 1] ^= 1;
    if (!unwrap_to_session(hsm, kek, damaged, &key).ok)
        return mv_ok();
    hsm_destroy(hsm, key);
    return mv_fail(MV_SELF_TEST_FAILED, NULL);
}

static mv_status test_wrap(struct hsm *hsm)
{
    uint8_t wrapped[sizeof wrapped_256] = {0};
    CK_OBJECT_HANDLE kek = 0;
    CK_OBJECT_HANDLE key = 0;
    mv_status status = make(hsm, CKK_AES, counting, 32, HSM_MAY_WRAP | HSM_MAY_UNWRAP, &kek);
    if (status.ok)
        status = make(hsm, CKK_GENERIC_SECRET, repeating, 32, HSM_MAY_SIGN, &key);
    if (status.ok)
        status = hsm_wrap(hsm, kek, key, wrapped, sizeof wrapped);
    if (status.ok && memcmp(wrapped, wrapped_256, sizeof wrapped) != 0)
        status = mv_fail(MV_SELF_TEST_FAILED, NULL);
    if (status.ok)
        status = test_unwrap(hsm, kek, key);
    hsm_destroy(hsm, key);
    hsm_destroy(hsm, kek);
    return status.ok ? mv_ok() : wrong(status, "CKM_AES_KEY_WRAP");
}

/* DES for DKGA02 is OpenSSL's, which may be built or configured without it; the value is published. */
static mv_status test_des(void)
{
    static const uint8_t key[HSM_DKGA02_BYTES] = {0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab};
    static const uint8_t in[8] = {0x21, 0x51, 0x35, 0x60, 0x11, 0xff, 0xff, 0xff};
    static const uint8_t expected[8] = {0x6c, 0xa9, 0xaa, 0xd4, 0x27, 0x0f, 0xa7, 0x3b};
    uint8_t out[8] = {0};
    mv_status status = hsm_des_encrypt(key, in, out);
    return status.ok && memcmp(out, expected, sizeof out) == 0 ? mv_ok() : wrong(status, "DES");
}

/* A generator that repeats itself is the fault that can be seen from outside. */
static mv_status test_random(struct hsm *hsm)
{
    uint8_t first[32] = {0};
    uint8_t second[32] = {0};
    mv_status status = hsm_random(hsm, first, sizeof first);
    if (status.ok)
        status = hsm_random(hsm, second, sizeof second);
    return status.ok && memcmp(first, second, sizeof first) != 0 ? mv_ok() : wrong(status, "C_GenerateRandom");
}

mv_status hsm_self_test(struct hsm *hsm)
{
    MV_TRY(test_hmac(hsm));
    MV_TRY(test_cmac(hsm));
    MV_TRY(test_ecb(hsm));
    MV_TRY(test_wrap(hsm));
    MV_TRY(hsm_sign_self_test(hsm));
    MV_TRY(hsm_an10922_self_test(hsm));
    MV_TRY(hsm_card_self_test(hsm));
    MV_TRY(hsm_pboc_self_test(hsm));
    MV_TRY(test_des());
    return test_random(hsm);
}
