/* Two threads serve a batch: the handler's reads requests and has their items queued, the other writes the answers in
 * order. So a caller may wait for an answer before it sends the next request, and a caller who does not wait keeps the
 * ledger's writer busy; how much is under way is bounded either way. */
#include "api/batch.h"

#include <metervault/v1/token_service.pb-c.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "api/api.h"
#include "api/batch_answer.h"
#include "api/convert.h"
#include "api/order_convert.h"

enum { LOOK_MS = 200 }; /* how often somebody who waits for items asks whether the caller is still there */

_Static_assert((int)API_BATCH_ORDERS == API_BATCH_WINDOW * API_BATCH_ITEMS, "as api.h says");

struct request;
struct item {
    struct request *request;
};

/* One message of the caller. */
struct request {
    struct stream *stream;
    size_t count;
    size_t unanswered; /* guarded by the stream's lock */
    struct item items[API_BATCH_ITEMS];
    struct api_batch_outcome outcomes[API_BATCH_ITEMS];
};

struct stream {
    struct vend *vend;
    struct rpc_call *call;
    struct api_batch_answer *answer;
    struct request *ring[API_BATCH_WINDOW]; /* made when first needed */
    atomic_bool broken;                     /* nobody takes answers any more: items that are not begun are dropped */
    pthread_mutex_t lock;                   /* guards what follows */
    pthread_cond_t changed;
    size_t begun, answered; /* requests; those between them are under way */
    bool all_read;
    mv_status broken_by;
};

static void break_off(struct stream *stream, mv_status status)
{
    pthread_mutex_lock(&stream->lock);
    if (!atomic_exchange(&stream->broken, true))
        stream->broken_by = status;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
}

/* ---- items ---- */
static bool gone(void *self)
{
    const struct item *item = self;
    return atomic_load(&item->request->stream->broken);
}

/* On the domain's thread, or on the reader's when the item was not queued. */
static void done(void *self, mv_status status, const struct vend_issued *issued)
{
    struct item *item = self;
    struct request *request = item->request;
    struct stream *stream = request->stream;
    struct api_batch_outcome *outcome = &request->outcomes[item - request->items];
    outcome->status = status;
    if (status.ok)
        outcome->issued = *issued;
    pthread_mutex_lock(&stream->lock);
    if (--request->unanswered == 0)
        pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
}

static void submit(struct stream *stream, const struct vend_caller *caller, const Metervault__V1__BatchItem *in,
                   struct item *item)
{
    struct vend_order order;
    mv_status status = api_batch_item_in(in, &order);
    if (status.ok)
        vend_issue(stream->vend, caller, &order, gone, done, item);
    else
        vend_refuse_issue(stream->vend, caller, &order, status, done, item);
}

/* ---- the reader ---- */
static mv_status take_slot(struct stream *stream, struct request **request)
{
    pthread_mutex_lock(&stream->lock);
    while (stream->begun - stream->answered == API_BATCH_WINDOW && !atomic_load(&stream->broken))
        pthread_cond_wait(&stream->changed, &stream->lock);
    size_t slot = stream->begun % API_BATCH_WINDOW;
    pthread_mutex_unlock(&stream->lock);
    if (atomic_load(&stream->broken))
        return mv_fail(MV_CANCELLED_BY_CALLER, NULL);
    if (stream->ring[slot] == NULL)
        stream->ring[slot] = malloc(sizeof *stream->ring[slot]);
    *request = stream->ring[slot];
    return *request == NULL ? mv_fail(MV_OUT_OF_MEMORY, "batch") : mv_ok();
}

static mv_status begin(struct stream *stream, const Metervault__V1__IssueBatchRequest *in, struct request *request)
{
    struct vend_caller caller = api_caller(stream->call);
    if (in->n_items < 1)
        return mv_fail(MV_INVALID_FIELD, "items");
    if (in->n_items > API_BATCH_ITEMS)
        return mv_fail(MV_REQUEST_TOO_LARGE, "items");
    request->stream = stream;
    request->count = request->unanswered = in->n_items;
    pthread_mutex_lock(&stream->lock);
    stream->begun++;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
    for (size_t i = 0; i < in->n_items; i++) {
        request->items[i].request = request;
        submit(stream, &caller, in->items[i], &request->items[i]);
    }
    return mv_ok();
}

/* Ends with ok at the end of the caller's messages. A request that cannot be begun ends the batch after the answers to
 * those before it. */
static mv_status read_all(struct stream *stream)
{
    for (;;) {
        ProtobufCMessage *message = NULL;
        struct request *request = NULL;
        MV_TRY(take_slot(stream, &request));
        mv_status status = rpc_read(stream->call, &message);
        if (!status.ok && (status.reason == MV_CANCELLED_BY_CALLER || status.reason == MV_DEADLINE_PASSED))
            break_off(stream, status);
        if (!status.ok || message == NULL)
            return status;
        status = begin(stream, (const Metervault__V1__IssueBatchRequest *)message, request);
        if (!status.ok) {
            vend_refused(stream->vend, rpc_principal(stream->call), "TokenService.IssueBatch", status);
            return status;
        }
    }
}

/* ---- the writer ---- */
static void look_at(struct stream *stream)
{
    if (!atomic_load(&stream->broken) && rpc_cancelled(stream->call))
        break_off(stream,
                  mv_fail(rpc_time_left(stream->call) == 0 ? MV_DEADLINE_PASSED : MV_CANCELLED_BY_CALLER, NULL));
}

/* Also of a broken stream: every item comes back to its request. */
static void wait_for_items(struct stream *stream, const struct request *request)
{
    struct timespec until;
    pthread_mutex_lock(&stream->lock);
    while (request->unanswered > 0) {
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_clockwait(&stream->changed, &stream->lock, CLOCK_MONOTONIC, &until) == 0)
            continue;
        pthread_mutex_unlock(&stream->lock);
        look_at(stream);
        pthread_mutex_lock(&stream->lock);
    }
    pthread_mutex_unlock(&stream->lock);
}

/* NULL when there will be no more. */
static struct request *next_request(struct stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    while (stream->answered == stream->begun && !stream->all_read)
        pthread_cond_wait(&stream->changed, &stream->lock);
    struct request *request =
        stream->answered == stream->begun ? NULL : stream->ring[stream->answered % API_BATCH_WINDOW];
    pthread_mutex_unlock(&stream->lock);
    return request;
}

static void *answer_all(void *self)
{
    struct stream *stream = self;
    struct request *request;
    while ((request = next_request(stream)) != NULL) {
        wait_for_items(stream, request);
        if (!atomic_load(&stream->broken)) {
            mv_status status =
                rpc_write(stream->call, api_batch_answer_fill(stream->answer, request->outcomes, request->count));
            if (!status.ok)
                break_off(stream, status);
        }
        pthread_mutex_lock(&stream->lock);
        stream->answered++;
        pthread_cond_broadcast(&stream->changed);
        pthread_mutex_unlock(&stream->lock);
    }
    return NULL;
}

static mv_status serve(struct stream *stream)
{
    pthread_t writer;
    int failed = pthread_create(&writer, NULL, answer_all, stream);
    if (failed != 0)
        return mv_fail_code(MV_OUT_OF_MEMORY, "thread", (unsigned)failed);
    (void)pthread_setname_np(writer, "api-batch");
    mv_status status = read_all(stream);
    pthread_mutex_lock(&stream->lock);
    stream->all_read = true;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
    (void)pthread_join(writer, NULL);
    return atomic_load(&stream->broken) ? stream->broken_by : status;
}

void api_issue_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    (void)message;
    struct stream stream = {.vend = self, .call = call, .answer = api_batch_answer_new()};
    (void)pthread_mutex_init(&stream.lock, NULL);
    (void)pthread_cond_init(&stream.changed, NULL);
    mv_status status = stream.answer == NULL ? mv_fail(MV_OUT_OF_MEMORY, "batch") : serve(&stream);
    for (size_t i = 0; i < API_BATCH_WINDOW; i++)
        free(stream.ring[i]);
    api_batch_answer_free(stream.answer);
    (void)pthread_cond_destroy(&stream.changed);
    (void)pthread_mutex_destroy(&stream.lock);
    if (status.ok)
        rpc_finish(call);
    else
        api_fail(call, status);
}
