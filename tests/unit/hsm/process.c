#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hsmd/client.h"

enum { TRIES = 400, TRY_MS = 50 };

static void nap(void)
{
    const struct timespec time = {.tv_nsec = TRY_MS * 1000000L};
    (void)nanosleep(&time, NULL);
}

static void die(const char *what)
{
    (void)fprintf(stderr, "test process: %s\n", what);
    exit(1);
}

void process_spawn(struct test_process *process, const struct test_token *token)
{
    process->pid = fork();
    if (process->pid < 0)
        die("fork");
    if (process->pid > 0)
        return;
    /* a test program that fails must not leave it behind */
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)execl(MV_HSMD_PROGRAM, "metervault-hsmd", "--config", token->config.path, (char *)NULL);
    _exit(127);
}

void process_start(struct test_process *process, const struct test_token *token)
{
    process_spawn(process, token);
    process_await(token);
}

void process_await(const struct test_token *token)
{
    struct hsmd_client *client = NULL;
    test_ok(hsmd_client_new(token->config.socket, 2000, &client), "client");
    mv_status status = mv_ok();
    for (int i = 0; i < TRIES; i++) {
        status = hsmd_health(client);
        if (status.ok)
            break;
        nap();
    }
    hsmd_client_free(client);
    test_ok(status, "metervault-hsmd does not answer");
}

static int code_of(int ended)
{
    return WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
}

int process_wait(struct test_process *process)
{
    for (int i = 0; i < TRIES; i++) {
        int ended = 0;
        if (waitpid(process->pid, &ended, WNOHANG) == process->pid)
            return code_of(ended);
        nap();
    }
    return -1;
}

int process_stop(struct test_process *process)
{
    (void)kill(process->pid, SIGTERM);
    int code = process_wait(process);
    if (code < 0)
        (void)kill(process->pid, SIGKILL);
    return code;
}

static pid_t first_child(pid_t pid)
{
    char path[64];
    int child = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    char line[64] = "";
    if (fgets(line, sizeof line, file) != NULL)
        child = (int)strtol(line, NULL, 10);
    (void)fclose(file);
    return child;
}

pid_t process_worker(const struct test_process *process, pid_t not_this)
{
    for (int i = 0; i < TRIES; i++) {
        pid_t child = first_child(process->pid);
        if (child > 0 && child != not_this)
            return child;
        nap();
    }
    die("no worker");
    return 0;
}

int process_check(const struct test_token *token, char *text, size_t size)
{
    int ends[2];
    if (pipe(ends) != 0)
        die("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)execl(MV_HSMD_PROGRAM, "metervault-hsmd", "--config", token->config.path, "--check", (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    size_t used = 0;
    ssize_t got = 0;
    while (used < size - 1 && (got = read(ends[0], text + used, size - 1 - used)) > 0)
        used += (size_t)got;
    text[used] = '\0';
    (void)close(ends[0]);
    int ended = 0;
    (void)waitpid(pid, &ended, 0);
    return code_of(ended);
}
