/* A real metervault-hsmd process for a test program. */
#ifndef MV_TESTS_PROCESS_H
#define MV_TESTS_PROCESS_H

#include <sys/types.h>

#include "../../support/token.h"

struct test_process {
    pid_t pid; /* of the supervisor */
};

/* Starts it and waits until a worker answers; ends the program when none does. */
void process_start(struct test_process *process, const struct test_token *token);
/* Starts it only. */
void process_spawn(struct test_process *process, const struct test_token *token);
/* Waits until a worker answers. */
void process_await(const struct test_token *token);
/* SIGTERM; the exit status, or 128 + signal number. */
int process_stop(struct test_process *process);
/* Waits up to 20 s for it to end by itself; the exit status as above, -1 if it goes on. */
int process_wait(struct test_process *process);
/* The process id of a worker that is not `not_this`; waits up to 20 s, ends the program after. */
pid_t process_worker(const struct test_process *process, pid_t not_this);
/* Runs `metervault-hsmd --check`: exit status, and what it printed (both streams). */
int process_check(const struct test_token *token, char *text, size_t size);

#endif
