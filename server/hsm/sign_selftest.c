/* ECDSA has no known answer, because each signature is another: the known public key must take what the module signs.
 */
#include "hsm/internal.h"
#include "hsm/sign.h"

static const uint8_t P256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

/* RFC 6979, A.2.5: the key of its examples on P-256. */
static const uint8_t scalar[] = {0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21,
                                 0x57, 0x67, 0xb1, 0xd6, 0x93, 0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8,
                                 0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21};
static const uint8_t point[HSM_POINT_BYTES] = {
    0x04, 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74, 0xc6, 0x35, 0x6d, 0x68,
    0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62, 0x2e, 0x60, 0xf2, 0x9f, 0xb6, 0x79,
    0x03, 0xfe, 0x10, 0x08, 0xb8, 0xbc, 0x99, 0xa4, 0x1a, 0xe9, 0xe9, 0x56, 0x28, 0xbc, 0x64, 0xf2, 0xf1,
    0xb2, 0x0c, 0x2d, 0x7e, 0x9f, 0x51, 0x77, 0xa3, 0xc2, 0x94, 0xd4, 0x46, 0x22, 0x99};

static mv_status make(struct hsm *hsm, CK_OBJECT_HANDLE *key)
{
    static const CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
    static const CK_KEY_TYPE type = CKK_EC;
    struct hsm_template template = {.count = 0};
    hsm_template_add(&template, CKA_CLASS, &private_key, sizeof private_key);
    hsm_template_add(&template, CKA_KEY_TYPE, &type, sizeof type);
    hsm_template_flag(&template, CKA_TOKEN, false);
    hsm_template_flag(&template, CKA_PRIVATE, true);
    hsm_template_flag(&template, CKA_SIGN, true);
    hsm_template_add(&template, CKA_EC_PARAMS, P256, sizeof P256);
    hsm_template_add(&template, CKA_VALUE, scalar, sizeof scalar);
    CK_RV rv = hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, key);
    return hsm_check(rv, "C_CreateObject");
}

mv_status hsm_sign_self_test(struct hsm *hsm)
{
    static const uint8_t digest[HSM_SIGN_DIGEST] = {'s', 'e', 'l', 'f', ' ', 't', 'e', 's', 't'};
    uint8_t der[HSM_SIGN_PUBLIC];
    uint8_t signature[HSM_SIGNATURE_MOST];
    size_t size = 0;
    CK_OBJECT_HANDLE key = 0;
    mv_status status = make(hsm, &key);
    if (status.ok)
        status = hsm_ecdsa(hsm, key, digest, signature, &size);
    hsm_destroy(hsm, key);
    hsm_sign_der(point, der);
    if (status.ok && hsm_sign_check(der, digest, signature, size))
        return mv_ok();
    return mv_fail_code(MV_SELF_TEST_FAILED, "CKM_ECDSA", status.ok ? 0 : status.detail);
}
