/* A file of an act has the same bytes for who approved it and for who does it. */
#include "../../support/status.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "once.h"

static char folder[] = "/tmp/mv-once-XXXXXX";
static char path[64], other[64];

static void write_text(const char *to, const char *text, size_t size)
{
    FILE *file = fopen(to, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void what_was_read_stays(void **state)
{
    (void)state;
    const char *first = NULL;
    const char *second = NULL;
    size_t size = 0;
    write_text(path, "approved", 8);
    assert_ok(once_read(path, "test", &first, &size));
    assert_int_equal(size, 8);
    assert_string_equal(first, "approved");
    write_text(path, "exchanged", 9);
    assert_ok(once_read(path, "test", &second, &size));
    assert_ptr_equal(first, second);
    assert_int_equal(size, 8);
    assert_string_equal(second, "approved");
    assert_int_equal(unlink(path), 0);
    assert_ok(once_read(path, "test", &second, &size));
    assert_string_equal(second, "approved");
    once_forget();
    assert_reason(once_read(path, "test", &second, &size), MV_FILE_FAILED);
    write_text(path, "", 0);
    assert_ok(once_read(path, "test", &second, &size));
    assert_int_equal(size, 0);
    assert_string_equal(second, "");
    once_forget();
}

static void only_regular_files_are_read(void **state)
{
    (void)state;
    const char *text = NULL;
    size_t size = 0;
    assert_int_equal(symlink(path, other), 0);
    assert_reason(once_read(other, "test", &text, &size), MV_FILE_FAILED);
    assert_int_equal(unlink(other), 0);
    assert_int_equal(mkfifo(other, 0600), 0);
    assert_reason(once_read(other, "test", &text, &size), MV_FILE_FAILED);
    assert_int_equal(unlink(other), 0);
    assert_reason(once_read(folder, "test", &text, &size), MV_FILE_FAILED);
    assert_reason(once_read("/dev/zero", "test", &text, &size), MV_FILE_FAILED);
}

static void large_files_have_an_end(void **state)
{
    (void)state;
    const char *text = NULL;
    size_t size = 0;
    char *data = malloc(ONCE_MOST + 1);
    assert_non_null(data);
    memset(data, 'x', ONCE_MOST + 1);
    write_text(path, data, ONCE_MOST);
    assert_ok(once_read(path, "test", &text, &size));
    assert_int_equal(size, ONCE_MOST);
    assert_int_equal(strlen(text), ONCE_MOST);
    once_forget();
    write_text(path, data, ONCE_MOST + 1);
    assert_reason(once_read(path, "test", &text, &size), MV_FILE_FAILED);
    free(data);
}

static int set_up(void **state)
{
    (void)state;
    if (!mv_secret_init().ok || mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    once_forget();
    (void)unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_read_stays),
        cmocka_unit_test(only_regular_files_are_read),
        cmocka_unit_test(large_files_have_an_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
