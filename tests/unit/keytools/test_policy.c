/* Whoever has the PIN tries to get more out of every kind of key than its policy allows: each attempt is refused by the
 * module, or found afterwards by what `verify` and the key process's start check. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/token.h"
#include "hsm/internal.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue *catalogue;

static const CK_ATTRIBUTE_TYPE usages[] = {CKA_SIGN,    CKA_VERIFY,  CKA_WRAP,  CKA_UNWRAP,
                                           CKA_ENCRYPT, CKA_DECRYPT, CKA_DERIVE};
enum { USAGES = sizeof usages / sizeof usages[0] };

static CK_RV set(CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
    CK_ATTRIBUTE attribute = {type, &value, sizeof value};
    return hsm->p11->C_SetAttributeValue(hsm->session, key, &attribute, 1);
}

static CK_BBOOL get(CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type)
{
    CK_BBOOL value = CK_FALSE;
    CK_ATTRIBUTE attribute = {type, &value, sizeof value};
    assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, key, &attribute, 1), CKR_OK);
    return value;
}

static CK_OBJECT_HANDLE object_of(const struct hsm_key_info *info)
{
    CK_OBJECT_HANDLE key = 0;
    assert_ok(hsm_find_key(hsm, info->label, &key));
    return key;
}

static void try_to_read(const struct hsm_key_info *info, CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE kek)
{
    uint8_t bytes[64] = {0};
    CK_ATTRIBUTE value = {CKA_VALUE, bytes, sizeof bytes};
    assert_int_not_equal(hsm->p11->C_GetAttributeValue(hsm->session, key, &value, 1), CKR_OK);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    assert_false(hsm_wrap(hsm, kek, key, bytes, 40).ok);
    assert_int_not_equal(set(key, CKA_SENSITIVE, CK_FALSE), CKR_OK);
    assert_int_not_equal(set(key, CKA_EXTRACTABLE, CK_TRUE), CKR_OK);
    assert_ok(hsm_key_verify(hsm, info));
}

/* What the module lets pass is found, and taken back. */
static size_t try_to_widen(const struct hsm_key_info *info, CK_OBJECT_HANDLE key)
{
    size_t passed = 0;
    for (size_t i = 0; i < USAGES; i++) {
        if (get(key, usages[i]) || set(key, usages[i], CK_TRUE) != CKR_OK)
            continue;
        passed++;
        assert_reason(hsm_key_verify(hsm, info), MV_CATALOGUE_CORRUPT);
        assert_reason(hsm_keys_verify(hsm, catalogue), MV_CATALOGUE_CORRUPT);
        assert_int_equal(set(key, usages[i], CK_FALSE), CKR_OK);
    }
    assert_ok(hsm_key_verify(hsm, info));
    return passed;
}

static void no_strangers(void)
{
    size_t count = 9;
    char label[HSM_LABEL_SIZE] = "";
    assert_ok(hsm_strangers(hsm, catalogue, &count, label));
    assert_int_equal(count, 0);
}

/* A copy under `label` with one attribute otherwise; whether the module makes it. */
static bool copied(CK_OBJECT_HANDLE key, const char *label, CK_ATTRIBUTE_TYPE type, CK_BBOOL value,
                   CK_OBJECT_HANDLE *copy)
{
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE attributes[] = {{CKA_TOKEN, &yes, sizeof yes},
                                 {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
                                 {type, &value, sizeof value}};
    return hsm->p11->C_CopyObject(hsm->session, key, attributes, 3, copy) == CKR_OK;
}

static size_t try_to_copy(const struct hsm_key_info *info, CK_OBJECT_HANDLE key)
{
    size_t passed = 0;
    CK_OBJECT_HANDLE copy = 0;
    size_t count = 0;
    char label[HSM_LABEL_SIZE] = "";
    assert_false(copied(key, "spare", CKA_EXTRACTABLE, CK_TRUE, &copy));
    assert_false(copied(key, "spare", CKA_SENSITIVE, CK_FALSE, &copy));
    for (size_t i = 0; i < USAGES; i++) {
        if (!copied(key, "spare", usages[i], CK_TRUE, &copy))
            continue;
        passed++;
        assert_ok(hsm_strangers(hsm, catalogue, &count, label));
        assert_int_equal(count, 1);
        assert_string_equal(label, "spare");
        hsm_destroy(hsm, copy);
    }
    if (copied(key, info->label, CKA_PRIVATE, CK_TRUE, &copy)) { /* beside it, under its own label */
        passed++;
        assert_reason(hsm_key_verify(hsm, info), MV_CATALOGUE_CORRUPT);
        hsm_destroy(hsm, copy);
    }
    no_strangers();
    return passed;
}

static void test_every_kind(void **state)
{
    (void)state;
    size_t widened = 0;
    size_t copies = 0;
    CK_OBJECT_HANDLE kek = 0;
    assert_ok(hsm_find_key(hsm, HSM_BACKUP_KEK_LABEL, &kek));
    no_strangers();
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *info = &catalogue->keys[i].info;
        CK_OBJECT_HANDLE key = object_of(info);
        try_to_read(info, key, kek);
        size_t passed = try_to_widen(info, key);
        size_t made = try_to_copy(info, key);
        /* only what must be copied for speed can be touched at all */
        if (!hsm_policy_of(info->use)->modifiable)
            assert_int_equal(passed, 0);
        widened += passed;
        copies += made;
    }
    (void)printf("%zu keys: the module let %zu usages be widened and %zu copies be made; all were found\n",
                 catalogue->key_count, widened, copies);
    assert_int_equal(catalogue->key_count, 6); /* one of each kind */
    assert_ok(hsm_keys_verify(hsm, catalogue));
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

static int begin(void **state)
{
    (void)state;
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    struct hsm_key_request vending = {.use = HSM_USE_VENDING, .issued_until_unix_s = INT64_MAX};
    struct hsm_key_request factory = {.use = HSM_USE_FACTORY_KEK, .name = "acme", .issued_until_unix_s = INT64_MAX};
    vending.scope = (struct hsm_vending_scope){
        .sgc = "999901", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    catalogue = calloc(1, sizeof *catalogue);
    test_ok(hsm_key_generate(hsm, &vending, &keeper, &made), "vending key");
    test_ok(hsm_key_generate(hsm, &factory, &keeper, &made), "factory key");
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_kind), cmocka_unit_test(test_exchanged)};
    return cmocka_run_group_tests(tests, begin, end);
}
