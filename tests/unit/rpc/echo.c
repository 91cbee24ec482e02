#include "echo.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct echo_seen echo_seen;

enum { MAX_LATE = 64 };
static pthread_mutex_t late_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t late[MAX_LATE];
static unsigned late_count;

static void pause_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};
    (void)nanosleep(&pause, NULL);
}

bool echo_wait(const atomic_uint *value, unsigned wanted)
{
    for (int i = 0; i < 2000 && atomic_load(value) < wanted; i++)
        pause_ms(5);
    return atomic_load(value) >= wanted;
}

static void echo(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    rpc_reply(call, request);
}

static void *answer_late(void *argument)
{
    struct rpc_call *call = argument;
    while (!atomic_load(&echo_seen.release_late))
        pause_ms(1);
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    item.number = 77;
    rpc_reply(call, &item.base);
    return NULL;
}

static void reply_late(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    (void)request;
    (void)pthread_mutex_lock(&late_lock);
    if (late_count == MAX_LATE || pthread_create(&late[late_count++], NULL, answer_late, call) != 0)
        abort();
    (void)pthread_mutex_unlock(&late_lock);
    atomic_fetch_add(&echo_seen.blocked, 1);
}

static void refuse(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    const Rpctest__Item *item = (const Rpctest__Item *)request;
    rpc_detail(call, "meter", item->text);
    for (int64_t i = 0; i < item->number; i++)
        rpc_detail(call, "long",
                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
                   "5678901234567890123456789012345678901234567890123456789012345678901234567890123456");
    rpc_fail(call, mv_fail_code(MV_METER_UNKNOWN, "meter_pan", 0x30));
}

static void block(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    atomic_fetch_add(&echo_seen.blocked, 1);
    while (!rpc_cancelled(call) && !atomic_load(&echo_seen.release))
        pause_ms(1);
    if (rpc_cancelled(call)) {
        atomic_fetch_add(&echo_seen.cancelled, 1);
        rpc_fail(call, mv_fail(MV_CANCELLED_BY_CALLER, NULL));
        return;
    }
    rpc_reply(call, request);
}

static void who(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    (void)request;
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    int64_t left = rpc_time_left(call);
    item.number = left == INT64_MAX ? -2 : left / 1000000;
    item.text = (char *)rpc_principal(call);
    Rpctest__Item2 right = RPCTEST__ITEM2__INIT;
    right.name = (char *)rpc_method_name(call);
    item.choice_case = RPCTEST__ITEM__CHOICE_RIGHT;
    item.right = &right;
    rpc_reply(call, &item.base);
}

static void lists(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    const Rpctest__Nest *nest = (const Rpctest__Nest *)request;
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    item.number = (int64_t)nest->n_numbers;
    for (size_t i = 0; i < nest->n_groups; i++)
        item.number += 1000 * (int64_t)(nest->groups[i]->n_names + nest->groups[i]->n_fixed);
    rpc_reply(call, &item.base);
}

static void broken(struct rpc_call *call, mv_status status)
{
    atomic_store(&echo_seen.last_reason, status.reason);
    atomic_fetch_add(&echo_seen.streams_broken, 1);
    rpc_fail(call, status);
}

static void count(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    int64_t wanted = ((const Rpctest__Item *)request)->number;
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    for (item.number = 1; item.number <= wanted; item.number++) {
        mv_status status = rpc_write(call, &item.base);
        if (!status.ok) {
            broken(call, status);
            return;
        }
    }
    if (wanted < 0)
        rpc_fail(call, mv_fail(MV_LEDGER_LOCKED, NULL));
    else
        rpc_finish(call);
}

static void sum(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    (void)request;
    Rpctest__Item total = RPCTEST__ITEM__INIT;
    for (;;) {
        ProtobufCMessage *message;
        mv_status status = rpc_read(call, &message);
        if (!status.ok) {
            broken(call, status);
            return;
        }
        if (message == NULL)
            break;
        total.number += ((const Rpctest__Item *)message)->number;
    }
    rpc_reply(call, &total.base);
}

static void chat(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    (void)request;
    for (;;) {
        ProtobufCMessage *message;
        mv_status status = rpc_read(call, &message);
        if (status.ok && message == NULL) {
            rpc_finish(call);
            return;
        }
        if (status.ok)
            status = rpc_write(call, message);
        if (!status.ok) {
            broken(call, status);
            return;
        }
    }
}

struct counting {
    struct rpc_call *call;
    atomic_bool enough;
};

static void *write_numbers(void *self)
{
    struct counting *counting = self;
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    while (!atomic_load(&counting->enough)) {
        item.number++;
        if (!rpc_write(counting->call, &item.base).ok)
            break;
    }
    return NULL;
}

static void both(void *self, struct rpc_call *call, const ProtobufCMessage *request)
{
    (void)self;
    (void)request;
    pthread_t writer;
    struct counting counting = {.call = call};
    Rpctest__Item total = RPCTEST__ITEM__INIT;
    ProtobufCMessage *message = NULL;
    mv_status status;
    if (pthread_create(&writer, NULL, write_numbers, &counting) != 0)
        abort();
    do {
        status = rpc_read(call, &message);
        if (status.ok && message != NULL)
            total.number += ((const Rpctest__Item *)message)->number;
    } while (status.ok && message != NULL);
    atomic_store(&counting.enough, true);
    (void)pthread_join(writer, NULL);
    if (status.ok)
        status = rpc_write(call, &total.base);
    if (status.ok)
        rpc_finish(call);
    else
        broken(call, status);
}

static const struct rpc_method methods[] = {
    {"Quick", echo, RPC_INLINE},    {"Pooled", echo, RPC_POOLED}, {"Late", reply_late, RPC_INLINE},
    {"Refuse", refuse, RPC_INLINE}, {"Block", block, RPC_POOLED}, {"Who", who, RPC_POOLED},
    {"Lists", lists, RPC_INLINE},   {"Count", count, RPC_POOLED}, {"Sum", sum, RPC_POOLED},
    {"Chat", chat, RPC_POOLED},     {"Drain", chat, RPC_DESK},    {"Both", both, RPC_POOLED},
};

const struct rpc_service echo_service = {&rpctest__echo__descriptor, methods, sizeof methods / sizeof methods[0], NULL};

struct rpc_options echo_options(void)
{
    return (struct rpc_options){.listen = "127.0.0.1:0",
                                .insecure_loopback = true,
                                .insecure_principal = "tester",
                                .queue_threads = 1,
                                .workers = 4,
                                .stream_workers = 4,
                                .max_message_bytes = 65536,
                                .max_repeated = 100,
                                .max_calls = 64,
                                .max_connections = 32,
                                .drain_ms = 3000,
                                .descriptor_set = echo_set,
                                .descriptor_set_size = echo_set_size};
}

struct rpc_server *echo_start(const struct rpc_options *options)
{
    memset(&echo_seen, 0, sizeof echo_seen);
    atomic_store(&echo_seen.release_late, true);
    struct rpc_server *server;
    mv_status status = rpc_server_start(options, &echo_service, 1, &server);
    if (!status.ok) {
        char text[256];
        (void)dprintf(2, "%s\n", mv_status_text(status, text, sizeof text));
        abort();
    }
    rpc_set_serving(server, "", true);
    return server;
}

void echo_stop(struct rpc_server *server)
{
    rpc_server_stop(server);
    for (unsigned i = 0; i < late_count; i++)
        (void)pthread_join(late[i], NULL);
    late_count = 0;
}

struct caller_result echo_result(grpc_channel *channel, const char *method, int64_t number, const char *text,
                                 int timeout_ms)
{
    Rpctest__Item item = RPCTEST__ITEM__INIT;
    item.number = number;
    if (text != NULL)
        item.text = (char *)text;
    return caller_unary(channel, method, &item.base, timeout_ms);
}

int64_t echo_call(grpc_channel *channel, const char *method, int64_t number, const char *text)
{
    struct caller_result result = echo_result(channel, method, number, text, 20000);
    int64_t answer = -1;
    if (result.code == GRPC_STATUS_OK && result.data != NULL) {
        Rpctest__Item *item = rpctest__item__unpack(NULL, result.size, result.data);
        if (item != NULL)
            answer = item->number;
        rpctest__item__free_unpacked(item, NULL);
    }
    caller_forget(&result);
    return answer;
}
