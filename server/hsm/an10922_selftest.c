/* AN10922 in the token against its published value. The derived key cannot be read, so its MAC is compared with that of
 * the published key. */
#include <string.h>

#include "hsm/an10922.h"

static mv_status compare(struct hsm *hsm, CK_OBJECT_HANDLE child, CK_OBJECT_HANDLE expected)
{
    static const uint8_t message[] = "AN10922";
    uint8_t mac[16] = {0};
    uint8_t right[16] = {1};
    MV_TRY(hsm_cmac(hsm, child, message, sizeof message, mac));
    MV_TRY(hsm_cmac(hsm, expected, message, sizeof message, right));
    return memcmp(mac, right, sizeof mac) == 0 ? mv_ok() : mv_fail(MV_SELF_TEST_FAILED, NULL);
}

mv_status hsm_an10922_self_test(struct hsm *hsm)
{
    static const uint8_t master_value[HSM_AN10922_KEY] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                                          0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    static const uint8_t input[] = {0x04, 0x78, 0x2e, 0x21, 0x80, 0x1d, 0x80, 0x30, 0x42,
                                    0xf5, 0x4e, 0x58, 0x50, 0x20, 0x41, 0x62, 0x75};
    static const uint8_t derived[HSM_AN10922_KEY] = {0xa8, 0xdd, 0x63, 0xa3, 0xb8, 0x9d, 0x54, 0xb3,
                                                     0x7c, 0xa8, 0x02, 0x47, 0x3f, 0xda, 0x91, 0x75};
    CK_OBJECT_HANDLE master = 0;
    CK_OBJECT_HANDLE child = 0;
    CK_OBJECT_HANDLE expected = 0;
    mv_status status = hsm_known_key(hsm, master_value, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, &master);
    if (status.ok)
        status = hsm_known_key(hsm, derived, HSM_MAY_SIGN, &expected);
    if (status.ok)
        status = hsm_an10922_child(hsm, master, input, sizeof input, HSM_MAY_SIGN, &child);
    if (status.ok)
        status = compare(hsm, child, expected);
    hsm_destroy(hsm, child);
    hsm_destroy(hsm, expected);
    hsm_destroy(hsm, master);
    return status.ok ? mv_ok() : mv_fail_code(MV_SELF_TEST_FAILED, "CKM_AES_ECB_ENCRYPT_DATA", status.detail);
}
