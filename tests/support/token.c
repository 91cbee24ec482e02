#include "token.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

const char TEST_SO_PIN[] = "so-pin-of-a-test";
const char TEST_PIN[] = "pin-of-a-test-7391";
const uint8_t TEST_BACKUP_KEK[HSM_BACKUP_KEK_BYTES] = {0xb1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static void die(const char *what)
{
    (void)fprintf(stderr, "test token: %s\n", what);
    exit(1);
}

void test_ok(mv_status status, const char *what)
{
    char text[512];
    if (status.ok)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, mv_status_text(status, text, sizeof text));
    exit(1);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fchmod(fileno(file), mode) != 0 || fclose(file) != 0)
        die(path);
}

static void put(char *to, size_t size, const char *directory, const char *name)
{
    if (snprintf(to, size, "%s/%s", directory, name) >= (int)size)
        die("path too long");
}

void test_token_write_config(const struct test_token *token)
{
    const struct hsm_config *config = &token->config;
    char text[4096];
    int length = snprintf(text, sizeof text,
                          "module = \"%s\"\nmodule_init = \"%s\"\ntoken_label = \"%s\"\ntoken_serial = \"%s\"\n"
                          "pin_file = \"%s\"\nsocket = \"%s\"\nbackup_dir = \"%s\"\nworkers = %u\n"
                          "call_timeout_s = %u\nclient_users = {}\nfactory_cards = %s\n",
                          config->module, config->module_init, config->token_label, config->token_serial,
                          config->pin_file, config->socket, config->backup_dir, config->workers, config->call_timeout_s,
                          config->factory_cards ? "true" : "false");
    if (length < 0 || length >= (int)sizeof text)
        die("configuration too long");
    write_file(config->path, text, 0600);
}

static void softhsm_conf(const struct test_token *token)
{
    char path[256];
    char text[512];
    put(path, sizeof path, token->directory, "tokens");
    if (mkdir(path, 0700) != 0)
        die(path);
    (void)snprintf(
        text, sizeof text,
        "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n", path);
    put(path, sizeof path, token->directory, "softhsm2.conf");
    write_file(path, text, 0600);
    if (setenv("SOFTHSM2_CONF", path, 1) != 0)
        die("setenv");
}

void test_token_new(struct test_token *token, const char *module)
{
    memset(token, 0, sizeof *token);
    test_ok(mv_secret_init(), "mv_secret_init");
    const char *base = getenv("TMPDIR");
    (void)snprintf(token->directory, sizeof token->directory, "%.64s/mv-token-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(token->directory) == NULL)
        die("mkdtemp");
    softhsm_conf(token);
    struct hsm_config *config = &token->config;
    hsm_config_defaults(config);
    put(config->path, sizeof config->path, token->directory, "hsmd.conf");
    put(config->pin_file, sizeof config->pin_file, token->directory, "pin");
    put(config->socket, sizeof config->socket, token->directory, "hsmd.sock");
    put(config->backup_dir, sizeof config->backup_dir, token->directory, "backup");
    (void)snprintf(config->token_label, sizeof config->token_label, "test");
    if (module != NULL)
        (void)snprintf(config->module, sizeof config->module, "%s", module);
    config->client_user_count = 0;
    config->factory_cards = true;
    write_file(config->pin_file, TEST_PIN, 0600);
    if (mkdir(config->backup_dir, 0700) != 0)
        die(config->backup_dir);
    test_ok(hsm_token_init(config, TEST_SO_PIN, TEST_PIN, config->token_serial), "hsm_token_init");
    test_token_write_config(token);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

void test_token_free(struct test_token *token)
{
    if (token->directory[0] != '\0')
        (void)nftw(token->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    token->directory[0] = '\0';
}

struct hsm *test_token_open(const struct test_token *token)
{
    struct hsm *hsm = NULL;
    test_ok(hsm_open(&token->config, &hsm), "hsm_open");
    test_ok(hsm_login(hsm, HSM_AS_USER, TEST_PIN), "hsm_login");
    return hsm;
}

struct hsm *test_token_open_new(const struct test_token *token)
{
    struct hsm *hsm = test_token_open(token);
    struct hsm_backup backup;
    const struct hsm_keeper keeper = test_keeper(&backup);
    test_ok(hsm_catalogue_create(hsm, TEST_BACKUP_KEK, &keeper), "hsm_catalogue_create");
    return hsm;
}

static mv_status keep(void *context, const struct hsm_backup *backup)
{
    *(struct hsm_backup *)context = *backup;
    return mv_ok();
}

struct hsm_keeper test_keeper(struct hsm_backup *backup)
{
    return (struct hsm_keeper){keep, backup};
}

size_t test_hex(const char *hex, uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    size_t length = strlen(hex);
    if (length % 2 != 0 || length / 2 > size)
        die("hex length");
    for (size_t i = 0; i < length; i++) {
        const char *digit = strchr(digits, hex[i]);
        if (digit == NULL)
            die("hex digit");
        unsigned value = (unsigned)(digit - digits) & 15;
        bytes[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : bytes[i / 2] | value);
    }
    return length / 2;
}

static mv_status import(struct hsm *hsm, struct hsm_key_request *request, const char *key_hex)
{
    uint8_t key[32];
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    size_t size = test_hex(key_hex, key, sizeof key);
    request->issued_until_unix_s = INT64_MAX;
    request->accept_host_visible = true;
    return hsm_key_import(hsm, request, key, size, NULL, &keeper, &made);
}

mv_status test_token_vending(struct hsm *hsm, struct hsm_vending_scope scope, const char *key_hex)
{
    struct hsm_key_request request = {.use = HSM_USE_VENDING, .scope = scope};
    return import(hsm, &request, key_hex);
}

mv_status test_token_factory(struct hsm *hsm, const char *name, const char *key_hex)
{
    struct hsm_key_request request = {.use = HSM_USE_FACTORY_KEK};
    (void)snprintf(request.name, sizeof request.name, "%s", name);
    return import(hsm, &request, key_hex);
}
