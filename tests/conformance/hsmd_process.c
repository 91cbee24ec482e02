#include "hsmd_process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "beside.h"

enum { POLL_MS = 20, START_MS = 20000, STOP_MS = 5000, LOG_PATH = 256 };

static void wait_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

/* A sanitizer's runtime wants to be loaded first and is not when something is preloaded; it is content to be told. */
static bool set_date(const char *clock, int64_t now_unix_s)
{
    char now[32];
    char options[512];
    const char *given = getenv("ASAN_OPTIONS");
    (void)snprintf(now, sizeof now, "%" PRId64, now_unix_s);
    (void)snprintf(options, sizeof options, "%s%sverify_asan_link_order=0", given == NULL ? "" : given,
                   given == NULL ? "" : ":");
    return setenv("MV_CONFORMANCE_NOW", now, 1) == 0 && setenv("LD_PRELOAD", clock, 1) == 0 &&
           setenv("ASAN_OPTIONS", options, 1) == 0;
}

static void run_child(const char *program, const char *config, const char *clock, int64_t now_unix_s, int log,
                      pid_t parent)
{
    if (!set_date(clock, now_unix_s) || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent ||
        dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
        _exit(126);
    (void)execl(program, program, "--config", config, (char *)NULL);
    _exit(127);
}

static void log_path(const char *directory, char path[LOG_PATH])
{
    (void)snprintf(path, LOG_PATH, "%s/hsmd.log", directory);
}

mv_status hsmd_process_start(const char *program, const char *config, const char *directory, int64_t now_unix_s,
                             pid_t *pid)
{
    char path[LOG_PATH];
    char clock[PATH_MAX];
    /* the loader goes on without it and says so to nobody who looks */
    if (!beside_us("libmv-conformance-clock.so", clock) || access(clock, R_OK) != 0)
        return mv_fail_code(MV_FILE_FAILED, "libmv-conformance-clock.so", (unsigned)errno);
    log_path(directory, path);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0)
        return mv_fail_code(MV_FILE_FAILED, "log of hsmd", (unsigned)errno);
    pid_t parent = getpid();
    *pid = fork();
    if (*pid == 0)
        run_child(program, config, clock, now_unix_s, log, parent);
    int error = errno;
    (void)close(log);
    if (*pid > 0)
        return mv_ok();
    *pid = 0;
    return mv_fail_code(MV_INTERNAL_ERROR, "fork", (unsigned)error);
}

static void show_log(const char *directory)
{
    char path[LOG_PATH];
    char line[512];
    log_path(directory, path);
    FILE *log = fopen(path, "re");
    if (log == NULL)
        return;
    while (fgets(line, sizeof line, log) != NULL)
        (void)fprintf(stderr, "hsmd: %s", line);
    (void)fclose(log);
}

mv_status hsmd_process_await(struct hsmd_client *client, pid_t pid, const char *directory)
{
    mv_status status = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "start");
    for (int waited = 0; waited < START_MS; waited += POLL_MS) {
        /* WNOWAIT leaves the dead child to hsmd_process_stop */
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
            break;
        status = hsmd_health(client);
        if (status.ok)
            return status;
        wait_ms(POLL_MS);
    }
    show_log(directory);
    return status;
}

void hsmd_process_stop(pid_t pid)
{
    if (pid <= 0)
        return;
    (void)kill(pid, SIGTERM);
    for (int waited = 0; waited < STOP_MS; waited += POLL_MS) {
        if (waitpid(pid, NULL, WNOHANG) == pid)
            return;
        wait_ms(POLL_MS);
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}
