/* Keys of cards of profile 2 in the token, called directly: they are the ones of the rule, and none can be read. */
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "base/secret.h"
#include "hsm/internal.h"
#include "hsm/life.h"
#include "hsm/pboc_key.h"
#include "record_world.h"

static struct test_token its_token;
static struct hsm *hsm;

static int set_up(void **state)
{
    static const enum hsm_key_use uses[] = {HSM_USE_CARD_PBOC_INTERNAL, HSM_USE_CARD_PBOC_EXTERNAL,
                                            HSM_USE_CARD_PBOC_MAC};
    (void)state;
    if (!mv_secret_init().ok)
        return -1;
    test_token_new(&its_token, NULL);
    hsm = test_token_open_new(&its_token);
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++)
        test_ok(record_world_master(hsm, uses[i], DOMAIN, ACTIVE), "import");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_close(hsm);
    test_token_free(&its_token);
    return 0;
}

static struct hsm_handle known_master(void)
{
    static const uint8_t value[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                      0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    CK_OBJECT_HANDLE made = 0;
    assert_ok(hsm_known_des3_key(hsm, value, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, &made));
    return (struct hsm_handle){made};
}

static const uint8_t factor[MV_PBOC_BLOCK] = {1, 2, 3, 4, 5, 6, 7, 8};

/* The token sets odd parity in what it derives: other bytes, the same cipher. */
static void derived_as_the_rule_says(void **state)
{
    uint8_t block[MV_PBOC_BLOCK] = {0};
    uint8_t left[MV_PBOC_BLOCK] = {0};
    struct hsm_pboc_key key;
    CK_OBJECT_HANDLE single = 0;
    (void)state;
    struct hsm_handle master = known_master();
    assert_ok(hsm_pboc_derive(hsm, master, factor, true, &key));
    assert_ok(hsm_des3_encrypt_block(hsm, key.whole.object, block));
    assert_memory_equal(block, "\xf7\xc8\xbc", 3);
    static const uint8_t twice[16] = {0x00, 0xe2, 0xb1, 0x53, 0x07, 0xa7, 0xa3, 0x30,
                                      0x00, 0xe2, 0xb1, 0x53, 0x07, 0xa7, 0xa3, 0x30};
    assert_ok(hsm_known_des3_key(hsm, twice, HSM_MAY_ENCRYPT, &single));
    memset(block, 0, sizeof block);
    assert_ok(hsm_des3_encrypt_block(hsm, single, block));
    assert_ok(hsm_des3_encrypt_block(hsm, key.left.object, left));
    assert_memory_equal(block, left, sizeof block);
    hsm_pboc_drop(hsm, &key);
    assert_int_equal(key.whole.object, 0);
    assert_ok(hsm_pboc_derive(hsm, master, factor, false, &key));
    assert_int_equal(key.left.object, 0);
    hsm_pboc_drop(hsm, &key);
    hsm_destroy(hsm, single);
    hsm_destroy(hsm, master.object);
}

static void is_shut(CK_OBJECT_HANDLE key)
{
    uint8_t bytes[24] = {0};
    CK_ATTRIBUTE value = {CKA_VALUE, bytes, sizeof bytes};
    CK_OBJECT_HANDLE kek = 0;
    assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, key, &value, 1), CKR_ATTRIBUTE_SENSITIVE);
    assert_ok(hsm_find_key(hsm, HSM_BACKUP_KEK_LABEL, &kek));
    assert_false(hsm_wrap(hsm, kek, key, bytes, sizeof bytes).ok);
    assert_ok(hsm_expect_flag(hsm, key, CKA_TOKEN, false, "CKA_TOKEN"));
    assert_ok(hsm_expect_flag(hsm, key, CKA_EXTRACTABLE, false, "CKA_EXTRACTABLE"));
    assert_ok(hsm_expect_flag(hsm, key, CKA_ENCRYPT, true, "CKA_ENCRYPT"));
    assert_ok(hsm_expect_flag(hsm, key, CKA_DECRYPT, false, "CKA_DECRYPT"));
    assert_ok(hsm_expect_flag(hsm, key, CKA_DERIVE, false, "CKA_DERIVE"));
    assert_ok(hsm_expect_flag(hsm, key, CKA_WRAP, false, "CKA_WRAP"));
    assert_ok(hsm_expect_flag(hsm, key, CKA_SIGN, false, "CKA_SIGN"));
}

static void no_key_can_be_read(void **state)
{
    struct hsm_pboc_key key;
    CK_OBJECT_HANDLE master = 0;
    (void)state;
    assert_ok(hsm_find_key(hsm, "card-pboc-mac/2", &master));
    assert_ok(hsm_pboc_derive(hsm, (struct hsm_handle){master}, factor, true, &key));
    is_shut(key.whole.object);
    is_shut(key.left.object);
    hsm_pboc_drop(hsm, &key);
}

static void masters_are_under_the_policy(void **state)
{
    static const char *const labels[] = {"card-pboc-internal/2", "card-pboc-external/2", "card-pboc-mac/2"};
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    (void)state;
    assert_ok(hsm_catalogue_read(hsm, catalogue));
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        const struct hsm_key_entry *entry = hsm_catalogue_by_label(catalogue, labels[i]);
        assert_non_null(entry);
        assert_int_equal(entry->info.kcv_method, HSM_KCV_DES3);
        assert_ok(hsm_key_verify(hsm, &entry->info));
        assert_true(hsm_key_is_mortal(&entry->info));
        struct hsm_key_info other = entry->info;
        other.kcv[0] ^= 1;
        assert_reason(hsm_key_verify(hsm, &other), MV_CATALOGUE_CORRUPT);
    }
    free(catalogue);
}

/* Generated in the token, a key whose backup opens to the same key. */
static void a_generated_master_has_a_backup(void **state)
{
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    const struct hsm_key_request request = {
        .use = HSM_USE_CARD_PBOC_MAC, .version = 9, .issued_until_unix_s = INT64_MAX};
    const struct hsm_policy *policy = hsm_policy_of(HSM_USE_CARD_PBOC_MAC);
    (void)state;
    assert_ok(hsm_key_generate(hsm, &request, &keeper, &made));
    assert_int_equal(backup.size, 24);
    assert_ok(hsm_revive_prove(hsm, policy, backup.wrapped, backup.size, HSM_KCV_DES3, made.kcv));
    made.kcv[2] ^= 1;
    assert_reason(hsm_revive_prove(hsm, policy, backup.wrapped, backup.size, HSM_KCV_DES3, made.kcv), MV_KCV_MISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derived_as_the_rule_says),
        cmocka_unit_test(no_key_can_be_read),
        cmocka_unit_test(masters_are_under_the_policy),
        cmocka_unit_test(a_generated_master_has_a_backup),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
