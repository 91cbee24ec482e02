/* The key library on a real SoftHSM token: keys keep their secrets, backups are good, rules refuse. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "../../support/status.h"
#include "../../support/token.h"
#include "hsm/internal.h"
#include "metervault/aes.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue catalogue;

static const struct hsm_vending_scope DKGA04 = {
    .sgc = "123457", .krn = 1, .kt = 2, .dkga = 4, .base_date = 1993, .ken = 255, .ea_mask = 0x880};
static const struct hsm_vending_scope DKGA02 = {
    .sgc = "123456", .krn = 1, .kt = 2, .dkga = 2, .base_date = 1993, .ken = 255, .ea_mask = 0x80};
static const char KEY04[] = "abababababababab949494949494949401234567";
static const char KEY02[] = "abababababababab";
static const char FACTORY[] = "000102030405060708090a0b0c0d0e0f";

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    test_ok(test_token_vending(hsm, DKGA04, KEY04), "import 04");
    test_ok(test_token_vending(hsm, DKGA02, KEY02), "import 02");
    test_ok(test_token_factory(hsm, "f1", FACTORY), "factory");
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_close(hsm);
    test_token_free(&token);
    return 0;
}

static const char *const OBJECTS[] = {"backup-kek", "catalogue-mac",      "audit-token-hash",
                                      "dkga02-kek", "vending/123457/1/2", "factory/f1"};
enum { OBJECT_COUNT = sizeof OBJECTS / sizeof OBJECTS[0] };

static CK_OBJECT_HANDLE object_of(const char *label)
{
    CK_OBJECT_HANDLE key = 0;
    test_ok(hsm_find_key(hsm, label, &key), label);
    return key;
}

static void self_test_passes(void **state)
{
    (void)state;
    test_ok(hsm_self_test(hsm), "self test");
}

/* The linker puts this in the place of OpenSSL's function. */
const EVP_CIPHER *__real_EVP_des_ede3_ecb(void);
const EVP_CIPHER *__wrap_EVP_des_ede3_ecb(void);
static bool des_is_wrong;

const EVP_CIPHER *__wrap_EVP_des_ede3_ecb(void)
{
    return des_is_wrong ? EVP_aes_192_ecb() : __real_EVP_des_ede3_ecb();
}

static void a_missing_des_is_named(void **state)
{
    (void)state;
    des_is_wrong = true;
    mv_status status = hsm_self_test(hsm);
    des_is_wrong = false;
    assert_reason(status, MV_SELF_TEST_FAILED);
    assert_string_equal(status.where, "DES");
}

static void nothing_is_done_without_the_lock(void **state)
{
    (void)state;
    int lock = -1;
    char path[256];
    struct hsm_config config = token.config;
    memcpy(config.token_label, "lock test", sizeof "lock test");
    (void)snprintf(path, sizeof path, "%s/metervault-token-6c6f636b2074657374", HSM_LOCK_FOLDER);
    (void)unlink(path);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_reason(hsm_lock(&config, &lock), MV_FILE_FAILED);
    assert_int_equal(lock, -1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_reason(hsm_lock(&config, &lock), MV_FILE_FAILED);
    assert_int_equal(rmdir(path), 0);
    test_ok(hsm_lock(&config, &lock), "lock");
    hsm_unlock(lock);
    assert_int_equal(unlink(path), 0);
}

/* A login of another process rewrites the token's file: until it is over, a token could look absent. */
static void making_a_token_waits_for_its_turn(void **state)
{
    (void)state;
    int lock = -1;
    int ended = 0;
    const struct timespec while_locked = {.tv_nsec = 300 * 1000000L};
    hsm_close(hsm); /* a module does not survive a fork */
    test_ok(hsm_lock(&token.config, &lock), "lock");
    pid_t pid = fork();
    if (pid == 0) {
        char serial[HSM_SERIAL_SIZE];
        hsm_unlock(lock);
        /* another configuration of the same token */
        memcpy(token.config.path, "/nowhere/other.conf", sizeof "/nowhere/other.conf");
        mv_status status = hsm_token_init(&token.config, TEST_SO_PIN, TEST_PIN, serial);
        _exit(status.reason == MV_TOKEN_IN_USE ? 0 : 1);
    }
    (void)nanosleep(&while_locked, NULL);
    assert_int_equal(waitpid(pid, &ended, WNOHANG), 0);
    hsm_unlock(lock);
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
    hsm = test_token_open(&token);
}

static void keys_are_listed_and_verify(void **state)
{
    (void)state;
    bool changed = true;
    assert_int_equal(catalogue.key_count, 7);
    assert_int_equal(catalogue.generation, 7);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    test_ok(hsm_catalogue_changed(hsm, &changed), "changed");
    assert_false(changed);
}

static void no_value_can_be_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        uint8_t value[64];
        CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof value};
        CK_RV rv = hsm->p11->C_GetAttributeValue(hsm->session, object_of(OBJECTS[i]), &attribute, 1);
        assert_int_equal(rv, CKR_ATTRIBUTE_SENSITIVE);
    }
}

static void no_key_can_be_loosened(void **state)
{
    (void)state;
    static const CK_ATTRIBUTE_TYPE types[] = {CKA_SENSITIVE, CKA_EXTRACTABLE};
    for (size_t i = 0; i < OBJECT_COUNT; i++)
        for (size_t k = 0; k < 2; k++) {
            CK_BBOOL value = types[k] == CKA_EXTRACTABLE;
            CK_ATTRIBUTE attribute = {types[k], &value, sizeof value};
            CK_OBJECT_HANDLE copy = 0;
            CK_OBJECT_HANDLE key = object_of(OBJECTS[i]);
            assert_int_not_equal(hsm->p11->C_SetAttributeValue(hsm->session, key, &attribute, 1), CKR_OK);
            assert_int_not_equal(hsm->p11->C_CopyObject(hsm->session, key, &attribute, 1, &copy), CKR_OK);
        }
    test_ok(hsm_keys_verify(hsm, &catalogue), "unchanged");
}

static void no_key_can_be_wrapped_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        uint8_t wrapped[HSM_MAX_WRAPPED];
        assert_reason(hsm_wrap(hsm, object_of("backup-kek"), object_of(OBJECTS[i]), wrapped, sizeof wrapped),
                      MV_MODULE_FAILED);
    }
}

static void keys_do_only_what_they_are_for(void **state)
{
    (void)state;
    uint8_t block[16] = {0};
    uint8_t mac[HSM_MAC_BYTES];
    assert_false(hsm_cmac(hsm, object_of("backup-kek"), block, sizeof block, mac).ok);
    assert_false(hsm_cmac(hsm, object_of("factory/f1"), block, sizeof block, mac).ok);
    assert_false(hsm_cmac(hsm, object_of("dkga02-kek"), block, sizeof block, mac).ok);
    assert_false(hsm_aes_encrypt_block(hsm, object_of("catalogue-mac"), block, mac).ok);
    assert_false(hsm_aes_decrypt_block(hsm, object_of("backup-kek"), block, mac).ok);
    assert_false(hsm_aes_decrypt_block(hsm, object_of("factory/f1"), block, mac).ok);
    assert_true(hsm_hmac(hsm, object_of("vending/123457/1/2"), block, sizeof block, mac).ok);
}

static void widened_usage_is_found(void **state)
{
    (void)state;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE attribute = {CKA_ENCRYPT, &yes, sizeof yes};
    CK_OBJECT_HANDLE key = object_of("catalogue-mac");
    assert_int_not_equal(hsm->p11->C_SetAttributeValue(hsm->session, key, &attribute, 1), CKR_OK);
    key = object_of("vending/123457/1/2");
    assert_int_equal(hsm->p11->C_SetAttributeValue(hsm->session, key, &attribute, 1), CKR_OK);
    mv_status status = hsm_keys_verify(hsm, &catalogue);
    assert_reason(status, MV_CATALOGUE_CORRUPT);
    assert_string_equal(status.where, "CKA_ENCRYPT");
    yes = CK_FALSE;
    assert_int_equal(hsm->p11->C_SetAttributeValue(hsm->session, key, &attribute, 1), CKR_OK);
    test_ok(hsm_keys_verify(hsm, &catalogue), "narrowed again");
}

static struct hsm_key_request vending_request(const char *sgc, uint8_t dkga)
{
    struct hsm_key_request request = {
        .use = HSM_USE_VENDING, .issued_until_unix_s = INT64_MAX, .accept_host_visible = true};
    request.scope = dkga == 2 ? DKGA02 : DKGA04;
    memcpy(request.scope.sgc, sgc, sizeof request.scope.sgc);
    return request;
}

static mv_status import(const struct hsm_key_request *request, const char *hex, const uint8_t *kcv)
{
    uint8_t key[64];
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    size_t size = test_hex(hex, key, sizeof key);
    return hsm_key_import(hsm, request, key, size, kcv, &keeper, &made);
}

static void imports_are_checked(void **state)
{
    (void)state;
    uint8_t kcv[HSM_KCV_BYTES] = {1, 2, 3};
    assert_reason(test_token_vending(hsm, DKGA04, KEY04), MV_KEY_EXISTS);
    assert_reason(test_token_vending(hsm, DKGA02, KEY02), MV_KEY_EXISTS);
    assert_reason(test_token_factory(hsm, "f1", FACTORY), MV_KEY_EXISTS);
    struct hsm_key_request request = vending_request("555555", 2);
    assert_reason(import(&request, "abababababababaa", NULL), MV_KEY_PARITY);
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    assert_reason(import(&request, KEY02, kcv), MV_KCV_MISMATCH);
    request.accept_host_visible = false;
    assert_reason(import(&request, KEY02, NULL), MV_HOST_VISIBLE_NOT_ACCEPTED);
    request = vending_request("555555", 2);
    request.scope.ea_mask = 0x880; /* DKGA02 makes 64-bit keys only */
    assert_reason(import(&request, KEY02, NULL), MV_INVALID_FIELD);
    request = vending_request("55555x", 4);
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    request = vending_request("555555", 4);
    assert_reason(import(&request, KEY02, NULL), MV_INVALID_FIELD);
    assert_reason(import(&request, KEY04, kcv), MV_KCV_MISMATCH);
    request.scope.krn = 0;
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    request.scope.krn = 10;
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    request = vending_request("555555", 4);
    request.scope.kt = 0;
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    request = vending_request("555555", 4);
    request.scope.base_date = 2000;
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    request = vending_request("555555", 3);
    request.scope.dkga = 3;
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    request = vending_request("555555", 4);
    request.issued_until_unix_s = request.active_from_unix_s;
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    request = vending_request("555555", 4);
    request.use = HSM_USE_BACKUP_KEK;
    assert_reason(import(&request, KEY04, NULL), MV_INVALID_FIELD);
    assert_reason(test_token_factory(hsm, "Upper", FACTORY), MV_INVALID_FIELD);
    assert_reason(test_token_factory(hsm, "", FACTORY), MV_INVALID_FIELD);
    struct hsm_catalogue after;
    test_ok(hsm_catalogue_read(hsm, &after), "read");
    assert_int_equal(after.generation, catalogue.generation);
}

static void check_values_are_the_published_ones(void **state)
{
    (void)state;
    uint8_t key[32];
    uint8_t kcv[HSM_KCV_BYTES];
    enum hsm_kcv_method method;
    /* single DES of zeros under ABx8, CMAC of a zero block under 00..0F, HMAC of "KCV": computed with openssl(1) */
    static const uint8_t des[] = {0xc3, 0x3f, 0x45};
    static const uint8_t cmac[] = {0xbe, 0x7e, 0xd6};
    static const uint8_t hmac[] = {0x13, 0xc3, 0x95};
    test_ok(hsm_kcv(HSM_USE_VENDING, 2, key, test_hex(KEY02, key, sizeof key), &method, kcv), "des");
    assert_int_equal(method, HSM_KCV_DES);
    assert_memory_equal(kcv, des, sizeof kcv);
    test_ok(hsm_kcv(HSM_USE_FACTORY_KEK, 0, key, test_hex(FACTORY, key, sizeof key), &method, kcv), "cmac");
    assert_int_equal(method, HSM_KCV_AES_CMAC);
    assert_memory_equal(kcv, cmac, sizeof kcv);
    test_ok(hsm_kcv(HSM_USE_VENDING, 4, key, test_hex(KEY04, key, sizeof key), &method, kcv), "hmac");
    assert_int_equal(method, HSM_KCV_HMAC_SHA256);
    assert_memory_equal(kcv, hmac, sizeof kcv);
    /* the token computed the same from the key that it holds */
    assert_memory_equal(hsm_catalogue_vending(&catalogue, "123457", 1, 2)->info.kcv, hmac, sizeof kcv);
    assert_memory_equal(hsm_catalogue_by_label(&catalogue, "factory/f1")->info.kcv, cmac, sizeof kcv);
    assert_int_equal(hsm_kcv(HSM_USE_VENDING, 4, key, 8, &method, kcv).reason, MV_INVALID_FIELD);
}

static void generated_keys_work(void **state)
{
    (void)state;
    struct hsm_key_request request = vending_request("600001", 4);
    struct hsm_key_info first;
    struct hsm_key_info second;
    struct hsm_backup backup;
    const struct hsm_keeper keeper = test_keeper(&backup);
    test_ok(hsm_key_generate(hsm, &request, &keeper, &first), "04");
    assert_reason(hsm_key_generate(hsm, &request, &keeper, &second), MV_KEY_EXISTS);
    request = vending_request("600002", 4);
    test_ok(hsm_key_generate(hsm, &request, &keeper, &second), "04");
    assert_memory_not_equal(first.kcv, second.kcv, HSM_KCV_BYTES);
    for (int i = 0; i < 8; i++) { /* the parity of every one is right: import refuses others */
        request = vending_request("600003", 2);
        request.scope.krn = (uint8_t)(i + 1);
        test_ok(hsm_key_generate(hsm, &request, &keeper, &second), "02");
    }
    request = (struct hsm_key_request){.use = HSM_USE_FACTORY_KEK, .name = "g", .issued_until_unix_s = INT64_MAX};
    test_ok(hsm_key_generate(hsm, &request, &keeper, &second), "factory");
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
}

/* RFC 3394 with a 256-bit key by OpenSSL; the plain length, or 0 when the blob is not whole. */
static int test_unwrap_256(const uint8_t *kek, const uint8_t *wrapped, size_t size, uint8_t *plain)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int length = 0;
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    if (EVP_DecryptInit_ex(context, EVP_aes_256_wrap(), NULL, kek, NULL) != 1 ||
        EVP_DecryptUpdate(context, plain, &length, wrapped, (int)size) != 1)
        length = 0;
    EVP_CIPHER_CTX_free(context);
    return length;
}

/* The backup blob opens with the backup key outside of any token, and holds the key. */
static void the_backup_holds_the_key(void **state)
{
    (void)state;
    struct hsm_key_request request = vending_request("610001", 4);
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    uint8_t key[HSM_DKGA04_BYTES];
    uint8_t plain[32];
    (void)test_hex(KEY04, key, sizeof key);
    test_ok(hsm_key_import(hsm, &request, key, sizeof key, NULL, &keeper, &made), "import");
    assert_int_equal(backup.size, 40);
    assert_int_equal(test_unwrap_256(TEST_BACKUP_KEK, backup.wrapped, backup.size, plain), 32);
    uint8_t padded[32] = {0};
    memcpy(padded, key, sizeof key);
    assert_memory_equal(plain, padded, sizeof padded);
    request = vending_request("610002", 2);
    (void)test_hex(KEY02, key, sizeof key);
    test_ok(hsm_key_import(hsm, &request, key, HSM_DKGA02_BYTES, NULL, &keeper, &made), "import");
    assert_int_equal(backup.size, 24);
    assert_int_equal(test_unwrap_256(TEST_BACKUP_KEK, backup.wrapped, backup.size, plain), 16);
    assert_memory_equal(plain, key, HSM_DKGA02_BYTES);
}

static mv_status refuse(void *context, const struct hsm_backup *backup)
{
    size_t *left = context;
    assert_true(backup->size > 0);
    if (*left > 0) {
        *left -= 1;
        return mv_ok();
    }
    return mv_fail(MV_FILE_FAILED, "backup file");
}

static void nothing_is_left(const char *label)
{
    CK_OBJECT_HANDLE found = 0;
    assert_reason(hsm_find_key(hsm, label, &found), MV_KEY_UNKNOWN);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    assert_null(hsm_catalogue_by_label(&catalogue, label));
}

static void a_key_without_backup_is_no_key(void **state)
{
    (void)state;
    size_t left = 0;
    const struct hsm_keeper keeper = {refuse, &left};
    struct hsm_key_info made;
    struct hsm_key_request request = vending_request("620001", 4);
    assert_reason(hsm_key_generate(hsm, &request, &keeper, &made), MV_FILE_FAILED);
    nothing_is_left("vending/620001/1/2");
    request = vending_request("620001", 2);
    assert_reason(hsm_key_generate(hsm, &request, &keeper, &made), MV_FILE_FAILED);
    nothing_is_left("vending/620001/1/2");
    request = (struct hsm_key_request){.use = HSM_USE_FACTORY_KEK, .name = "lost", .issued_until_unix_s = INT64_MAX};
    assert_reason(hsm_key_generate(hsm, &request, &keeper, &made), MV_FILE_FAILED);
    nothing_is_left("factory/lost");
}

static CK_FUNCTION_LIST *whole;

static CK_RV no_data_objects(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
                             CK_OBJECT_HANDLE *object)
{
    for (CK_ULONG i = 0; i < count; i++)
        if (template[i].type == CKA_CLASS && *(const CK_OBJECT_CLASS *)template[i].pValue == CKO_DATA)
            return CKR_DEVICE_MEMORY;
    return whole->C_CreateObject(session, template, count, object);
}

/* The catalogue cannot be written once the key is there: the key goes again. */
static void a_key_without_entry_is_no_key(void **state)
{
    (void)state;
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    const struct hsm_key_request request = vending_request("620002", 4);
    CK_FUNCTION_LIST faulty = *hsm->p11;
    faulty.C_CreateObject = no_data_objects;
    whole = hsm->p11;
    hsm->p11 = &faulty;
    mv_status status = hsm_key_generate(hsm, &request, &keeper, &made);
    hsm->p11 = whole;
    assert_reason(status, MV_MODULE_FAILED);
    nothing_is_left("vending/620002/1/2");
    test_ok(hsm_key_generate(hsm, &request, &keeper, &made), "again");
}

/* Of the three internal keys the second backup is refused: not even the first key stays. */
static void a_catalogue_is_made_whole_or_not_at_all(void **state)
{
    (void)state;
    size_t left = 1;
    const struct hsm_keeper keeper = {refuse, &left};
    struct hsm_catalogue *none = malloc(sizeof *none);
    struct test_token fresh;
    hsm_close(hsm);
    test_token_new(&fresh, NULL);
    hsm = test_token_open(&fresh);
    assert_reason(hsm_catalogue_create(hsm, TEST_BACKUP_KEK, &keeper), MV_FILE_FAILED);
    for (size_t i = 0; i < 4; i++) {
        CK_OBJECT_HANDLE found = 0;
        assert_reason(hsm_find_key(hsm, OBJECTS[i], &found), MV_KEY_UNKNOWN);
    }
    assert_non_null(none);
    assert_reason(hsm_catalogue_read(hsm, none), MV_KEY_UNKNOWN);
    left = HSM_INTERNAL_KEYS;
    test_ok(hsm_catalogue_create(hsm, TEST_BACKUP_KEK, &keeper), "again");
    test_ok(hsm_catalogue_read(hsm, none), "read");
    assert_int_equal(left, 0);
    free(none);
    hsm_close(hsm);
    test_token_free(&fresh);
    hsm = NULL;
}

static void sealed_keys_are_bound_to_their_label(void **state)
{
    (void)state;
    struct hsm_key_entry entry = *hsm_catalogue_vending(&catalogue, "123456", 1, 2);
    struct hsm_handle kek = {object_of("dkga02-kek")};
    uint8_t key[HSM_DKGA02_BYTES];
    test_ok(hsm_dkga02_open(hsm, kek, &entry, key), "open");
    assert_memory_equal(key, "\xab\xab\xab\xab\xab\xab\xab\xab", sizeof key);
    entry.info.label[0] = 'V';
    assert_reason(hsm_dkga02_open(hsm, kek, &entry, key), MV_CATALOGUE_CORRUPT);
    entry.info.label[0] = 'v';
    entry.sealed[15] ^= 1;
    assert_reason(hsm_dkga02_open(hsm, kek, &entry, key), MV_CATALOGUE_CORRUPT);
}

static void meters_are_exported_for_the_factory(void **state)
{
    (void)state;
    struct mv_dkga_input meter = {
        .pan = "600727000000000009", .sgc = "123456", .krn = 1, .ti = 1, .kt = 2, .ea = 7, .base_date = 1993};
    uint8_t wrapped[HSM_PROVISION_BYTES];
    uint8_t kcv[HSM_KCV_BYTES];
    uint8_t mac[16];
    uint8_t factory[16];
    uint8_t plain[16];
    uint8_t expected[16] = {0};
    struct mv_aes128 aes;
    (void)test_hex(FACTORY, factory, sizeof factory);
    mv_aes128_init(&aes, factory);
    (void)test_hex("E653341F9D5BF36F", expected, sizeof expected);
    test_ok(hsm_export_meter(hsm, &catalogue, &meter, "factory/f1", wrapped, kcv), "DKGA02");
    assert_int_equal(mv_aes128_unwrap(&aes, wrapped, sizeof wrapped, plain), MV_DONE);
    assert_memory_equal(plain, expected, sizeof plain);
    struct mv_aes128 key;
    mv_aes128_init(&key, expected);
    mv_aes128_cmac(&key, (const uint8_t[16]){0}, 16, mac);
    assert_memory_equal(kcv, mac, sizeof kcv);
    memcpy(meter.sgc, "123457", sizeof meter.sgc);
    meter.ea = 11;
    (void)test_hex("F94B6ED353C3BFDB113E2D3A7EA3C41D", expected, sizeof expected);
    test_ok(hsm_export_meter(hsm, &catalogue, &meter, "factory/f1", wrapped, kcv), "DKGA04");
    assert_int_equal(mv_aes128_unwrap(&aes, wrapped, sizeof wrapped, plain), MV_DONE);
    assert_memory_equal(plain, expected, sizeof plain);
    assert_reason(hsm_export_meter(hsm, &catalogue, &meter, "factory/none", wrapped, kcv), MV_KEY_UNKNOWN);
    assert_reason(hsm_export_meter(hsm, &catalogue, &meter, "backup-kek", wrapped, kcv), MV_KEY_UNKNOWN);
    for (size_t i = 0; i < catalogue.key_count; i++)
        if (strcmp(catalogue.keys[i].info.label, "vending/123457/1/2") == 0)
            catalogue.keys[i].info.state = HSM_COMPROMISED;
    assert_reason(hsm_export_meter(hsm, &catalogue, &meter, "factory/f1", wrapped, kcv), MV_VENDING_KEY_NOT_ACTIVE);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    meter.base_date = 2014;
    assert_reason(hsm_export_meter(hsm, &catalogue, &meter, "factory/f1", wrapped, kcv), MV_VENDING_KEY_MISMATCH);
    meter.krn = 7;
    assert_reason(hsm_export_meter(hsm, &catalogue, &meter, "factory/f1", wrapped, kcv), MV_VENDING_KEY_UNKNOWN);
}

static void tokens_are_found_by_label_and_serial(void **state)
{
    (void)state;
    struct hsm_config config = token.config;
    struct hsm *other = NULL;
    hsm_close(hsm);
    config.token_serial[0] = config.token_serial[0] == '0' ? '1' : '0';
    assert_reason(hsm_open(&config, &other), MV_TOKEN_NOT_FOUND);
    config = token.config;
    (void)snprintf(config.token_label, sizeof config.token_label, "tes");
    assert_reason(hsm_open(&config, &other), MV_TOKEN_NOT_FOUND);
    config = token.config;
    (void)snprintf(config.module, sizeof config.module, "/nonexistent.so");
    assert_reason(hsm_open(&config, &other), MV_MODULE_NOT_LOADED);
    config = token.config;
    config.token_serial[0] = '\0';
    test_ok(hsm_open(&config, &other), "the only one of its label");
    assert_string_equal(hsm_serial(other), token.config.token_serial);
    assert_reason(hsm_login(other, HSM_AS_USER, "wrong-pin"), MV_PIN_REFUSED);
    hsm_close(other);
    hsm = test_token_open(&token);
}

static void a_lost_session_is_opened_again(void **state)
{
    (void)state;
    uint8_t data[8];
    assert_int_equal(hsm->p11->C_CloseAllSessions(hsm->slot), CKR_OK);
    mv_status status = hsm_random(hsm, data, sizeof data);
    assert_true(hsm_broken(status));
    test_ok(hsm_reopen(hsm), "reopen");
    test_ok(hsm_random(hsm, data, sizeof data), "random");
    assert_false(hsm_broken(mv_fail(MV_PIN_REFUSED, NULL)));
    assert_false(hsm_broken(mv_fail_code(MV_MODULE_FAILED, "x", CKR_GENERAL_ERROR)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(self_test_passes),
        cmocka_unit_test(a_missing_des_is_named),
        cmocka_unit_test(nothing_is_done_without_the_lock),
        cmocka_unit_test(making_a_token_waits_for_its_turn),
        cmocka_unit_test(keys_are_listed_and_verify),
        cmocka_unit_test(no_value_can_be_read),
        cmocka_unit_test(no_key_can_be_loosened),
        cmocka_unit_test(no_key_can_be_wrapped_out),
        cmocka_unit_test(keys_do_only_what_they_are_for),
        cmocka_unit_test(widened_usage_is_found),
        cmocka_unit_test(imports_are_checked),
        cmocka_unit_test(check_values_are_the_published_ones),
        cmocka_unit_test(the_backup_holds_the_key),
        cmocka_unit_test(sealed_keys_are_bound_to_their_label),
        cmocka_unit_test(meters_are_exported_for_the_factory),
        cmocka_unit_test(generated_keys_work),
        cmocka_unit_test(a_key_without_backup_is_no_key),
        cmocka_unit_test(a_key_without_entry_is_no_key),
        cmocka_unit_test(tokens_are_found_by_label_and_serial),
        cmocka_unit_test(a_lost_session_is_opened_again),
        cmocka_unit_test(a_catalogue_is_made_whole_or_not_at_all), /* last: it closes the common token */
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
