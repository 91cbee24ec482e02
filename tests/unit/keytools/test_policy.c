/* Whoever has the PIN tries to get more out of every kind of key than its policy allows. Each attempt is refused by the
 * module, or found: by what `verify` asks, and by the key process, which then does not serve. */
#include "../../support/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../hsm/process.h"
#include "hsm/internal.h"
#include "hsm/sign.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue *catalogue;

/* What is tried with an object: its value is read, it is wrapped, an attribute is set, a copy is made with one. */
enum how { READ, WRAP_BY_BACKUP, WRAP_BY_OWN, SET, COPY, COPY_AS_ITSELF };

static const struct attempt {
    const char *name;
    enum how how;
    CK_ATTRIBUTE_TYPE type;
    CK_BBOOL value;
    bool must_be_refused; /* by every module: the key itself would be out */
} attempts[] = {
    {"read", READ, 0, 0, true},
    {"wrap under backup-kek", WRAP_BY_BACKUP, 0, 0, true},
    {"wrap under an own key", WRAP_BY_OWN, 0, 0, true},
    {"un-sensitise", SET, CKA_SENSITIVE, CK_FALSE, true},
    {"make extractable", SET, CKA_EXTRACTABLE, CK_TRUE, true},
    {"make public", SET, CKA_PRIVATE, CK_FALSE, false},
    {"make modifiable", SET, CKA_MODIFIABLE, CK_TRUE, false},
    {"widen to sign", SET, CKA_SIGN, CK_TRUE, false},
    {"widen to sign with recovery", SET, CKA_SIGN_RECOVER, CK_TRUE, false},
    {"widen to verify", SET, CKA_VERIFY, CK_TRUE, false},
    {"widen to wrap", SET, CKA_WRAP, CK_TRUE, false},
    {"widen to unwrap", SET, CKA_UNWRAP, CK_TRUE, false},
    {"widen to encrypt", SET, CKA_ENCRYPT, CK_TRUE, false},
    {"widen to decrypt", SET, CKA_DECRYPT, CK_TRUE, false},
    {"widen to derive", SET, CKA_DERIVE, CK_TRUE, false},
    {"copy not sensitive", COPY, CKA_SENSITIVE, CK_FALSE, true},
    {"copy extractable", COPY, CKA_EXTRACTABLE, CK_TRUE, true},
    {"copy public", COPY, CKA_PRIVATE, CK_FALSE, false},
    {"copy modifiable", COPY, CKA_MODIFIABLE, CK_TRUE, false},
    {"copy to sign", COPY, CKA_SIGN, CK_TRUE, false},
    {"copy to sign with recovery", COPY, CKA_SIGN_RECOVER, CK_TRUE, false},
    {"copy to verify", COPY, CKA_VERIFY, CK_TRUE, false},
    {"copy to wrap", COPY, CKA_WRAP, CK_TRUE, false},
    {"copy to unwrap", COPY, CKA_UNWRAP, CK_TRUE, false},
    {"copy to encrypt", COPY, CKA_ENCRYPT, CK_TRUE, false},
    {"copy to decrypt", COPY, CKA_DECRYPT, CK_TRUE, false},
    {"copy to derive", COPY, CKA_DERIVE, CK_TRUE, false},
    {"copy under its own label", COPY_AS_ITSELF, CKA_PRIVATE, CK_TRUE, false},
};
enum { ATTEMPTS = sizeof attempts / sizeof attempts[0], KINDS = 17 };

static const char *const kinds[KINDS] = {
    "vending/999901/1/2",   "catalogue-mac",       "audit-token-hash",    "dkga02-kek",       "backup-kek",
    "factory/acme",         "record-mac/A1B2C3/1", "record-enc/A1B2C3/1", "audit-sign/1",     "card-issuer/1",
    "card-office/1",        "card-meter/1",        "card-area/A1B2C3/1",  "card-transport/1", "card-pboc-internal/1",
    "card-pboc-external/1", "card-pboc-mac/1"};

static CK_OBJECT_HANDLE backup_kek;
static CK_OBJECT_HANDLE own_key; /* of whoever has the PIN */

static CK_RV set(CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
    CK_ATTRIBUTE attribute = {type, &value, sizeof value};
    return hsm->p11->C_SetAttributeValue(hsm->session, key, &attribute, 1);
}

/* False when the object has no such attribute, or has this value already. */
static bool differs(CK_OBJECT_HANDLE key, const struct attempt *attempt)
{
    CK_BBOOL value = CK_FALSE;
    CK_ATTRIBUTE attribute = {attempt->type, &value, sizeof value};
    return hsm->p11->C_GetAttributeValue(hsm->session, key, &attribute, 1) == CKR_OK && value != attempt->value;
}

static CK_OBJECT_HANDLE object_of(const struct hsm_key_info *info)
{
    CK_OBJECT_HANDLE key = 0;
    assert_ok(info->use == HSM_USE_AUDIT_SIGN ? hsm_find_private(hsm, info->label, &key)
                                              : hsm_find_key(hsm, info->label, &key));
    return key;
}

static bool is_read(CK_OBJECT_HANDLE key)
{
    uint8_t bytes[64] = {0};
    CK_ATTRIBUTE value = {CKA_VALUE, bytes, sizeof bytes};
    bool got = hsm->p11->C_GetAttributeValue(hsm->session, key, &value, 1) == CKR_OK;
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    return got;
}

static bool is_wrapped(CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE key)
{
    static const CK_MECHANISM_TYPE ways[] = {CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_PAD};
    bool done = false;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        uint8_t wrapped[512];
        CK_ULONG size = sizeof wrapped;
        CK_MECHANISM way = {.mechanism = ways[i]};
        done = done || hsm->p11->C_WrapKey(hsm->session, &way, kek, key, wrapped, &size) == CKR_OK;
    }
    return done;
}

static bool is_copied(CK_OBJECT_HANDLE key, const char *label, const struct attempt *attempt, CK_OBJECT_HANDLE *copy)
{
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL value = attempt->value;
    CK_ATTRIBUTE attributes[] = {{CKA_TOKEN, &yes, sizeof yes},
                                 {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
                                 {attempt->type, &value, sizeof value}};
    return hsm->p11->C_CopyObject(hsm->session, key, attributes, 3, copy) == CKR_OK;
}

/* What the key process says before it serves. */
static void expect_served(bool served)
{
    char text[1024];
    int code = process_check(&token, text, sizeof text);
    if ((code == 0) != served)
        fail_msg("the key process's check ends with %d: %s", code, text);
    if (!served)
        assert_non_null(strstr(text, "CATALOGUE_CORRUPT"));
}

static void expect_strangers(size_t expected)
{
    size_t count = 9;
    char label[HSM_LABEL_SIZE] = "";
    assert_ok(hsm_strangers(hsm, catalogue, &count, label));
    assert_int_equal(count, expected);
}

/* What the module let pass: `verify` and the key process must see it. Then it is taken back. */
static void expect_found(const struct hsm_key_info *info, const struct attempt *attempt, CK_OBJECT_HANDLE key,
                         CK_OBJECT_HANDLE copy)
{
    if (attempt->how == COPY) {
        expect_strangers(1);
        assert_reason(hsm_strangers_verify(hsm, catalogue), MV_CATALOGUE_CORRUPT);
    } else {
        assert_reason(hsm_key_verify(hsm, info), MV_CATALOGUE_CORRUPT);
        assert_reason(hsm_keys_verify(hsm, catalogue), MV_CATALOGUE_CORRUPT);
    }
    expect_served(false);
    if (attempt->how == SET)
        assert_int_equal(set(key, attempt->type, attempt->value == CK_TRUE ? CK_FALSE : CK_TRUE), CKR_OK);
    else
        hsm_destroy(hsm, copy);
}

/* Whether the module let it pass. */
static bool tried(const struct hsm_key_info *info, const struct attempt *attempt)
{
    CK_OBJECT_HANDLE key = object_of(info);
    CK_OBJECT_HANDLE copy = 0;
    bool passed = false;
    switch (attempt->how) {
    case READ:
        passed = is_read(key);
        break;
    case WRAP_BY_BACKUP:
        passed = is_wrapped(backup_kek, key);
        break;
    case WRAP_BY_OWN:
        passed = is_wrapped(own_key, key);
        break;
    case SET:
        passed = differs(key, attempt) && set(key, attempt->type, attempt->value) == CKR_OK;
        break;
    case COPY:
        passed = differs(key, attempt) && is_copied(key, "spare", attempt, &copy);
        break;
    case COPY_AS_ITSELF:
        passed = is_copied(key, info->label, attempt, &copy);
        break;
    }
    if (passed && attempt->must_be_refused)
        fail_msg("%s: %s", info->label, attempt->name);
    if (passed)
        expect_found(info, attempt, key, copy);
    assert_ok(hsm_key_verify(hsm, info));
    expect_strangers(0);
    return passed;
}

static void test_every_kind_and_attempt(void **state)
{
    (void)state;
    size_t found = 0;
    assert_int_equal(catalogue->key_count, KINDS);
    expect_served(true);
    for (size_t i = 0; i < KINDS; i++) {
        const struct hsm_key_entry *entry = hsm_catalogue_by_label(catalogue, kinds[i]);
        assert_non_null(entry);
        const struct hsm_policy *policy = hsm_policy_of(entry->info.use);
        for (size_t j = 0; j < ATTEMPTS; j++) {
            bool passed = tried(&entry->info, &attempts[j]);
            /* only what must be copied for speed can be touched at all */
            if (passed && (policy == NULL || !policy->modifiable))
                fail_msg("%s: %s is let pass", kinds[i], attempts[j].name);
            if (passed)
                (void)printf("%s: the module lets pass: %s; it was found\n", kinds[i], attempts[j].name);
            found += passed;
        }
    }
    assert_true(found > 0);
    assert_ok(hsm_keys_verify(hsm, catalogue));
    expect_served(true);
}

/* A creation that was cut short leaves such a key: `verify` tells of it, and selling goes on. */
static void test_left_by_a_creation(void **state)
{
    (void)state;
    static const uint8_t value[32] = {9};
    static const char *const none[] = {"vending", "spare/999902/1/2", "vending/999901", "factory/",
                                       "recordmac/A1B2C3/1"};
    CK_OBJECT_HANDLE key = 0;
    size_t count = 9;
    char label[HSM_LABEL_SIZE] = "";
    assert_ok(hsm_place(hsm, hsm_policy_of(HSM_USE_VENDING), value, "vending/999902/1/2"));
    expect_strangers(1);
    assert_ok(hsm_strangers_verify(hsm, catalogue));
    expect_served(true);
    assert_ok(hsm_leftovers_destroy(hsm, catalogue, &count, label));
    assert_int_equal(count, 1);
    assert_string_equal(label, "vending/999902/1/2");
    expect_strangers(0);
    assert_ok(hsm_leftovers_destroy(hsm, catalogue, &count, label));
    assert_int_equal(count, 0);
    assert_ok(hsm_keys_verify(hsm, catalogue));
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) { /* not our labels, or not of this use */
        assert_ok(hsm_place(hsm, hsm_policy_of(HSM_USE_CATALOGUE_MAC), value, none[i]));
        assert_reason(hsm_strangers_verify(hsm, catalogue), MV_CATALOGUE_CORRUPT);
        assert_ok(hsm_leftovers_destroy(hsm, catalogue, &count, label)); /* not its business */
        assert_int_equal(count, 0);
        assert_ok(hsm_find_key(hsm, none[i], &key));
        hsm_destroy(hsm, key);
    }
    expect_strangers(0);
}

/* A key that the catalogue knows, made anew with another value. */
static void test_exchanged(void **state)
{
    (void)state;
    static const uint8_t value[32] = {7};
    const struct hsm_key_entry *vending = hsm_catalogue_vending(catalogue, "999901", 1, 2);
    assert_non_null(vending);
    hsm_destroy(hsm, object_of(&vending->info));
    assert_reason(hsm_key_verify(hsm, &vending->info), MV_CATALOGUE_CORRUPT);
    assert_ok(hsm_place(hsm, hsm_policy_of(HSM_USE_VENDING), value, vending->info.label));
    assert_reason(hsm_key_verify(hsm, &vending->info), MV_CATALOGUE_CORRUPT);
}

static void make_own_key(void)
{
    static const uint8_t value[32] = {5};
    static const CK_KEY_TYPE aes = CKK_AES;
    struct hsm_template template = {.count = 0};
    hsm_template_session(&template, &aes, false);
    hsm_template_flag(&template, CKA_WRAP, true);
    hsm_template_add(&template, CKA_VALUE, value, sizeof value);
    assert_int_equal(hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, &own_key), CKR_OK);
}

static int begin(void **state)
{
    (void)state;
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    struct hsm_key_request requests[] = {{.use = HSM_USE_VENDING},
                                         {.use = HSM_USE_FACTORY_KEK, .name = "acme"},
                                         {.use = HSM_USE_RECORD_MAC, .domain = {0xA1, 0xB2, 0xC3}, .version = 1},
                                         {.use = HSM_USE_RECORD_ENC, .domain = {0xA1, 0xB2, 0xC3}, .version = 1},
                                         {.use = HSM_USE_CARD_ISSUER, .version = 1},
                                         {.use = HSM_USE_CARD_OFFICE, .version = 1},
                                         {.use = HSM_USE_CARD_METER, .version = 1},
                                         {.use = HSM_USE_CARD_AREA, .domain = {0xA1, 0xB2, 0xC3}, .version = 1},
                                         {.use = HSM_USE_CARD_TRANSPORT, .version = 1},
                                         {.use = HSM_USE_CARD_PBOC_INTERNAL, .version = 1},
                                         {.use = HSM_USE_CARD_PBOC_EXTERNAL, .version = 1},
                                         {.use = HSM_USE_CARD_PBOC_MAC, .version = 1}};
    requests[0].scope = (struct hsm_vending_scope){
        .sgc = "999901", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    catalogue = calloc(1, sizeof *catalogue);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        requests[i].issued_until_unix_s = INT64_MAX;
        test_ok(hsm_key_generate(hsm, &requests[i], &keeper, &made), "key");
    }
    test_ok(hsm_sign_make(hsm, &made), "audit-sign");
    make_own_key();
    test_ok(hsm_find_key(hsm, HSM_BACKUP_KEK_LABEL, &backup_kek), "backup-kek");
    return catalogue != NULL && hsm_catalogue_read(hsm, catalogue).ok ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    hsm_close(hsm);
    free(catalogue);
    test_token_free(&token);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_kind_and_attempt),
                                       cmocka_unit_test(test_left_by_a_creation), cmocka_unit_test(test_exchanged)};
    return cmocka_run_group_tests(tests, begin, end);
}
