/* Card keys in the token, called directly: none can be read, none is left behind, and what is put onto a card and into
 * a meter is what the rules say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "base/secret.h"
#include "card_world.h"
#include "hsm/card_key.h"
#include "hsm/internal.h"
#include "hsm/life.h"
#include "record_oracle.h"

static struct test_token its_token;
static struct hsm *hsm;
static struct hsm_catalogue *catalogue;
static struct hsm_children *children;
static struct hsm_handle factory;

static int set_up(void **state)
{
    (void)state;
    if (!mv_secret_init().ok)
        return -1;
    test_token_new(&its_token, NULL);
    hsm = test_token_open_new(&its_token);
    card_world_import(hsm);
    test_ok(test_token_factory(hsm, "acme", "000102030405060708090A0B0C0D0E0F"), "factory");
    catalogue = calloc(1, sizeof *catalogue);
    assert_ok(hsm_catalogue_read(hsm, catalogue));
    assert_ok(hsm_children_new(&children));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_children_free(children);
    free(catalogue);
    hsm_close(hsm);
    test_token_free(&its_token);
    return 0;
}

static struct hsm_card_source source(enum hsm_key_use use, uint8_t version, uint8_t purpose)
{
    struct hsm_card_source made = {.size = 8, .diversifier = {purpose}};
    memcpy(made.diversifier + 1, CARD_UID, sizeof CARD_UID);
    assert_ok(hsm_master_for_meters(hsm, catalogue, use, DOMAIN, version, &made.master));
    return made;
}

static size_t session_keys(void)
{
    static const CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    struct hsm_template match = {.count = 0};
    size_t count = 0;
    hsm_template_add(&match, CKA_CLASS, &secret_key, sizeof secret_key);
    hsm_template_flag(&match, CKA_TOKEN, false);
    assert_ok(hsm_find(hsm, match.attributes, match.count, found, HSM_MOST_FOUND, &count));
    return count;
}

static void is_shut(struct hsm_handle key, unsigned permissions)
{
    static const struct {
        CK_ATTRIBUTE_TYPE type;
        unsigned permission;
    } flags[] = {{CKA_SIGN, HSM_MAY_SIGN},     {CKA_VERIFY, HSM_MAY_VERIFY},   {CKA_WRAP, HSM_MAY_WRAP},
                 {CKA_UNWRAP, HSM_MAY_UNWRAP}, {CKA_ENCRYPT, HSM_MAY_ENCRYPT}, {CKA_DECRYPT, HSM_MAY_DECRYPT},
                 {CKA_DERIVE, HSM_MAY_DERIVE}};
    uint8_t bytes[32] = {0};
    CK_ATTRIBUTE value = {CKA_VALUE, bytes, sizeof bytes};
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE extractable = {CKA_EXTRACTABLE, &yes, sizeof yes};
    CK_OBJECT_HANDLE kek = 0;
    assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, key.object, &value, 1), CKR_ATTRIBUTE_SENSITIVE);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    assert_ok(hsm_find_key(hsm, HSM_BACKUP_KEK_LABEL, &kek));
    assert_false(hsm_wrap(hsm, kek, key.object, bytes, 24).ok);
    assert_int_not_equal(hsm->p11->C_SetAttributeValue(hsm->session, key.object, &extractable, 1), CKR_OK);
    assert_ok(hsm_expect_flag(hsm, key.object, CKA_TOKEN, false, "CKA_TOKEN"));
    assert_ok(hsm_expect_flag(hsm, key.object, CKA_PRIVATE, true, "CKA_PRIVATE"));
    assert_ok(hsm_expect_flag(hsm, key.object, CKA_SENSITIVE, true, "CKA_SENSITIVE"));
    assert_ok(hsm_expect_flag(hsm, key.object, CKA_EXTRACTABLE, false, "CKA_EXTRACTABLE"));
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        assert_ok(hsm_expect_flag(hsm, key.object, flags[i].type, (permissions & flags[i].permission) != 0, "usage"));
}

static void no_key_can_be_read(void **state)
{
    (void)state;
    const struct hsm_card_source office = source(HSM_USE_CARD_OFFICE, ACTIVE, 1);
    const struct hsm_card_source zeros = {.size = 0};
    static const uint8_t sv[2][32] = {{0xA5}, {0x5A}};
    struct hsm_card_keys keys;
    struct hsm_handle key;
    assert_ok(hsm_card_key(hsm, children, &office, &factory, &key));
    is_shut(key, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT | HSM_MAY_DERIVE);
    assert_int_equal(factory.object, 0);
    assert_ok(hsm_card_derive(hsm, key, sv[0], sv[1], &keys));
    is_shut(keys.enc, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT);
    is_shut(keys.mac, HSM_MAY_SIGN);
    hsm_card_drop(hsm, &keys);
    assert_ok(hsm_card_key(hsm, children, &zeros, &factory, &key));
    is_shut(key, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT | HSM_MAY_DERIVE);
    assert_int_equal(key.object, factory.object);
}

static long resident_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *file = fopen("/proc/self/status", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    (void)fclose(file);
    return kb;
}

/* Ten thousand sessions leave no object. What SoftHSM keeps of each destroyed one is its own; it is told in the README,
 * and must not grow beyond that. */
static void sessions_leave_nothing(void **state)
{
    (void)state;
    enum { SESSIONS = 10000, MOST_BYTES_A_SESSION = 1500 };
    const struct hsm_card_source office = source(HSM_USE_CARD_OFFICE, ACTIVE, 1);
    uint8_t sv[2][32] = {{0xA5}, {0x5A}};
    size_t before = session_keys();
    long kb_before = resident_kb();
    for (unsigned i = 0; i < SESSIONS; i++) {
        struct hsm_card_keys keys;
        struct hsm_handle key;
        sv[0][20] = sv[1][20] = (uint8_t)i;
        assert_ok(hsm_card_key(hsm, children, &office, &factory, &key));
        assert_ok(hsm_card_derive(hsm, key, sv[0], sv[1], &keys));
        hsm_card_drop(hsm, &keys);
    }
    long bytes = (resident_kb() - kb_before) * 1024 / SESSIONS;
    print_message("%ld bytes are left of a session's two keys\n", bytes);
    assert_int_equal(session_keys(), before);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(bytes < MOST_BYTES_A_SESSION);
#endif
}

static void change_brings_what_the_card_expects(void **state)
{
    (void)state;
    const struct hsm_card_source old_key = source(HSM_USE_CARD_TRANSPORT, ACTIVE, 5);
    const struct hsm_card_source new_key = source(HSM_USE_CARD_OFFICE, NEWEST, 1);
    const struct hsm_card_source zeros = {.size = 0};
    const struct hsmd_card_key_ref transport = card_ref(HSMD_CARD_TRANSPORT, 1, ACTIVE);
    const struct hsmd_card_key_ref office = card_ref(HSMD_CARD_OFFICE, 1, NEWEST);
    uint8_t values[2][16];
    uint8_t plain[MV_CARD_KEY_DATA_MAX];
    uint8_t size = 0;
    card_key(&transport, values[0]);
    card_key(&office, values[1]);
    assert_ok(hsm_card_key_data(hsm, &new_key, &old_key, NEWEST, plain, &size));
    assert_int_equal(size, 21);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(plain[i], values[0][i] ^ values[1][i]);
    assert_int_equal(plain[16], NEWEST);
    uint32_t crc = mv_card_crc32(values[1], 16);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(plain[17 + i], crc >> (8 * i) & 0xFF);
    assert_ok(hsm_card_key_data(hsm, &new_key, &zeros, NEWEST, plain, &size));
    assert_memory_equal(plain, values[1], 16);
    assert_ok(hsm_card_key_data(hsm, &new_key, NULL, NEWEST, plain, &size));
    assert_int_equal(size, 17);
    assert_memory_equal(plain, values[1], 16);
}

static void a_meter_gets_its_keys(void **state)
{
    (void)state;
    struct hsm_card_export meter = {.meter_version = NEWEST, .area_version = ACTIVE};
    const struct hsmd_card_key_ref own = card_ref(HSMD_CARD_METER, 2, NEWEST);
    const struct hsmd_card_key_ref area = card_ref(HSMD_CARD_AREA, 3, ACTIVE);
    static const uint8_t zeros[16];
    uint8_t kek[16];
    uint8_t wrapped[HSM_CARD_KEYS_WRAPPED];
    uint8_t kcvs[HSM_CARD_KEYS][HSM_KCV_BYTES];
    uint8_t plain[32];
    uint8_t expected[16];
    uint8_t mac[16];
    for (size_t i = 0; i < sizeof kek; i++)
        kek[i] = (uint8_t)i;
    memcpy(meter.pan, METER, sizeof meter.pan);
    memcpy(meter.domain, DOMAIN, sizeof meter.domain);
    assert_ok(hsm_export_cards(hsm, catalogue, &meter, "factory/acme", wrapped, kcvs));
    assert_true(oracle_unwrap(kek, wrapped, plain, sizeof plain));
    card_key(&own, expected);
    assert_memory_equal(plain, expected, 16);
    oracle_cmac(expected, zeros, sizeof zeros, mac);
    assert_memory_equal(kcvs[0], mac, HSM_KCV_BYTES);
    card_key(&area, expected);
    assert_memory_equal(plain + 16, expected, 16);
    oracle_cmac(expected, zeros, sizeof zeros, mac);
    assert_memory_equal(kcvs[1], mac, HSM_KCV_BYTES);
    meter.area_version = 0;
    assert_ok(hsm_export_cards(hsm, catalogue, &meter, "factory/acme", wrapped, kcvs));
    assert_true(oracle_unwrap(kek, wrapped, plain, sizeof plain));
    assert_memory_equal(plain + 16, zeros, 16);
    assert_memory_equal(kcvs[1], zeros, HSM_KCV_BYTES);
}

static void not_every_meter_gets_some(void **state)
{
    (void)state;
    struct hsm_card_export meter = {.meter_version = ACTIVE};
    uint8_t wrapped[HSM_CARD_KEYS_WRAPPED];
    uint8_t kcvs[HSM_CARD_KEYS][HSM_KCV_BYTES];
    memcpy(meter.pan, METER, sizeof meter.pan);
    memcpy(meter.domain, OTHER_DOMAIN, sizeof meter.domain);
    assert_reason(hsm_export_cards(hsm, catalogue, &meter, "factory/other", wrapped, kcvs), MV_KEY_UNKNOWN);
    meter.pan[4] = ' ';
    assert_reason(hsm_export_cards(hsm, catalogue, &meter, "factory/acme", wrapped, kcvs), MV_INVALID_FIELD);
    memcpy(meter.pan, METER, sizeof meter.pan);
    meter.area_version = ACTIVE;
    assert_reason_at(hsm_export_cards(hsm, catalogue, &meter, "factory/acme", wrapped, kcvs), MV_CARD_KEY_UNKNOWN,
                     "card-area");
    meter.area_version = 0;
    for (unsigned version = BELOW; version <= NEWEST; version++) {
        meter.meter_version = (uint8_t)version;
        mv_status status = hsm_export_cards(hsm, catalogue, &meter, "factory/acme", wrapped, kcvs);
        /* its time may come when the meter is sold */
        if (version == ACTIVE || version == NEWEST || version == NOT_YET)
            assert_ok(status);
        else
            assert_reason(status, MV_CARD_KEY_NOT_ACTIVE);
    }
    meter.meter_version = NEWEST + 1;
    assert_reason_at(hsm_export_cards(hsm, catalogue, &meter, "factory/acme", wrapped, kcvs), MV_CARD_KEY_UNKNOWN,
                     "card-meter");
}

static void masters_are_under_the_policy(void **state)
{
    (void)state;
    static const char *const labels[] = {"card-issuer/2", "card-office/2", "card-meter/2", "card-area/A1B2C3/2",
                                         "card-transport/2"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        const struct hsm_key_entry *entry = hsm_catalogue_by_label(catalogue, labels[i]);
        assert_non_null(entry);
        assert_ok(hsm_key_verify(hsm, &entry->info));
        assert_true(hsm_key_is_mortal(&entry->info));
    }
    assert_int_equal(hsm_family_minimum(catalogue, &hsm_catalogue_by_label(catalogue, "card-meter/2")->info), 2);
    assert_int_equal(hsm_family_minimum(catalogue, &hsm_catalogue_by_label(catalogue, "card-office/2")->info), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_can_be_read),
        cmocka_unit_test(sessions_leave_nothing),
        cmocka_unit_test(change_brings_what_the_card_expects),
        cmocka_unit_test(a_meter_gets_its_keys),
        cmocka_unit_test(not_every_meter_gets_some),
        cmocka_unit_test(masters_are_under_the_policy),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
