#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "run_cli.h"

char run_folder[] = "/tmp/mv-cli-XXXXXX";

struct run run_with(const char *prefix, const char *format, ...)
{
    char arguments[RUN_COMMAND];
    char command[RUN_COMMAND * 2];
    va_list list;
    va_start(list, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): va_start stands right above */
    (void)vsnprintf(arguments, sizeof arguments, format, list);
    va_end(list);
    (void)snprintf(command, sizeof command, "HOME=%s XDG_CONFIG_HOME= XDG_STATE_HOME= %s %s %s 2>&1 </dev/null",
                   run_folder, prefix, MV_CLI, arguments);
    struct run result = {0};
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): our own constant command */
    assert_non_null(pipe);
    size_t used = fread(result.output, 1, sizeof result.output - 1, pipe);
    result.output[used] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    result.code = WEXITSTATUS(status);
    return result;
}

void assert_golden(const char *name, const char *output)
{
    char path[RUN_COMMAND];
    char expected[RUN_OUTPUT];
    (void)snprintf(path, sizeof path, "%s/%s.txt", MV_GOLDEN, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s is not there; its content should be:\n%s", path, output);
    size_t used = fread(expected, 1, sizeof expected - 1, file);
    expected[used] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_string_equal(output, expected);
}

int run_home_make(void **state)
{
    (void)state;
    return mkdtemp(run_folder) != NULL ? 0 : -1;
}

int run_home_remove(void **state)
{
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s", run_folder);
    return system(command); /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
}
