/* Runs the program as a person does, with a home of its own. */
#ifndef TEST_RUN_CLI_H
#define TEST_RUN_CLI_H

enum { RUN_OUTPUT = 16384, RUN_COMMAND = 1024, RUN_NAME = 64 };

struct run {
    int code;
    char output[RUN_OUTPUT]; /* both streams */
};

/* Its home. */
extern char run_folder[];
int run_home_make(void **state);
int run_home_remove(void **state);

/* `prefix` stands before the program: "timeout 1", or "". */
__attribute__((format(printf, 2, 3))) struct run run_with(const char *prefix, const char *format, ...);
#define run(...) run_with("", __VA_ARGS__)

/* The output is that of the file in golden/. */
void assert_golden(const char *name, const char *output);

#endif
