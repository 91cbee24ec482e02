/* Closed loop: a call that ends starts the next. Open loop: calls start on a fixed timetable, and a late start counts
 * as latency of the call (no coordinated omission). */
#include <grpc/support/time.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "client.h"
#include "error.h"

enum { NS_PER_S = 1000000000 };

struct slot {
    grpc_call *call;
    grpc_byte_buffer *request;
    grpc_byte_buffer *response;
    struct mv_call_end end;
    int64_t intended_ns;
    struct slot *next_free;
};

struct engine {
    grpc_completion_queue *queue;
    struct connections *connections;
    struct work *work;
    const struct plan *plan;
    void *methods[64]; /* the registered method on each channel */
    struct slot *free;
    unsigned running;
    uint64_t started;
    int64_t begin_ns, count_from_ns, stop_ns;
    struct latencies latencies;
    struct outcome outcome;
};

int64_t bench_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void start(struct engine *engine, int64_t intended_ns)
{
    struct slot *slot = engine->free;
    engine->free = slot->next_free;
    size_t channel = engine->started % engine->connections->count;
    slot->request = engine->work->request(engine->work);
    slot->response = NULL;
    slot->intended_ns = intended_ns;
    mv_call_end_init(&slot->end);
    slot->call = grpc_channel_create_registered_call(engine->connections->channels[channel], NULL,
                                                     GRPC_PROPAGATE_DEFAULTS, engine->queue, engine->methods[channel],
                                                     mv_deadline_in(engine->plan->deadline_ms), NULL);
    const grpc_op operations[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = slot->request},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA, .data.recv_initial_metadata.recv_initial_metadata = &slot->end.initial},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &slot->response},
        mv_call_end_op(&slot->end),
    };
    if (engine->started == 0)
        engine->outcome.request_bytes = grpc_byte_buffer_length(slot->request);
    if (grpc_call_start_batch(slot->call, operations, sizeof operations / sizeof operations[0], slot, NULL) !=
        GRPC_CALL_OK)
        abort();
    engine->started++;
    engine->running++;
}

static void note_failure(struct engine *engine, const struct slot *slot)
{
    if (engine->outcome.failed++ == 0)
        mv_call_end_error(&slot->end, &engine->outcome.first_error);
}

/* Takes one finished call; the slot is free again. */
static void finish(struct engine *engine, struct slot *slot)
{
    int64_t now = bench_now_ns();
    if (slot->end.status != GRPC_STATUS_OK || slot->response == NULL)
        note_failure(engine, slot);
    else if (now >= engine->count_from_ns && now <= engine->stop_ns)
        latencies_add(&engine->latencies, now - slot->intended_ns);
    if (slot->response != NULL)
        engine->outcome.response_bytes = grpc_byte_buffer_length(slot->response);
    if (engine->plan->progress != NULL)
        cli_progress_step(engine->plan->progress);
    grpc_byte_buffer_destroy(slot->request);
    grpc_byte_buffer_destroy(slot->response);
    mv_call_end_destroy(&slot->end);
    grpc_call_unref(slot->call);
    slot->next_free = engine->free;
    engine->free = slot;
    engine->running--;
}

static bool more(const struct engine *engine, int64_t now)
{
    return now < engine->stop_ns && engine->outcome.failed == 0 &&
           (engine->plan->calls == 0 || engine->started < engine->plan->calls);
}

/* Waits at most until `until_ns` for a call to end. */
static void wait_one(struct engine *engine, int64_t until_ns)
{
    int64_t wait_us = (until_ns - bench_now_ns()) / 1000;
    gpr_timespec limit =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_micros(wait_us > 0 ? wait_us : 0, GPR_TIMESPAN));
    grpc_event event = grpc_completion_queue_next(engine->queue, limit, NULL);
    if (event.type == GRPC_OP_COMPLETE)
        finish(engine, event.tag);
}

static void run_closed(struct engine *engine)
{
    for (;;) {
        int64_t now = bench_now_ns();
        while (engine->free != NULL && more(engine, now))
            start(engine, now);
        if (engine->running == 0)
            return;
        wait_one(engine, now + NS_PER_S);
    }
}

static void run_open(struct engine *engine)
{
    double step_ns = (double)NS_PER_S / engine->plan->rate;
    uint64_t due = 0; /* calls that the timetable has let go */
    for (;;) {
        int64_t now = bench_now_ns();
        int64_t intended = engine->begin_ns + (int64_t)((double)due * step_ns);
        while (intended <= now && engine->free != NULL && more(engine, intended)) {
            start(engine, intended);
            due++;
            intended = engine->begin_ns + (int64_t)((double)due * step_ns);
        }
        if (engine->running == 0 && !more(engine, intended))
            return;
        bool waits_for_time = engine->free != NULL && more(engine, intended);
        wait_one(engine, waits_for_time ? intended : now + NS_PER_S);
    }
}

static struct slot *make_slots(struct engine *engine, unsigned count)
{
    struct slot *slots = calloc(count, sizeof *slots);
    if (slots == NULL)
        abort();
    for (unsigned i = 0; i < count; i++) {
        slots[i].next_free = engine->free;
        engine->free = &slots[i];
    }
    return slots;
}

struct outcome load_run(struct connections *connections, struct work *work, const struct plan *plan)
{
    if (connections->count == 0)
        abort();
    struct engine engine = {.connections = connections, .work = work, .plan = plan};
    engine.queue = grpc_completion_queue_create_for_next(NULL);
    struct slot *slots = make_slots(&engine, plan->outstanding);
    for (size_t i = 0; i < connections->count; i++)
        engine.methods[i] = grpc_channel_register_call(connections->channels[i], work->path, NULL, NULL);
    engine.begin_ns = bench_now_ns();
    engine.count_from_ns = engine.begin_ns + plan->warm_ns;
    engine.stop_ns = engine.count_from_ns + plan->run_ns;
    if (plan->rate > 0)
        run_open(&engine);
    else
        run_closed(&engine);
    int64_t ended = bench_now_ns();
    int64_t counted = (ended < engine.stop_ns ? ended : engine.stop_ns) - engine.count_from_ns;
    engine.outcome.summary = latencies_summary(&engine.latencies, counted);
    latencies_free(&engine.latencies);
    grpc_completion_queue_shutdown(engine.queue);
    while (grpc_completion_queue_next(engine.queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).type !=
           GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(engine.queue);
    free(slots);
    return engine.outcome;
}
