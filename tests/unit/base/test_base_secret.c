/* Secrets: locked and dump-free memory, and files that only their owner may read. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../support/status.h"

enum { PIN_SIZE = 9, LARGE = 64 * 1024 };

struct place {
    char directory[40];
    char path[64];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (place == NULL)
        return -1;
    (void)snprintf(place->directory, sizeof place->directory, "/tmp/mv-secret-test-XXXXXX");
    *state = place;
    if (mkdtemp(place->directory) == NULL)
        return -1;
    (void)snprintf(place->path, sizeof place->path, "%s/pin", place->directory);
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    (void)unlink(place->path);
    int removed = rmdir(place->directory);
    free(place);
    return removed;
}

static void write_file(const struct place *place, const void *data, size_t size, mode_t mode)
{
    (void)unlink(place->path);
    int fd = open(place->path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static void assert_read(const struct place *place, const char *expected)
{
    char pin[PIN_SIZE];
    memset(pin, 'x', sizeof pin);
    assert_ok(mv_secret_read_file(place->path, pin, sizeof pin));
    assert_string_equal(pin, expected);
}

/* And nothing of the file is left in the buffer. */
static void assert_not_read(const struct place *place, enum mv_reason reason)
{
    static const char zeros[PIN_SIZE] = {0};
    char pin[PIN_SIZE] = {0};
    assert_reason(mv_secret_read_file(place->path, pin, sizeof pin), reason);
    assert_memory_equal(pin, zeros, sizeof pin);
}

static void test_files_are_read(void **state)
{
    struct place *place = *state;
    write_file(place, "1234", 4, 0600);
    assert_read(place, "1234");
    write_file(place, "1234\n", 5, 0400);
    assert_read(place, "1234");
    write_file(place, "12345678", 8, 0600); /* the longest, without and with newline */
    assert_read(place, "12345678");
    write_file(place, "12345678\n", 9, 0600);
    assert_read(place, "12345678");
    write_file(place, " 1 \n\n", 5, 0600); /* one newline goes, the rest is the secret */
    assert_read(place, " 1 \n");
    write_file(place, "x", 1, 0600);
    assert_read(place, "x");
}

static void test_contents_that_are_refused(void **state)
{
    struct place *place = *state;
    write_file(place, "", 0, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
    write_file(place, "\n", 1, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
    write_file(place, "123456789", 9, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
    write_file(place, "123456789\n", 10, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
    write_file(place, "12345678\n\n", 10, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
    write_file(place, "12345678\nmore than that", 23, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
    write_file(place,
               "12\0"
               "4",
               4, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
    write_file(place, "\0", 1, 0600);
    assert_not_read(place, MV_CONFIG_INVALID);
}

static void test_modes_that_are_refused(void **state)
{
    struct place *place = *state;
    for (mode_t bit = 1; bit <= 040; bit <<= 1) {
        write_file(place, "1234", 4, 0600 | bit);
        assert_not_read(place, MV_CONFIG_INVALID);
    }
    write_file(place, "1234", 4, 0700);
    assert_read(place, "1234");
}

static void test_things_that_are_no_file_of_ours(void **state)
{
    struct place *place = *state;
    char target[80];
    assert_not_read(place, MV_FILE_FAILED); /* missing */
    assert_int_equal(mkdir(place->path, 0700), 0);
    assert_not_read(place, MV_CONFIG_INVALID);
    assert_int_equal(rmdir(place->path), 0);
    assert_int_equal(mkfifo(place->path, 0600), 0); /* nobody writes: waiting would be for ever */
    assert_not_read(place, MV_CONFIG_INVALID);
    assert_int_equal(unlink(place->path), 0);
    (void)snprintf(target, sizeof target, "%s/target", place->directory);
    write_file(place, "1234", 4, 0600);
    assert_int_equal(rename(place->path, target), 0);
    assert_int_equal(symlink(target, place->path), 0);
    assert_not_read(place, MV_FILE_FAILED);
    assert_int_equal(unlink(target), 0);
    if (geteuid() != 0)
        return;
    write_file(place, "1234", 4, 0600);
    assert_int_equal(chown(place->path, 65534, 65534), 0);
    assert_not_read(place, MV_CONFIG_INVALID);
}

/* /proc/self/smaps of the mapping that holds `address`: does it carry this flag? */
static bool has_flag(const void *address, const char *flag)
{
    char line[512];
    bool inside = false, found = false;
    FILE *maps = fopen("/proc/self/smaps", "re");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        char *end;
        unsigned long from = strtoul(line, &end, 16);
        if (*end == '-' && end != line) {
            unsigned long to = strtoul(end + 1, NULL, 16);
            inside = (unsigned long)address >= from && (unsigned long)address < to;
        }
        if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, flag) != NULL;
    }
    (void)fclose(maps);
    return found;
}

static void check_heap(void)
{
    struct rlimit core;
    assert_ok(mv_secret_init());
    assert_ok(mv_secret_init());
    assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
    assert_int_equal(core.rlim_max, 0);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    uint8_t *secret = mv_secret_alloc(64);
    assert_non_null(secret);
    assert_int_equal(CRYPTO_secure_allocated(secret), 1);
    assert_true(has_flag(secret, " lo"));
    assert_true(has_flag(secret, " dd"));
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(secret[i], 0);
    memset(secret, 0xA5, 64);
    mv_secret_free(secret, 64);
    uint8_t *again = mv_secret_alloc(64);
    assert_ptr_equal(again, secret); /* the same place, and it was wiped */
    assert_int_equal(again[0] | again[63], 0);
    mv_secret_free(again, 64);
    mv_secret_free(NULL, 64);
    assert_null(mv_secret_alloc((size_t)1 << 30));
    void *large = mv_secret_alloc(LARGE);
    assert_non_null(large);
    mv_secret_free(large, LARGE);
}

/* In a process of its own: it gives up core files and tracing for good. */
static int run_apart(void (*work)(void))
{
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        work();
        _exit(0);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

static void expect(bool condition, int code)
{
    if (!condition)
        _exit(code);
}

static void no_memory_to_lock(void)
{
    const struct rlimit none = {0, 0};
    expect(setrlimit(RLIMIT_MEMLOCK, &none) == 0, 1);
    expect(geteuid() != 0 || setuid(65534) == 0, 2); /* root may lock regardless */
    mv_status status = mv_secret_init();
    expect(!status.ok && status.reason == MV_OUT_OF_MEMORY, 3);
    status = mv_secret_init();
    expect(!status.ok && status.reason == MV_OUT_OF_MEMORY, 4); /* and does not pass at the second try */
}

static void locks_are_renewed_after_a_fork(void)
{
    expect(mv_secret_init().ok, 1);
    int result;
    pid_t child = fork();
    if (child == 0) {
        expect(mv_secret_init().ok, 2);
        void *secret = mv_secret_alloc(32);
        expect(secret != NULL && has_flag(secret, " lo"), 3);
        _exit(0);
    }
    expect(waitpid(child, &result, 0) == child && result == 0, 4);
    void *held = mv_secret_alloc(32);
    child = fork();
    if (child == 0)
        _exit(mv_secret_init().ok ? 1 : 0); /* the copy of a secret cannot be locked any more */
    expect(waitpid(child, &result, 0) == child && result == 0, 5);
    mv_secret_free(held, 32);
}

static void test_the_heap(void **state)
{
    (void)state;
    assert_int_equal(run_apart(no_memory_to_lock), 0);
    assert_int_equal(run_apart(locks_are_renewed_after_a_fork), 0);
    check_heap();
}

static void test_wipe_and_compare(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    memset(a, 7, sizeof a);
    memcpy(b, a, sizeof b);
    assert_true(mv_secret_equal(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 0x80;
        assert_false(mv_secret_equal(a, b, sizeof a));
        b[i] ^= 0x80;
    }
    assert_true(mv_secret_equal(a, b, 0));
    mv_secret_wipe(a, sizeof a - 1);
    for (size_t i = 0; i + 1 < sizeof a; i++)
        assert_int_equal(a[i], 0);
    assert_int_equal(a[sizeof a - 1], 7);
}

/* A pipe whose writer is done; the number of its reading end from `least` up. */
static int pipe_with(const char *text, int least)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    assert_int_equal(close(ends[1]), 0);
    int high = fcntl(ends[0], F_DUPFD, least);
    assert_int_equal(close(ends[0]), 0);
    return high;
}

static void test_inherited(void **state)
{
    (void)state;
    char pin[PIN_SIZE];
    char path[32];
    int fd = pipe_with("4711\n", 20);
    (void)snprintf(path, sizeof path, "fd:%d", fd);
    assert_true(mv_secret_read_file(path, pin, sizeof pin).ok);
    assert_string_equal(pin, "4711");
    assert_int_equal(fcntl(fd, F_GETFD), -1); /* closed */
    assert_reason(mv_secret_read_file(path, pin, sizeof pin), MV_FILE_FAILED);
    fd = pipe_with("", 20);
    (void)snprintf(path, sizeof path, "fd:%d", fd);
    assert_reason(mv_secret_read_file(path, pin, sizeof pin), MV_CONFIG_INVALID);
    fd = pipe_with("123456789", 20);
    (void)snprintf(path, sizeof path, "fd:%d", fd);
    assert_reason(mv_secret_read_file(path, pin, sizeof pin), MV_CONFIG_INVALID);
    static const char *const none[] = {"fd:",    "fd:0",   "fd:2",    "fd:-3",
                                       "fd:20x", "fd: 20", "fd:1024", "fd:99999999999999999999"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) /* names of files that are not there */
        assert_reason(mv_secret_read_file(none[i], pin, sizeof pin), MV_FILE_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_are_read, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_contents_that_are_refused, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_modes_that_are_refused, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_things_that_are_no_file_of_ours, make_place, remove_place),
        cmocka_unit_test(test_inherited),
        cmocka_unit_test(test_wipe_and_compare),
        cmocka_unit_test(test_the_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
