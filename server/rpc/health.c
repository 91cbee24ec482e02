#include "rpc/health.h"

#include <grpc/health/v1/health.pb-c.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/call.h"

typedef Grpc__Health__V1__HealthCheckRequest request_t;
typedef Grpc__Health__V1__HealthCheckResponse__ServingStatus serving_t;

struct state {
    const char *service;
    atomic_bool serving;
};

struct watcher {
    struct rpc_tag told; /* first: its event finds the watcher by it */
    struct watcher *next;
    struct rpc_health *health;
    const struct state *state; /* NULL: no such service */
    grpc_byte_buffer *message; /* under way */
    int last;                  /* the last status written, -1 none */
    bool writing;
    bool gone; /* the caller left */
};

struct rpc_health {
    struct state *states; /* the first is the whole server */
    size_t count;
    struct rpc_method methods[2];
    struct rpc_service service;
    pthread_mutex_t lock; /* of what follows */
    struct watcher *watchers;
    unsigned watcher_count;
    bool stopping;
};

static struct state *find(const struct rpc_health *health, const char *service)
{
    for (size_t i = 0; i < health->count; i++)
        if (strcmp(health->states[i].service, service) == 0)
            return &health->states[i];
    return NULL;
}

static serving_t serving(const struct rpc_health *health, const struct state *state)
{
    if (state == NULL)
        return GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN;
    if (atomic_load(&health->states[0].serving) && atomic_load(&state->serving))
        return GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
    return GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING;
}

static void check(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    const struct rpc_health *health = self;
    const struct state *state = find(health, ((const request_t *)request)->service);
    if (state == NULL) {
        /* the service's own definition asks for this bare status */
        rpc_end(call, GRPC_STATUS_NOT_FOUND, "The server has no such service.");
        return;
    }
    Grpc__Health__V1__HealthCheckResponse response = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    response.status = serving(health, state);
    rpc_reply(call, &response.base);
}

/* Takes the watcher out and frees it; the call gets its end. */
static void end_watcher(struct watcher *watcher, mv_status status)
{
    struct rpc_health *health = watcher->health;
    struct rpc_call *call = watcher->told.call;
    struct watcher **link = &health->watchers;
    while (*link != watcher)
        link = &(*link)->next;
    *link = watcher->next;
    health->watcher_count--;
    call->watcher = NULL;
    free(watcher);
    rpc_fail(call, status);
}

static bool tell(struct watcher *watcher, serving_t status)
{
    struct rpc_call *call = watcher->told.call;
    Grpc__Health__V1__HealthCheckResponse response = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    response.status = status;
    watcher->message = rpc_pack(call, &response.base);
    if (watcher->message == NULL)
        return false;
    grpc_op ops[2] = {{0}};
    size_t count = 0;
    if (!call->headers_sent)
        ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    call->headers_sent = true;
    ops[count].op = GRPC_OP_SEND_MESSAGE;
    ops[count++].data.send_message.send_message = watcher->message;
    watcher->last = (int)status;
    watcher->writing = true;
    rpc_call_hold(call);
    if (rpc_batch_start(call->call, ops, count, &watcher->told))
        return true;
    rpc_call_release(call);
    grpc_byte_buffer_destroy(watcher->message);
    return false;
}

/* One message at a time; what changed meanwhile is told after it. Locked. */
static void advance(struct watcher *watcher)
{
    if (watcher->writing)
        return;
    serving_t status = serving(watcher->health, watcher->state);
    if (watcher->gone)
        end_watcher(watcher, mv_fail(MV_CANCELLED_BY_CALLER, NULL));
    else if ((int)status != watcher->last && !tell(watcher, status))
        end_watcher(watcher, mv_fail(MV_INTERNAL_ERROR, "health"));
    else if (!watcher->writing && watcher->health->stopping)
        end_watcher(watcher, mv_fail(MV_SHUTTING_DOWN, NULL));
}

static void on_told(struct rpc_tag *tag, bool ok)
{
    struct watcher *watcher = (struct watcher *)tag;
    struct rpc_health *health = watcher->health;
    struct rpc_call *call = tag->call;
    (void)pthread_mutex_lock(&health->lock);
    grpc_byte_buffer_destroy(watcher->message);
    watcher->writing = false;
    watcher->gone = watcher->gone || !ok;
    advance(watcher);
    (void)pthread_mutex_unlock(&health->lock);
    rpc_call_release(call);
}

/* Locked. */
static bool has_room(const struct rpc_health *health, const struct rpc_call *call)
{
    unsigned held = 0;
    for (const struct watcher *watcher = health->watchers; watcher != NULL; watcher = watcher->next)
        held += strcmp(watcher->told.call->principal.name, call->principal.name) == 0;
    return held < RPC_HEALTH_WATCHERS_EACH && health->watcher_count < RPC_HEALTH_MAX_WATCHERS && !health->stopping;
}

static void watch(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    struct rpc_health *health = self;
    struct watcher *watcher = calloc(1, sizeof *watcher);
    (void)pthread_mutex_lock(&health->lock);
    bool room = watcher != NULL && has_room(health, call);
    if (room) {
        watcher->told = (struct rpc_tag){on_told, call};
        watcher->health = health;
        watcher->state = find(health, ((const request_t *)request)->service);
        watcher->last = -1;
        watcher->next = health->watchers;
        health->watchers = watcher;
        health->watcher_count++;
        call->watcher = watcher;
        advance(watcher);
    }
    (void)pthread_mutex_unlock(&health->lock);
    if (!room) {
        free(watcher);
        rpc_fail(call, mv_fail(MV_SERVER_BUSY, "health watchers"));
    }
}

static void advance_all(struct rpc_health *health)
{
    for (struct watcher *watcher = health->watchers, *next; watcher != NULL; watcher = next) {
        next = watcher->next;
        advance(watcher);
    }
}

void rpc_health_closed(struct rpc_call *call)
{
    struct rpc_health *health = call->entry->self;
    (void)pthread_mutex_lock(&health->lock);
    struct watcher *watcher = call->watcher;
    if (watcher != NULL) {
        watcher->gone = true;
        advance(watcher);
    }
    (void)pthread_mutex_unlock(&health->lock);
}

void rpc_health_set(struct rpc_health *health, const char *service, bool serves)
{
    struct state *state = find(health, service);
    if (state == NULL)
        return;
    (void)pthread_mutex_lock(&health->lock);
    if (!health->stopping)
        atomic_store(&state->serving, serves);
    advance_all(health);
    (void)pthread_mutex_unlock(&health->lock);
}

void rpc_health_stop(struct rpc_health *health)
{
    (void)pthread_mutex_lock(&health->lock);
    health->stopping = true;
    atomic_store(&health->states[0].serving, false);
    advance_all(health);
    (void)pthread_mutex_unlock(&health->lock);
}

mv_status rpc_health_open(const struct rpc_service *services, size_t count, struct rpc_health **health)
{
    struct rpc_health *made = calloc(1, sizeof *made);
    struct state *states = calloc(count + 1, sizeof *states);
    if (made == NULL || states == NULL) {
        free(made);
        free(states);
        return mv_fail(MV_OUT_OF_MEMORY, "health");
    }
    states[0].service = "";
    for (size_t i = 0; i < count; i++) {
        states[i + 1].service = services[i].descriptor->name;
        atomic_init(&states[i + 1].serving, true);
    }
    made->states = states;
    made->count = count + 1;
    made->methods[0] = (struct rpc_method){"Check", check, RPC_INLINE};
    made->methods[1] = (struct rpc_method){"Watch", watch, RPC_INLINE};
    made->service = (struct rpc_service){&grpc__health__v1__health__descriptor, made->methods, 2, made};
    (void)pthread_mutex_init(&made->lock, NULL);
    *health = made;
    return mv_ok();
}

void rpc_health_close(struct rpc_health *health)
{
    if (health == NULL)
        return;
    (void)pthread_mutex_destroy(&health->lock);
    free(health->states);
    free(health);
}

const struct rpc_service *rpc_health_service(const struct rpc_health *health)
{
    return &health->service;
}
