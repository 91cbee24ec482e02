/* audit-sign on a real token: who signs, what verifies, and what is found when the key pair is not what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/token.h"
#include "base/secret.h"
#include "hsm/image.h"
#include "hsm/internal.h"
#include "hsm/sign.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue catalogue;
static const uint8_t digest[HSM_SIGN_DIGEST] = {1, 2, 3};

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_close(hsm);
    test_token_free(&token);
    return 0;
}

static struct hsm_key_info made(void)
{
    struct hsm_key_info info;
    test_ok(hsm_sign_make(hsm, &info), "make");
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    return info;
}

static CK_OBJECT_HANDLE private_key(const char *label)
{
    CK_OBJECT_HANDLE key = 0;
    test_ok(hsm_find_private(hsm, label, &key), "private key");
    return key;
}

/* A key pair's private half as somebody with the PIN could make it. */
static void plant(const char *label, bool extractable, bool decrypts)
{
    static const uint8_t curve[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
    struct hsm_template public_half = {.count = 0};
    struct hsm_template private_half = {.count = 0};
    CK_MECHANISM mechanism = {.mechanism = CKM_EC_KEY_PAIR_GEN};
    CK_OBJECT_HANDLE keys[2];
    hsm_template_add(&public_half, CKA_EC_PARAMS, curve, sizeof curve);
    hsm_template_flag(&public_half, CKA_TOKEN, false);
    hsm_template_flag(&private_half, CKA_TOKEN, true);
    hsm_template_flag(&private_half, CKA_PRIVATE, true);
    hsm_template_flag(&private_half, CKA_SENSITIVE, true);
    hsm_template_flag(&private_half, CKA_EXTRACTABLE, extractable);
    hsm_template_flag(&private_half, CKA_SIGN, true);
    hsm_template_flag(&private_half, CKA_SIGN_RECOVER, false);
    hsm_template_flag(&private_half, CKA_DECRYPT, decrypts);
    hsm_template_flag(&private_half, CKA_UNWRAP, false);
    hsm_template_flag(&private_half, CKA_DERIVE, false);
    hsm_template_add(&private_half, CKA_LABEL, label, strlen(label));
    hsm_template_flag(&private_half, CKA_MODIFIABLE, false);
    CK_RV rv = hsm->p11->C_GenerateKeyPair(hsm->session, &mechanism, public_half.attributes, public_half.count,
                                           private_half.attributes, private_half.count, &keys[0], &keys[1]);
    assert_int_equal(rv, CKR_OK);
    hsm_destroy(hsm, keys[0]);
}

static void the_newest_version_signs_and_old_ones_verify(void **state)
{
    (void)state;
    uint8_t first[HSM_SIGNATURE_MOST];
    uint8_t second[HSM_SIGNATURE_MOST];
    uint8_t der[2][HSM_SIGN_PUBLIC];
    size_t first_size = 0;
    size_t second_size = 0;
    uint32_t version = 0;
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    assert_int_equal(hsm_sign(hsm, &catalogue, digest, first, &first_size, &version).reason, MV_KEY_UNKNOWN);
    struct hsm_key_info info = made();
    assert_string_equal(info.label, "audit-sign/1");
    assert_int_equal(info.kcv_method, HSM_KCV_PUBLIC_SHA256);
    test_ok(hsm_sign(hsm, &catalogue, digest, first, &first_size, &version), "sign");
    assert_int_equal(version, 1);
    (void)made();
    test_ok(hsm_sign(hsm, &catalogue, digest, second, &second_size, &version), "sign");
    assert_int_equal(version, 2);
    test_ok(hsm_sign_public(&catalogue, 1, der[0]), "first");
    test_ok(hsm_sign_public(&catalogue, 2, der[1]), "second");
    assert_int_equal(hsm_sign_public(&catalogue, 3, der[1]).reason, MV_KEY_UNKNOWN);
    assert_true(hsm_sign_check(der[0], digest, first, first_size));
    assert_true(hsm_sign_check(der[1], digest, second, second_size));
    assert_false(hsm_sign_check(der[1], digest, first, first_size));
    assert_false(hsm_sign_check(der[0], digest, first, first_size - 1));
    const uint8_t other[HSM_SIGN_DIGEST] = {1, 2, 4};
    assert_false(hsm_sign_check(der[0], other, first, first_size));
    der[0][3] ^= 1; /* another form of key than ours */
    assert_false(hsm_sign_check(der[0], digest, first, first_size));
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
}

static void a_version_without_its_private_key_signs_no_more(void **state)
{
    (void)state;
    uint8_t signature[HSM_SIGNATURE_MOST];
    size_t size = 0;
    uint32_t version = 0;
    (void)made();
    struct hsm_key_info second = made();
    hsm_destroy(hsm, private_key(second.label));
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
    test_ok(hsm_sign(hsm, &catalogue, digest, signature, &size, &version), "sign");
    assert_int_equal(version, 1);
    hsm_destroy(hsm, private_key("audit-sign/1"));
    assert_int_equal(hsm_sign(hsm, &catalogue, digest, signature, &size, &version).reason, MV_KEY_UNKNOWN);
    assert_null(hsm_sign_newest(hsm, &catalogue));
    assert_int_equal(made().version, 3);
    assert_false(hsm_image_needs(&second));
}

static void finding_is(const struct hsm_key_info *info, const char *where)
{
    mv_status status = hsm_key_verify(hsm, info);
    assert_int_equal(status.reason, MV_CATALOGUE_CORRUPT);
    assert_string_equal(status.where, where);
}

static void another_key_is_found(void **state)
{
    (void)state;
    struct hsm_key_info info = made();
    hsm_destroy(hsm, private_key(info.label));
    plant(info.label, false, false);
    finding_is(&info, "public key");
    plant(info.label, false, false);
    finding_is(&info, "two keys of one label");
    test_ok(hsm_destroy_private(hsm, info.label), "destroy");
    plant(info.label, true, false);
    finding_is(&info, "CKA_EXTRACTABLE");
    test_ok(hsm_destroy_private(hsm, info.label), "destroy");
    plant(info.label, false, true);
    finding_is(&info, "CKA_DECRYPT");
}

static size_t strangers(char label[HSM_LABEL_SIZE])
{
    size_t count = 0;
    test_ok(hsm_strangers(hsm, &catalogue, &count, label), "strangers");
    return count;
}

static void strange_private_keys_are_found(void **state)
{
    (void)state;
    char label[HSM_LABEL_SIZE] = "";
    (void)made();
    assert_int_equal(strangers(label), 0);
    plant("audit-sign/2", false, false); /* what an interrupted creation would leave */
    assert_int_equal(strangers(label), 1);
    assert_string_equal(label, "audit-sign/2");
    (void)made();
    assert_int_equal(strangers(label), 0);
    plant(HSM_CATALOGUE_MAC_LABEL, false, false); /* the label of another kind of key */
    assert_int_equal(strangers(label), 1);
}

static void it_cannot_be_read_or_widened(void **state)
{
    (void)state;
    struct hsm_key_info info = made();
    uint8_t value[64];
    CK_ATTRIBUTE read = {CKA_VALUE, value, sizeof value};
    CK_OBJECT_HANDLE key = private_key(info.label);
    assert_int_not_equal(hsm->p11->C_GetAttributeValue(hsm->session, key, &read, 1), CKR_OK);
    static const CK_ATTRIBUTE_TYPE wider[] = {CKA_EXTRACTABLE, CKA_DECRYPT, CKA_DERIVE};
    for (size_t i = 0; i < sizeof wider / sizeof wider[0]; i++) {
        struct hsm_template template = {.count = 0};
        hsm_template_flag(&template, wider[i], true);
        assert_int_not_equal(hsm->p11->C_SetAttributeValue(hsm->session, key, template.attributes, 1), CKR_OK);
    }
}

int main(void)
{
    test_ok(mv_secret_init(), "secrets");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_newest_version_signs_and_old_ones_verify, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_version_without_its_private_key_signs_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_key_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strange_private_keys_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_cannot_be_read_or_widened, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
