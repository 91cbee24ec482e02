#include "hsmd/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "hsmd/channel.h"
#include "hsmd/worker.h"

enum { MOST_WORKERS = 16, FIRST_DELAY_MS = 100, LONGEST_DELAY_MS = 30000, STEADY_MS = 10000, NOT_READY = 3 };

struct child {
    pid_t pid; /* 0: not running */
    int64_t started_ms;
    int64_t start_at_ms;
    int64_t delay_ms; /* before the next start */
    int reason;       /* of the last start, if it failed */
};

struct supervisor {
    const struct hsm_config *config;
    struct hsmd_listener listener;
    struct child children[MOST_WORKERS];
    sigset_t signals;
};

static void start_child(struct supervisor *supervisor, struct child *child)
{
    child->started_ms = hsmd_now_ms();
    pid_t own = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        int code = hsmd_worker_run(supervisor->config, &supervisor->listener, own, child->reason);
        /* no exit handlers: modules have been seen to crash in theirs, and everything is closed */
        _exit(code);
    }
    child->pid = pid > 0 ? pid : 0;
    if (pid < 0) {
        mv_log(MV_LOG_ERROR, "fork failed (error %d)", errno);
        child->start_at_ms = child->started_ms + LONGEST_DELAY_MS;
    }
}

/* At once after a long life, then slower and slower. */
static void plan_next(struct child *child)
{
    int64_t now = hsmd_now_ms();
    bool steady = now - child->started_ms >= STEADY_MS;
    if (steady)
        child->delay_ms = 0;
    child->start_at_ms = now + child->delay_ms;
    child->delay_ms = child->delay_ms == 0 ? FIRST_DELAY_MS : child->delay_ms * 2;
    if (child->delay_ms > LONGEST_DELAY_MS)
        child->delay_ms = LONGEST_DELAY_MS;
}

/* False when there must be no further start. */
static bool note_end(struct child *child, int ended)
{
    child->pid = 0;
    if (WIFSIGNALED(ended)) {
        if (WTERMSIG(ended) == SIGALRM)
            mv_log(MV_LOG_ERROR, "a call to the module hung: worker ended");
        else
            mv_log(MV_LOG_ERROR, "worker ended by signal %d", WTERMSIG(ended));
        child->reason = 0;
    } else {
        child->reason = WEXITSTATUS(ended);
    }
    plan_next(child);
    return child->reason != MV_PIN_REFUSED;
}

static bool reap(struct supervisor *supervisor)
{
    for (;;) {
        int ended = 0;
        pid_t pid = waitpid(-1, &ended, WNOHANG);
        if (pid <= 0)
            return true;
        for (size_t i = 0; i < supervisor->config->workers; i++)
            if (supervisor->children[i].pid == pid && !note_end(&supervisor->children[i], ended))
                return false;
    }
}

/* Milliseconds until the next start is due; `LONGEST_DELAY_MS` when all run. */
static int64_t start_due(struct supervisor *supervisor)
{
    int64_t wait = LONGEST_DELAY_MS;
    for (size_t i = 0; i < supervisor->config->workers; i++) {
        struct child *child = &supervisor->children[i];
        int64_t left = child->start_at_ms - hsmd_now_ms();
        if (child->pid != 0)
            continue;
        if (left <= 0)
            start_child(supervisor, child);
        else if (left < wait)
            wait = left;
    }
    return wait;
}

static int supervise(struct supervisor *supervisor)
{
    for (;;) {
        int64_t wait = start_due(supervisor);
        const struct timespec timeout = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
        int signal_number = sigtimedwait(&supervisor->signals, NULL, &timeout);
        if (signal_number == SIGTERM || signal_number == SIGINT)
            return 0;
        if (!reap(supervisor)) {
            mv_log(MV_LOG_ERROR, "the token refused the PIN: not trying again, tokens lock");
            return NOT_READY;
        }
    }
}

static size_t running(const struct supervisor *supervisor)
{
    size_t count = 0;
    for (size_t i = 0; i < supervisor->config->workers; i++)
        count += supervisor->children[i].pid != 0;
    return count;
}

static void signal_all(const struct supervisor *supervisor, int signal_number)
{
    for (size_t i = 0; i < supervisor->config->workers; i++)
        if (supervisor->children[i].pid != 0)
            (void)kill(supervisor->children[i].pid, signal_number);
}

/* Workers get their own call's time and a second; a module that hangs then is not waited for. */
static void stop_children(struct supervisor *supervisor)
{
    int64_t deadline = hsmd_now_ms() + ((int64_t)supervisor->config->call_timeout_s + 1) * 1000;
    signal_all(supervisor, SIGTERM);
    while (running(supervisor) > 0) {
        const struct timespec timeout = {.tv_nsec = 50 * 1000000L};
        (void)sigtimedwait(&supervisor->signals, NULL, &timeout);
        (void)reap(supervisor);
        if (hsmd_now_ms() >= deadline)
            signal_all(supervisor, SIGKILL);
    }
}

int hsmd_supervisor_run(const struct hsm_config *config)
{
    struct supervisor supervisor = {.config = config};
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)sigemptyset(&supervisor.signals);
    (void)sigaddset(&supervisor.signals, SIGTERM);
    (void)sigaddset(&supervisor.signals, SIGINT);
    (void)sigaddset(&supervisor.signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &supervisor.signals, NULL);
    mv_status status = hsmd_listener_open(config, &supervisor.listener);
    if (!status.ok) {
        char text[512];
        mv_log(MV_LOG_ERROR, "cannot start: %s", mv_status_text(status, text, sizeof text));
        return NOT_READY;
    }
    int code = supervise(&supervisor);
    stop_children(&supervisor);
    hsmd_listener_close(&supervisor.listener);
    return code;
}
