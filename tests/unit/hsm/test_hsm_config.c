/* hsmd.conf: read, refused by name, and the serial written back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/secret.h"
#include "hsm/config.h"

static char directory[64];
static char path[128];

static void put_file(const char *at, const char *text, mode_t mode)
{
    FILE *file = fopen(at, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(at, mode), 0);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/mv-config-XXXXXX");
    if (!mv_secret_init().ok || mkdtemp(directory) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/hsmd.conf", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

static void refused(const char *text, const char *setting)
{
    struct hsm_config config;
    put_file(path, text, 0600);
    mv_status status = hsm_config_load(path, &config);
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_CONFIG_INVALID);
    assert_string_equal(status.where, setting);
}

static void defaults_and_settings(void **state)
{
    (void)state;
    struct hsm_config config;
    put_file(path, "token_label = \"t\"\n", 0600);
    assert_true(hsm_config_load(path, &config).ok);
    assert_int_equal(config.workers, 1);
    assert_int_equal(config.call_timeout_s, 5);
    assert_int_equal(config.client_user_count, 1);
    assert_string_equal(config.client_users[0], "metervault");
    assert_false(config.factory_cards);
    /* the directories that the systemd unit makes */
    assert_string_equal(config.socket, "/run/metervault-hsm/hsmd.sock");
    assert_string_equal(config.backup_dir, "/var/lib/metervault-hsm/backup");
    put_file(path,
             "token_label = \"t\"\ntoken_serial = \"00aa\"\nmodule = \"/m.so\"\nmodule_init = \"configdir='x'\"\n"
             "pin_file = \"/pin\"\nsocket = \"/s\"\nworkers = 3\ncall_timeout_s = 7\nclient_users = {\"a\", \"b\"}\n"
             "backup_dir = \"/b\"\nfactory_cards = true\n",
             0600);
    assert_true(hsm_config_load(path, &config).ok);
    assert_string_equal(config.module, "/m.so");
    assert_string_equal(config.module_init, "configdir='x'");
    assert_string_equal(config.token_serial, "00aa");
    assert_string_equal(config.pin_file, "/pin");
    assert_string_equal(config.socket, "/s");
    assert_string_equal(config.backup_dir, "/b");
    assert_int_equal(config.workers, 3);
    assert_int_equal(config.call_timeout_s, 7);
    assert_int_equal(config.client_user_count, 2);
    assert_true(config.factory_cards);
    assert_string_equal(config.client_users[1], "b");
}

static void wrong_settings_are_named(void **state)
{
    (void)state;
    refused("", "token_label");
    refused("token_label = \"a label of more than thirty-two characters\"\n", "token_label");
    refused("token_label = \"t\"\nworkers = 0\n", "workers");
    refused("token_label = \"t\"\nworkers = 17\n", "workers");
    refused("token_label = \"t\"\ncall_timeout_s = 61\n", "call_timeout_s");
    refused("token_label = \"t\"\nmodule = \"\"\n", "module");
    refused("token_label = \"t\"\nsocket = \"\"\n", "socket");
    refused("token_label = \"t\"\ntoken_serial = \"12345678901234567\"\n", "token_serial");
    refused("token_label = \"t\"\nclient_users = {\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"}\n",
            "client_users");
    refused("pin = \"1234\"\n", "syntax of the configuration");
    refused("token_label = \"t\n", "syntax of the configuration");
    struct hsm_config config;
    assert_int_equal(hsm_config_load("/nonexistent", &config).reason, MV_FILE_FAILED);
}

static void serial_is_written_back(void **state)
{
    (void)state;
    static const char *const before[] = {
        "# note\ntoken_label = \"t\"\nworkers = 2\n",
        "token_label = \"t\"\ntoken_serial=\"old\"\nworkers = 2\n",
        "token_label = \"t\"\n  token_serial = \"\"\nworkers = 2",
        "workers = 2\ntoken_label = \"t\"",
    };
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        struct hsm_config config;
        struct stat info;
        put_file(path, before[i], 0640);
        assert_true(hsm_config_load(path, &config).ok);
        assert_true(hsm_config_set_serial(&config, "0123abcd").ok);
        assert_string_equal(config.token_serial, "0123abcd");
        assert_true(hsm_config_load(path, &config).ok);
        assert_string_equal(config.token_serial, "0123abcd");
        assert_int_equal(config.workers, 2);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 07777, 0640);
    }
    struct hsm_config config;
    assert_true(hsm_config_load(path, &config).ok);
    assert_int_equal(hsm_config_set_serial(&config, "a\"b").reason, MV_CONFIG_INVALID);
}

/* The key process, another user, could not read a file that came to belong to root. */
static void the_owner_stays(void **state)
{
    (void)state;
    enum { SOMEBODY = 12345 };
    struct hsm_config config;
    struct stat info;
    if (geteuid() != 0)
        skip();
    put_file(path, "token_label = \"t\"\n", 0600);
    assert_int_equal(chown(path, SOMEBODY, SOMEBODY + 1), 0);
    assert_true(hsm_config_load(path, &config).ok);
    assert_true(hsm_config_set_serial(&config, "0123abcd").ok);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_uid, SOMEBODY);
    assert_int_equal(info.st_gid, SOMEBODY + 1);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static void the_pin_comes_from_file_or_credential(void **state)
{
    (void)state;
    char pin_path[128];
    struct hsm_config config;
    char *pin = mv_secret_alloc(HSM_PIN_SIZE);
    assert_non_null(pin);
    hsm_config_defaults(&config);
    (void)snprintf(pin_path, sizeof pin_path, "%s/pin", directory);
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(hsm_config_read_pin(&config, pin).reason, MV_CONFIG_INVALID);
    put_file(pin_path, "secret\n", 0600);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", directory, 1), 0);
    assert_true(hsm_config_read_pin(&config, pin).ok);
    assert_string_equal(pin, "secret");
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    (void)snprintf(config.pin_file, sizeof config.pin_file, "%s", pin_path);
    assert_true(hsm_config_read_pin(&config, pin).ok);
    put_file(pin_path, "secret\n", 0644);
    assert_int_equal(hsm_config_read_pin(&config, pin).reason, MV_CONFIG_INVALID);
    assert_int_equal(unlink(pin_path), 0);
    assert_int_equal(hsm_config_read_pin(&config, pin).reason, MV_FILE_FAILED);
    mv_secret_free(pin, HSM_PIN_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_and_settings),
        cmocka_unit_test(wrong_settings_are_named),
        cmocka_unit_test(serial_is_written_back),
        cmocka_unit_test(the_owner_stays),
        cmocka_unit_test(the_pin_comes_from_file_or_credential),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
