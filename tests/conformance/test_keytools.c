/* What keys and vectors are read with: hex, moments, components, backups, decimals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_file.h"
#include "base/secret.h"
#include "component.h"
#include "decimal.h"
#include "hex.h"
#include "moment.h"

static char directory[64];

static void path_in(char path[128], const char *name)
{
    (void)snprintf(path, 128, "%s/%s", directory, name);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static void test_hex(void **state)
{
    (void)state;
    uint8_t bytes[4];
    char text[9];
    assert_true(hex_decode("00 fF\t9aA1\r", bytes, 4));
    assert_memory_equal(bytes, "\x00\xff\x9a\xa1", 4);
    hex_encode(bytes, 4, text);
    assert_string_equal(text, "00FF9AA1");
    static const char *const bad[] = {"",         "00ff9a",   "00ff9aa",  "00ff9aa1b", "00ff9aa1bb", "00ff9aag",
                                      "00ff9aa/", "00ff9aa:", "00ff9aa@", "00ff9aa`",  "0x00ff9a",   "00ff9aa\xb1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(hex_decode(bad[i], bytes, 4));
    for (int c = 1; c < 256; c++) { /* every character, against isxdigit by list */
        const char one[3] = {(char)c, '0', '\0'};
        bool digit = strchr("0123456789abcdefABCDEF", c) != NULL;
        assert_int_equal(hex_decode(one, bytes, 1), digit);
    }
}

static void test_moment(void **state)
{
    (void)state;
    int64_t unix_s = 0;
    assert_true(moment_parse("1993-01-01", &unix_s));
    assert_int_equal(unix_s, 725846400);
    assert_true(moment_parse("2024-02-29T23:59Z", &unix_s));
    assert_int_equal(unix_s, 1709251140);
    assert_true(moment_parse("2066-11-24T20:15:07Z", &unix_s));
    assert_int_equal(unix_s, 3057855307);
    static const char *const bad[] = {"",
                                      "2023-02-29",
                                      "2024-13-01",
                                      "2024-00-01",
                                      "2024-01-00",
                                      "2024-1-1",
                                      "2024-01-01 ",
                                      "2024-01-01T24:00Z",
                                      "2024-01-01T00:60Z",
                                      "2024-01-01T00:00",
                                      "2024-01-01T00:00:00+01:00",
                                      "now"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(moment_parse(bad[i], &unix_s));
}

static void test_components(void **state)
{
    (void)state;
    char path[128];
    struct components *parts = components_new(8);
    uint8_t *key = mv_secret_alloc(8);
    assert_non_null(parts);
    assert_non_null(key);
    path_in(path, "component");
    write_file(path, "0011223344556677\n", 0600);
    assert_true(components_add_file(parts, path).ok);
    assert_int_equal(components_combine(parts, key).reason, MV_INVALID_FIELD);
    assert_int_equal(components_add_text(parts, "0011223344556677").reason, MV_INVALID_FIELD);
    assert_int_equal(components_add_text(parts, "0000000000000000").reason, MV_INVALID_FIELD);
    assert_int_equal(components_add_text(parts, "00112233445566").reason, MV_INVALID_FIELD);
    write_file(path, "FFFFFFFFFFFFFFFF\n", 0640);
    assert_int_equal(components_add_file(parts, path).reason, MV_CONFIG_INVALID);
    write_file(path, "FFFFFFFFFFFFFFFF\nFFFFFFFFFFFFFFFF\n", 0600);
    assert_false(components_add_file(parts, path).ok);
    assert_true(components_add_text(parts, "ffff ffff ffff ffff").ok);
    assert_true(components_combine(parts, key).ok);
    assert_memory_equal(key, "\xff\xee\xdd\xcc\xbb\xaa\x99\x88", 8);
    assert_true(components_add_text(parts, "FFEEDDCCBBAA9988").ok);
    assert_int_equal(components_combine(parts, key).reason, MV_INVALID_FIELD); /* together zero */
    mv_secret_free(key, 8);
    components_free(parts);
}

static void test_component_files(void **state)
{
    (void)state;
    char first[128];
    char second[128];
    struct stat info;
    struct components *parts = components_new(4);
    assert_non_null(parts);
    path_in(first, "first");
    path_in(second, "second");
    const char *const paths[] = {first, second};
    assert_true(components_add_text(parts, "00112233").ok);
    assert_true(components_add_text(parts, "DEADBEEF").ok);
    write_file(second, "mine", 0600);
    assert_int_equal(components_write_files(parts, paths).reason, MV_FILE_FAILED);
    assert_int_not_equal(stat(first, &info), 0); /* taken back */
    assert_int_equal(unlink(second), 0);
    assert_true(components_write_files(parts, paths).ok);
    assert_int_equal(stat(second, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(info.st_size, 9);
    components_remove_files(parts, paths);
    assert_int_not_equal(stat(first, &info), 0);
    components_free(parts);
}

static size_t files_in(const char *path)
{
    size_t count = 0;
    DIR *entries = opendir(path);
    assert_non_null(entries);
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
        count += entry->d_name[0] != '.';
    (void)closedir(entries);
    return count;
}

static void test_backup(void **state)
{
    (void)state;
    char path[128];
    struct backup_place place = {path, "0123"};
    struct hsm_backup backup = {.info = {.label = "vending/123456/1/2", .use = HSM_USE_VENDING}, .size = 40};
    path_in(path, "backups");
    assert_int_equal(backup_keep(&place, &backup).reason, MV_FILE_FAILED); /* no directory yet */
    assert_true(backup_directory(path).ok);
    assert_true(backup_directory(path).ok);
    backup.size = HSM_MAX_WRAPPED + 1;
    assert_false(backup_keep(&place, &backup).ok);
    assert_int_equal(files_in(path), 0);
    backup.size = 40;
    assert_true(backup_keep(&place, &backup).ok);
    assert_int_equal(files_in(path), 1);
    path_in(path, "component"); /* a file, no directory */
    assert_int_equal(backup_directory(path).reason, MV_FILE_FAILED);
    assert_int_equal(backup_keep(&place, &backup).reason, MV_FILE_FAILED);
    assert_int_equal(backup_directory("").reason, MV_CONFIG_INVALID);
}

struct decimal_case {
    const char *text;
    bool fits, negative;
    struct mv_u128 magnitude;
};

static void test_decimal(void **state)
{
    (void)state;
    static const struct decimal_case cases[] = {
        {"1", true, false, {0, 100000}},
        {"-1.82044E+14", true, true, {0, 18204400000000000000U}},
        {"1.82044E+29", true, false, {986862501439755U, 15604511504513105920U}},
        {"0.00001", true, false, {0, 1}},
        {"0.000001", true, false, {0, 1}},
        {"-0.000001", true, false, {0, 0}},
        {"-0.0000199", true, true, {0, 1}},
        {"+.5e1", true, false, {0, 500000}},
        {"00012.30", true, false, {0, 1230000}},
        {"0", true, false, {0, 0}},
        {"0e999", true, false, {0, 0}},
        {"1e-900", true, false, {0, 1}},
        {"3402823669209384634633746074317682.11455", true, false, {UINT64_MAX, UINT64_MAX}},
        {"3402823669209384634633746074317682.114551", false, false, {0, 0}},
        {"3402823669209384634633746074317682.11456", false, false, {0, 0}},
        {"1e999", false, false, {0, 0}},
        {"", false, false, {0, 0}},
        {"-", false, false, {0, 0}},
        {".", false, false, {0, 0}},
        {"1e", false, false, {0, 0}},
        {"1.2.3", false, false, {0, 0}},
        {"0x10", false, false, {0, 0}},
        {"1 ", false, false, {0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool negative = false;
        struct mv_u128 magnitude = {0, 0};
        assert_int_equal(decimal_parse(cases[i].text, 5, &negative, &magnitude), cases[i].fits);
        if (!cases[i].fits)
            continue;
        assert_int_equal(negative, cases[i].negative);
        assert_int_equal(magnitude.high, cases[i].magnitude.high);
        assert_int_equal(magnitude.low, cases[i].magnitude.low);
    }
}

static int begin(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/mv-keytools-XXXXXX");
    return mv_secret_init().ok && mkdtemp(directory) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command); // NOLINT(cert-env33-c): a fixed command on our own directory
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hex),        cmocka_unit_test(test_moment),
        cmocka_unit_test(test_components), cmocka_unit_test(test_component_files),
        cmocka_unit_test(test_backup),     cmocka_unit_test(test_decimal),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
