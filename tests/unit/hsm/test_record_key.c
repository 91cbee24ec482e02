/* Keys of meters that are derived in the token: what can be seen of them from the session that made them, how many
 * there are, and what their masters may do. */
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "hsm/an10922.h"
#include "hsm/children.h"
#include "hsm/record_key.h"
#include "record_oracle.h"
#include "record_world.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue *catalogue;
static struct hsm_children *children;
static const char FACTORY[] = "000102030405060708090a0b0c0d0e0f";

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    record_world_import(hsm);
    test_ok(test_token_factory(hsm, "f1", FACTORY), "factory");
    catalogue = calloc(1, sizeof *catalogue);
    test_ok(hsm_catalogue_read(hsm, catalogue), "read");
    test_ok(hsm_children_new(&children), "children");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_children_free(children);
    hsm_close(hsm);
    free(catalogue);
    test_token_free(&token);
    return 0;
}

static struct hsm_record_owner owner_of(uint16_t epoch)
{
    struct hsm_record_owner owner = {.epoch = epoch};
    memcpy(owner.pan, METER, sizeof owner.pan);
    memcpy(owner.domain, DOMAIN, sizeof owner.domain);
    return owner;
}

static struct hsm_handle handle_of(enum hsm_key_use use, uint8_t version)
{
    char label[HSM_LABEL_SIZE];
    struct hsm_handle handle;
    hsm_master_label(use, DOMAIN, version, label);
    test_ok(hsm_handle_open(hsm, &hsm_catalogue_by_label(catalogue, label)->info, &handle), "open");
    return handle;
}

static size_t session_keys(CK_OBJECT_HANDLE *found, size_t size)
{
    static const CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
    struct hsm_template match = {.count = 0};
    size_t count = 0;
    hsm_template_add(&match, CKA_CLASS, &secret_key, sizeof secret_key);
    hsm_template_flag(&match, CKA_TOKEN, false);
    test_ok(hsm_find(hsm, match.attributes, match.count, found, size, &count), "find");
    return count;
}

/* Neither to be read, nor wrapped, nor opened. */
static void is_shut(CK_OBJECT_HANDLE key)
{
    uint8_t bytes[32] = {0};
    CK_ATTRIBUTE value = {CKA_VALUE, bytes, sizeof bytes};
    CK_OBJECT_HANDLE kek = 0;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE extractable = {CKA_EXTRACTABLE, &yes, sizeof yes};
    assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, key, &value, 1), CKR_ATTRIBUTE_SENSITIVE);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    test_ok(hsm_find_key(hsm, HSM_BACKUP_KEK_LABEL, &kek), "kek");
    assert_false(hsm_wrap(hsm, kek, key, bytes, 24).ok);
    assert_int_not_equal(hsm->p11->C_SetAttributeValue(hsm->session, key, &extractable, 1), CKR_OK);
    test_ok(hsm_expect_flag(hsm, key, CKA_SENSITIVE, true, "CKA_SENSITIVE"), "sensitive");
    test_ok(hsm_expect_flag(hsm, key, CKA_PRIVATE, true, "CKA_PRIVATE"), "private");
}

static void is_closed(CK_OBJECT_HANDLE key)
{
    is_shut(key);
    test_ok(hsm_expect_flag(hsm, key, CKA_ENCRYPT, false, "CKA_ENCRYPT"), "encrypt");
    test_ok(hsm_expect_flag(hsm, key, CKA_DECRYPT, false, "CKA_DECRYPT"), "decrypt");
    test_ok(hsm_expect_flag(hsm, key, CKA_DERIVE, false, "CKA_DERIVE"), "derive");
}

/* As many meters as there are places and some more: each MAC is right, the objects are bounded and none says its key.
 */
static void children_are_closed_and_bounded(void **state)
{
    (void)state;
    enum { METERS = HSM_CHILDREN + 40 };
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    const struct hsm_handle master = handle_of(HSM_USE_RECORD_MAC, ACTIVE);
    uint8_t value[16];
    record_world_value(HSM_USE_RECORD_MAC, DOMAIN, ACTIVE, value);
    for (unsigned round = 0; round < 2 * METERS; round++) {
        const struct hsm_record_owner owner = owner_of((uint16_t)(round % METERS));
        uint8_t mac[16];
        uint8_t child[16];
        uint8_t expected[16];
        test_ok(hsm_record_mac(hsm, children, master, HSM_CHILD_MAC_OUT, &owner, value, 5, mac), "mac");
        oracle_child(value, 0x81, METER, DOMAIN, owner.epoch, child);
        oracle_cmac(child, value, 5, expected);
        assert_memory_equal(mac, expected, sizeof mac);
    }
    assert_int_equal(session_keys(found, HSM_MOST_FOUND), HSM_CHILDREN);
    is_closed(found[0]);
    is_closed(found[HSM_CHILDREN - 1]);
    hsm_children_clear(hsm, children);
    assert_int_equal(session_keys(found, HSM_MOST_FOUND), 0);
}

/* One that is used stays, however many come after it. */
static void the_one_used_last_stays(void **state)
{
    (void)state;
    const struct hsm_handle master = handle_of(HSM_USE_RECORD_MAC, ACTIVE);
    uint8_t diversifier[MV_RECORD_DIVERSIFIER] = {1};
    CK_OBJECT_HANDLE kept = 0;
    CK_OBJECT_HANDLE key = 0;
    test_ok(hsm_children_get(hsm, children, master.object, diversifier, &kept), "first");
    for (unsigned i = 1; i <= HSM_CHILDREN; i++) {
        uint8_t other[MV_RECORD_DIVERSIFIER] = {1, (uint8_t)(i >> 8), (uint8_t)i};
        test_ok(hsm_children_get(hsm, children, master.object, other, &key), "other");
        test_ok(hsm_children_get(hsm, children, master.object, diversifier, &key), "kept");
        assert_int_equal(key, kept);
    }
    hsm_children_clear(hsm, children);
}

static void nothing_is_left_of_a_wrapping(void **state)
{
    (void)state;
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED];
    uint8_t kcvs[HSM_RECORD_KEYS][HSM_KCV_BYTES];
    const struct hsm_record_owner owner = owner_of(3);
    test_ok(hsm_record_wrap_update(hsm, handle_of(HSM_USE_RECORD_ENC, ACTIVE), handle_of(HSM_USE_RECORD_MAC, NEWEST),
                                   handle_of(HSM_USE_RECORD_ENC, NEWEST), &owner, &owner, wrapped),
            "update");
    const struct hsm_record_export meter = {.owner = owner, .mac_version = ACTIVE, .enc_version = NEWEST};
    test_ok(hsm_export_records(hsm, catalogue, &meter, "factory/f1", wrapped, kcvs), "export");
    assert_int_equal(session_keys(found, HSM_MOST_FOUND), 0);
}

static void factories_get_what_meters_need(void **state)
{
    (void)state;
    static const uint8_t purposes[HSM_RECORD_KEYS] = {0x01, 0x81, 0x02};
    static const uint8_t zeros[16];
    uint8_t factory[16];
    uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED];
    uint8_t kcvs[HSM_RECORD_KEYS][HSM_KCV_BYTES];
    uint8_t keys[48];
    const struct hsm_record_export meter = {.owner = owner_of(3), .mac_version = ACTIVE, .enc_version = NEWEST};
    test_ok(hsm_export_records(hsm, catalogue, &meter, "factory/f1", wrapped, kcvs), "export");
    (void)test_hex(FACTORY, factory, sizeof factory);
    assert_true(oracle_unwrap(factory, wrapped, keys, sizeof keys));
    for (unsigned i = 0; i < HSM_RECORD_KEYS; i++) {
        uint8_t master[16];
        uint8_t expected[16];
        record_world_value(i < 2 ? HSM_USE_RECORD_MAC : HSM_USE_RECORD_ENC, DOMAIN, i < 2 ? ACTIVE : NEWEST, master);
        oracle_child(master, purposes[i], METER, DOMAIN, 3, expected);
        assert_memory_equal(keys + 16 * (size_t)i, expected, 16);
        oracle_cmac(expected, zeros, sizeof zeros, expected);
        assert_memory_equal(kcvs[i], expected, HSM_KCV_BYTES);
    }
}

static mv_status export_as(uint8_t mac_version, uint8_t enc_version, const char *factory)
{
    uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED];
    uint8_t kcvs[HSM_RECORD_KEYS][HSM_KCV_BYTES];
    const struct hsm_record_export meter = {
        .owner = owner_of(3), .mac_version = mac_version, .enc_version = enc_version};
    return hsm_export_records(hsm, catalogue, &meter, factory, wrapped, kcvs);
}

static void factories_get_no_key_that_ends(void **state)
{
    (void)state;
    static const uint8_t ending[] = {BELOW, REPLACED, EXPIRED, COMPROMISED, DESTROYED};
    for (size_t i = 0; i < sizeof ending; i++) {
        assert_reason(export_as(ending[i], NEWEST, "factory/f1"), MV_RECORD_KEY_NOT_ACTIVE);
        assert_reason(export_as(NEWEST, ending[i], "factory/f1"), MV_RECORD_KEY_NOT_ACTIVE);
    }
    test_ok(export_as(NOT_YET, NOT_YET, "factory/f1"), "made before its time");
    assert_reason(export_as(NEWEST + 1, NEWEST, "factory/f1"), MV_RECORD_KEY_UNKNOWN);
    assert_reason(export_as(NEWEST, NEWEST, "factory/f2"), MV_KEY_UNKNOWN);
    assert_reason(export_as(NEWEST, NEWEST, "record-mac/A1B2C3/2"), MV_KEY_UNKNOWN);
}

/* Born in the token: nobody sets its value, its KCV is asked by encryption, its policy holds. */
static void masters_are_born_and_proved(void **state)
{
    (void)state;
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    struct hsm_key_request request = {
        .use = HSM_USE_RECORD_ENC, .domain = {0xAB, 0, 1}, .version = 255, .issued_until_unix_s = INT64_MAX};
    test_ok(hsm_key_generate(hsm, &request, &keeper, &made), "generate");
    assert_string_equal(made.label, "record-enc/AB0001/255");
    assert_int_equal(made.version, 255);
    assert_int_equal(made.kcv_method, HSM_KCV_AES_CMAC);
    assert_int_equal(backup.size, 24);
    test_ok(hsm_key_verify(hsm, &made), "verify");
    assert_reason(hsm_key_generate(hsm, &request, &keeper, &made), MV_KEY_EXISTS);
    request.version = 0;
    assert_reason(hsm_key_generate(hsm, &request, &keeper, &made), MV_INVALID_FIELD);
    struct hsm_key_info other = made;
    other.kcv[0] ^= 1;
    assert_reason(hsm_key_verify(hsm, &other), MV_CATALOGUE_CORRUPT);
    CK_OBJECT_HANDLE key = 0;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE wrap = {CKA_WRAP, &yes, sizeof yes};
    test_ok(hsm_find_key(hsm, made.label, &key), "find");
    assert_int_not_equal(hsm->p11->C_SetAttributeValue(hsm->session, key, &wrap, 1), CKR_OK);
    is_shut(key);
}

/* More input than two blocks take is refused, exactly two blocks are not padded. */
static void inputs_have_their_length(void **state)
{
    (void)state;
    static const uint8_t input[HSM_AN10922_INPUT + 1] = {1, 2, 3};
    uint8_t full[16];
    uint8_t shorter[16];
    const struct hsm_handle master = handle_of(HSM_USE_RECORD_MAC, ACTIVE);
    assert_reason(hsm_an10922_value(hsm, master.object, input, sizeof input, full), MV_INVALID_FIELD);
    test_ok(hsm_an10922_value(hsm, master.object, input, sizeof input - 1, full), "full");
    test_ok(hsm_an10922_value(hsm, master.object, input, sizeof input - 2, shorter), "shorter");
    uint8_t value[16];
    uint8_t message[HSM_AN10922_INPUT + 1] = {1};
    uint8_t expected[16];
    record_world_value(HSM_USE_RECORD_MAC, DOMAIN, ACTIVE, value);
    memcpy(message + 1, input, HSM_AN10922_INPUT);
    /* two blocks and one byte less are what CMAC pads the same way */
    oracle_cmac(value, message, sizeof message, expected);
    assert_memory_equal(full, expected, sizeof full);
    oracle_cmac(value, message, sizeof message - 1, expected);
    assert_memory_equal(shorter, expected, sizeof shorter);
    struct hsm_record_owner owner = owner_of(1);
    owner.pan[3] = 'x';
    uint8_t mac[16];
    assert_reason(hsm_record_mac(hsm, children, master, HSM_CHILD_MAC_IN, &owner, input, 1, mac), MV_INVALID_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_closed_and_bounded), cmocka_unit_test(the_one_used_last_stays),
        cmocka_unit_test(nothing_is_left_of_a_wrapping),   cmocka_unit_test(factories_get_what_meters_need),
        cmocka_unit_test(factories_get_no_key_that_ends),  cmocka_unit_test(masters_are_born_and_proved),
        cmocka_unit_test(inputs_have_their_length),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
