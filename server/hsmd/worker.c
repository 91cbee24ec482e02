#include "hsmd/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "hsmd/connection.h"
#include "hsmd/sandbox.h"

enum { CONNECTIONS = 32, TICK_MS = 1000 };

struct worker {
    const struct hsm_config *config;
    const struct hsmd_listener *listener;
    struct hsmd_service service;
    struct hsmd_connection connections[CONNECTIONS];
    uint32_t last_owner;
    uint8_t out[HSMD_FRAME_HEAD + HSMD_FRAME_MAX];
};

static volatile sig_atomic_t stopping;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stopping = 1;
}

static struct hsmd_connection *free_connection(struct worker *worker)
{
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (worker->connections[i].fd < 0)
            return &worker->connections[i];
    return NULL;
}

static void accept_one(struct worker *worker)
{
    struct hsmd_connection *place = free_connection(worker);
    int fd = accept4(worker->listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    uid_t user = (uid_t)-1;
    if (!hsmd_listener_knows(worker->listener, fd, &user)) {
        mv_log(MV_LOG_WARNING, "refused a connection of user id %lu, who is not in client_users", (unsigned long)user);
        (void)close(fd);
        return;
    }
    if (place == NULL || ++worker->last_owner == 0 || !hsmd_connection_open(place, fd, worker->last_owner).ok)
        (void)close(fd);
}

static void serve_ready(struct worker *worker, const struct pollfd *ready)
{
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct hsmd_connection *connection = &worker->connections[i];
        if (connection->fd < 0 || ready[i].revents == 0)
            continue;
        if (hsmd_connection_serve(connection, &worker->service, worker->out, worker->config->call_timeout_s))
            continue;
        /* keys of its sessions are destroyed in the token, which may hang */
        (void)alarm(worker->config->call_timeout_s);
        hsmd_connection_close(connection, &worker->service);
        (void)alarm(0);
    }
}

/* Signals arrive only while waiting, so none is missed and no call is interrupted. */
static void serve(struct worker *worker, const sigset_t *while_waiting)
{
    const struct timespec tick = {.tv_sec = TICK_MS / 1000};
    while (!stopping && worker->service.keyring.state.reason != MV_PIN_REFUSED) {
        struct pollfd wait[CONNECTIONS + 1];
        for (size_t i = 0; i < CONNECTIONS; i++)
            wait[i] = (struct pollfd){.fd = worker->connections[i].fd, .events = POLLIN};
        wait[CONNECTIONS] = (struct pollfd){.fd = worker->listener->fd, .events = POLLIN};
        int ready = ppoll(wait, CONNECTIONS + 1, &tick, while_waiting);
        if (ready > 0) {
            serve_ready(worker, wait);
            if (wait[CONNECTIONS].revents != 0)
                accept_one(worker);
        }
        (void)alarm(worker->config->call_timeout_s);
        hsmd_service_tick(&worker->service);
        (void)alarm(0);
    }
}

static mv_status start(struct worker *worker)
{
    MV_TRY(mv_secret_init());
    hsmd_sandbox_lock_memory();
    MV_TRY(hsmd_sandbox_enter());
    (void)alarm(HSMD_START_FACTOR * worker->config->call_timeout_s);
    mv_status status = hsmd_service_start(&worker->service, worker->config);
    (void)alarm(0);
    return status;
}

static void stop(struct worker *worker)
{
    (void)alarm(worker->config->call_timeout_s);
    for (size_t i = 0; i < CONNECTIONS; i++)
        hsmd_connection_close(&worker->connections[i], &worker->service);
    hsmd_service_stop(&worker->service);
    (void)alarm(0);
}

static void take_signals(sigset_t *while_waiting)
{
    const struct sigaction action = {.sa_handler = on_stop};
    sigset_t held;
    (void)sigemptyset(&held);
    (void)sigaddset(&held, SIGTERM);
    (void)sigprocmask(SIG_SETMASK, &held, NULL);
    (void)sigemptyset(while_waiting);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGINT, SIG_IGN); /* the supervisor's to answer */
    (void)signal(SIGHUP, SIG_IGN);
}

int hsmd_worker_run(const struct hsm_config *config, const struct hsmd_listener *listener, pid_t supervisor,
                    int quiet_reason)
{
    sigset_t while_waiting;
    take_signals(&while_waiting);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* it may have died before that call */
    if (getppid() != supervisor)
        return 0;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return MV_OUT_OF_MEMORY;
    worker->config = config;
    worker->listener = listener;
    for (size_t i = 0; i < CONNECTIONS; i++)
        worker->connections[i].fd = -1;
    mv_status status = start(worker);
    if (status.ok) {
        mv_log(MV_LOG_NOTICE, "ready: token %s, catalogue generation %llu, %zu keys", hsm_serial(worker->service.hsm),
               (unsigned long long)worker->service.keyring.catalogue->generation,
               worker->service.keyring.catalogue->key_count);
        serve(worker, &while_waiting);
        status = worker->service.keyring.state.reason == MV_PIN_REFUSED ? worker->service.keyring.state : mv_ok();
    } else if (status.reason != quiet_reason) {
        char text[512];
        mv_log(MV_LOG_ERROR, "cannot start: %s", mv_status_text(status, text, sizeof text));
    }
    stop(worker);
    free(worker);
    return status.ok ? 0 : status.reason;
}
