/* What a PKCS#11 module can do of what a token here needs: each operation is done, and its answer compared. Prints a
 * line each: modules NAME LIBRARY [INIT-STRING LABEL]; exit code 0 whatever the answers are. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../hsm/record_oracle.h"
#include "base/secret.h"
#include "hsm/image.h"
#include "hsm/internal.h"
#include "hsm/record_key.h"
#include "hsm/sign.h"

static const char so_pin[] = "so-pin-of-a-table", pin[] = "pin-of-a-table-4711", label[] = "table";
static struct hsm_config config;
static uint8_t *kek;

static mv_status keep(void *context, const struct hsm_backup *backup)
{
    *(struct hsm_backup *)context = *backup;
    return mv_ok();
}

static void say(const char *operation, mv_status status)
{
    char answer[128] = "yes";
    if (!status.ok && status.detail != 0)
        (void)snprintf(answer, sizeof answer, "no: %s 0x%X", status.where, status.detail);
    else if (!status.ok)
        (void)snprintf(answer, sizeof answer, "no: %s %s", mv_reason_info((enum mv_reason)status.reason)->name,
                       status.where != NULL ? status.where : "");
    (void)printf("  %-52s %s\n", operation, answer);
}

/* A database of NSS is initialised by its user's PIN, under an empty PIN of the security officer. */
static void prepare_nss(void)
{
    CK_FUNCTION_LIST *p11 = NULL;
    CK_SLOT_ID slots[8];
    CK_ULONG count = 8;
    CK_SESSION_HANDLE session = 0;
    char init[sizeof config.module_init];
    (void)snprintf(init, sizeof init, "%s", config.module_init);
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK, .pReserved = init};
    void *library = dlopen(config.module, RTLD_NOW | RTLD_LOCAL);
    CK_RV (*list)(CK_FUNCTION_LIST **) = NULL;
    if (library != NULL)
        *(void **)&list = dlsym(library, "C_GetFunctionList");
    if (list == NULL || list(&p11) != CKR_OK || p11->C_Initialize(&arguments) != CKR_OK ||
        p11->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK || count < 2)
        _exit(1);
    bool good = p11->C_OpenSession(slots[1], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) == CKR_OK &&
                p11->C_Login(session, CKU_SO, (CK_UTF8CHAR *)(uintptr_t) "", 0) == CKR_OK &&
                p11->C_InitPIN(session, (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin)) == CKR_OK;
    (void)p11->C_Finalize(NULL);
    _exit(good ? 0 : 1);
}

static mv_status prepared_by_its_own_way(void)
{
    int code = 1;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        prepare_nss();
    if (child < 0 || waitpid(child, &code, 0) != child || code != 0)
        return mv_fail(MV_MODULE_FAILED, "its own way");
    return mv_ok();
}

static mv_status session_copy(struct hsm *hsm)
{
    const struct hsm_key_info info = {.label = "vending/1", .use = HSM_USE_VENDING};
    struct hsm_handle handle;
    MV_TRY(hsm_handle_open(hsm, &info, &handle));
    hsm_handle_close(hsm, &handle);
    return mv_ok();
}

static const uint8_t record_master[16] = {0xC0, 0xFF, 0xEE};
static const struct hsm_record_owner owner = {"600727000000000009", {0xA1, 0xB2, 0xC3}, 7};

static mv_status record_handle(struct hsm *hsm, enum hsm_key_use use, const char *name, struct hsm_handle *handle)
{
    struct hsm_backup backup = {.info = {.use = use}};
    const struct hsm_keeper keeper = {keep, &backup};
    (void)snprintf(backup.info.label, sizeof backup.info.label, "%s", name);
    MV_TRY(hsm_birth(hsm, hsm_policy_of(use), record_master, sizeof record_master, &backup, &keeper));
    return hsm_handle_open(hsm, &backup.info, handle);
}

static mv_status wrong_unless(bool good)
{
    return good ? mv_ok() : mv_fail(MV_SELF_TEST_FAILED, "another answer");
}

static mv_status record_mac(struct hsm *hsm, struct hsm_handle master)
{
    static const uint8_t data[] = "a record";
    uint8_t child[16];
    uint8_t expected[16];
    uint8_t mac[HSM_RECORD_MAC_BYTES];
    struct hsm_children *children = NULL;
    MV_TRY(hsm_children_new(&children));
    mv_status status = hsm_record_mac(hsm, children, master, HSM_CHILD_MAC_IN, &owner, data, sizeof data, mac);
    hsm_children_clear(hsm, children);
    hsm_children_free(children);
    MV_TRY(status);
    oracle_child(record_master, HSM_CHILD_MAC_IN, owner.pan, owner.domain, owner.epoch, child);
    oracle_cmac(child, data, sizeof data, expected);
    return wrong_unless(memcmp(mac, expected, sizeof mac) == 0);
}

static mv_status record_update(struct hsm *hsm, struct hsm_handle mac, struct hsm_handle enc)
{
    uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED];
    uint8_t keys[HSM_RECORD_KEYS_WRAPPED - 8];
    uint8_t child[16];
    MV_TRY(hsm_record_wrap_update(hsm, enc, mac, enc, &owner, &owner, wrapped));
    oracle_child(record_master, HSM_CHILD_ENC, owner.pan, owner.domain, owner.epoch, child);
    return wrong_unless(oracle_unwrap(child, wrapped, keys, sizeof keys) && memcmp(keys + 32, child, 16) == 0);
}

static void say_records(struct hsm *hsm)
{
    struct hsm_handle mac = {.object = 0};
    struct hsm_handle enc = {.object = 0};
    mv_status status = record_handle(hsm, HSM_USE_RECORD_MAC, "record-mac/A1B2C3/1", &mac);
    if (status.ok)
        status = record_mac(hsm, mac);
    say("record's MAC by a key derived in it (AN10922)", status);
    status = record_handle(hsm, HSM_USE_RECORD_ENC, "record-enc/A1B2C3/1", &enc);
    if (status.ok)
        status = record_update(hsm, mac, enc);
    say("meter's new keys wrapped by a derived key", status);
}

static mv_status sign_and_check(struct hsm *hsm)
{
    struct hsm_key_info info = {.label = "audit-sign/1", .use = HSM_USE_AUDIT_SIGN};
    CK_OBJECT_HANDLE key = 0;
    MV_TRY(hsm_sign_generate(hsm, &info));
    MV_TRY(hsm_find_private(hsm, info.label, &key)); /* without it, a version is in order too */
    return hsm_sign_verify(hsm, &info);
}

static void say_birth(struct hsm *hsm, const char *operation, enum hsm_key_use use, const char *name,
                      struct hsm_backup *backup)
{
    const struct hsm_keeper keeper = {keep, backup};
    CK_OBJECT_HANDLE key = 0;
    *backup = (struct hsm_backup){.info = {.use = use}};
    (void)snprintf(backup->info.label, sizeof backup->info.label, "%s", name);
    mv_status status = hsm_birth(hsm, hsm_policy_of(use), NULL, 0, backup, &keeper);
    if (status.ok)
        status = hsm_find_key(hsm, name, &key);
    if (status.ok)
        status = hsm_policy_verify(hsm, key, hsm_policy_of(use));
    say(operation, status);
}

static void say_all(struct hsm *hsm)
{
    struct hsm_backup backup;
    struct hsm_backup lost;
    const struct hsm_keeper keeper = {keep, &lost};
    say("known answers of every mechanism", hsm_self_test(hsm));
    say("key from its value, permanent, not modifiable",
        hsm_place(hsm, hsm_policy_of(HSM_USE_BACKUP_KEK), kek, HSM_BACKUP_KEK_LABEL));
    say_birth(hsm, "AES key born wrapped, by its policy", HSM_USE_CATALOGUE_MAC, "mac", &backup);
    say("that key's backup opened, KCV compared", hsm_backup_prove(hsm, &backup.info, backup.wrapped, backup.size));
    say("that key restored from its backup",
        hsm_revive(hsm, hsm_policy_of(HSM_USE_CATALOGUE_MAC), backup.wrapped, backup.size, "again"));
    say_birth(hsm, "HMAC key born wrapped, by its policy", HSM_USE_VENDING, "vending/1", &backup);
    say("that key's backup opened, KCV compared", hsm_backup_prove(hsm, &backup.info, backup.wrapped, backup.size));
    say("copy of it in the session, for speed", session_copy(hsm));
    say_records(hsm);
    say("EC P-256 pair made, by its policy, and signs", sign_and_check(hsm));
    say("catalogue in the token (CKO_DATA)", hsm_catalogue_create(hsm, kek, &keeper));
}

static void table(bool nss)
{
    struct hsm *hsm = NULL;
    char serial[HSM_SERIAL_SIZE] = "";
    mv_status status = hsm_token_init(&config, so_pin, pin, serial);
    say("token made by C_InitToken, C_InitPIN", status);
    if (!status.ok && nss) {
        status = prepared_by_its_own_way();
        say("token made by its own way (empty SO PIN)", status);
    }
    if (status.ok)
        status = hsm_open(&config, &hsm);
    if (status.ok)
        status = hsm_login(hsm, HSM_AS_USER, pin);
    say("opened by label, logged in", status);
    if (status.ok)
        say_all(hsm);
    hsm_close(hsm);
}

int main(int argc, char **argv)
{
    if ((argc != 3 && argc != 5) || !mv_secret_init().ok)
        return 2;
    hsm_config_defaults(&config);
    (void)snprintf(config.module, sizeof config.module, "%s", argv[2]);
    (void)snprintf(config.token_label, sizeof config.token_label, "%s", argc == 5 ? argv[4] : label);
    if (argc == 5)
        (void)snprintf(config.module_init, sizeof config.module_init, "%s", argv[3]);
    kek = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    if (kek == NULL)
        return 2;
    memset(kek, 0x5B, HSM_BACKUP_KEK_BYTES);
    (void)printf("%s\n", argv[1]);
    table(argc == 5);
    mv_secret_free(kek, HSM_BACKUP_KEK_BYTES);
    return 0;
}
