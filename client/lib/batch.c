#include "batch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/status.h"
#include "batch_run.h"
#include "client.h"
#include "error.h"
#include "order.h"
#include "retry.h"

enum { PATIENCE_MS = 60000, SECOND_US = 1000000, SHARES = 4 /* in a second, when paced */ };

int64_t mv_batch_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

/* ---- orders in ---- */
static unsigned at_once(const struct mv_batch *batch)
{
    unsigned share = batch->per_second / SHARES;
    if (batch->per_second == 0 || share > MV_BATCH_IN_REQUEST)
        return MV_BATCH_IN_REQUEST;
    return share > 0 ? share : 1;
}

static void pace(struct mv_batch_run *run, unsigned items)
{
    if (run->batch->per_second == 0)
        return;
    int64_t now = mv_batch_now_us();
    int64_t from = run->ready_us > now ? run->ready_us : now;
    run->ready_us = from + (int64_t)items * SECOND_US / run->batch->per_second;
}

/* One order into the request. False when there is none now. */
static bool take_order(struct mv_batch_run *run, struct mv_window_request *request, bool *failed)
{
    Metervault__V1__BatchItem order = METERVAULT__V1__BATCH_ITEM__INIT;
    struct mv_order_form form;
    enum mv_batch_next next = run->batch->next(run->batch->self, &order);
    run->ended = next == MV_BATCH_END;
    if (next != MV_BATCH_ORDER)
        return false;
    *failed = true;
    if (!mv_order_form(&order, &form))
        mv_error_local(&run->error, MV_INVALID_FIELD, "(the order has no kind)");
    else if (!mv_window_append(request, &order))
        mv_error_local(&run->error, MV_OUT_OF_MEMORY, NULL);
    else
        *failed = false;
    return !*failed;
}

bool mv_batch_fill(struct mv_batch_run *run)
{
    bool failed = false;
    unsigned most = at_once(run->batch);
    bool idle = run->window.count == 0;
    struct mv_window_request *request = mv_window_add(&run->window);
    while (request->items < most && take_order(run, request, &failed))
        ;
    pace(run, request->items);
    bool empty = request->items == 0;
    if (empty)
        mv_window_drop_last(&run->window);
    if (!failed && empty && idle && !run->ended) {
        mv_error_local(&run->error, MV_INTERNAL_ERROR, "(the batch waits for a result, and no order is unanswered)");
        return false;
    }
    return !failed;
}

/* ---- results out ---- */
/* The server may do it a little later, or waits for a person: not this order's fate. */
static bool passing(const Metervault__V1__Refusal *refused, struct mv_client_error *error)
{
    const struct mv_reason_info *known = mv_reason_by_name(refused->reason);
    if (known == NULL)
        return false;
    *error = (struct mv_client_error){.grpc_status = (int)known->grpc_status};
    mv_error_text(error->reason, sizeof error->reason, refused->reason, strlen(refused->reason));
    mv_error_text(error->message, sizeof error->message, refused->message, strlen(refused->message));
    return mv_retry_wise(error) || error->grpc_status == MV_STATUS_UNAVAILABLE;
}

/* The items from `from` on become the request. */
static bool keep_rest(struct mv_window_request *request, const Metervault__V1__IssueBatchRequest *items, size_t from)
{
    request->size = 0;
    request->items = 0;
    for (size_t i = from; i < items->n_items; i++)
        if (!mv_window_append(request, items->items[i]))
            return false; /* cannot be: the room was enough for more */
    return true;
}

/* The ledger has something else under this id and will say so every time: without a result the batch never ended. */
static bool hand_out_foreign(const struct mv_batch_run *run, const Metervault__V1__BatchItem *order,
                             const char *request_id)
{
    struct mv_client_error error;
    Metervault__V1__Refusal refused = METERVAULT__V1__REFUSAL__INIT;
    Metervault__V1__BatchResult result = METERVAULT__V1__BATCH_RESULT__INIT;
    mv_order_foreign_answer(&error, request_id);
    refused.reason = error.reason;
    refused.message = error.message;
    result.result_case = METERVAULT__V1__BATCH_RESULT__RESULT_REFUSED;
    result.refused = &refused;
    return run->batch->result(run->batch->self, order, &result);
}

static enum mv_batch_taken hand_out(struct mv_batch_run *run, const Metervault__V1__IssueBatchRequest *request,
                                    const Metervault__V1__IssueBatchResponse *response, size_t *done)
{
    for (*done = 0; *done < request->n_items; ++*done) {
        const Metervault__V1__BatchItem *order = request->items[*done];
        const Metervault__V1__BatchResult *result = response->results[*done];
        bool issued = result->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED;
        bool refused = result->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_REFUSED;
        if (refused && passing(result->refused, &run->error))
            return MV_BATCH_AGAIN;
        if ((!issued && !refused) || (issued && !mv_order_addressed(order, result->issued))) {
            mv_order_foreign_answer(&run->error, NULL); /* the stream is out of step */
            return MV_BATCH_BROKEN;
        }
        run->results++;
        run->stopped = issued && !mv_order_answered(order, result->issued)
                           ? !hand_out_foreign(run, order, result->issued->request_id)
                           : !run->batch->result(run->batch->self, order, result);
        if (run->stopped)
            return MV_BATCH_TAKEN;
    }
    return MV_BATCH_TAKEN;
}

enum mv_batch_taken mv_batch_take(struct mv_batch_run *run, const Metervault__V1__IssueBatchResponse *response)
{
    struct mv_window_request *oldest = mv_window_oldest(&run->window);
    if (oldest == NULL || !oldest->sent || response->n_results != oldest->items) {
        mv_order_foreign_answer(&run->error, NULL);
        return MV_BATCH_BROKEN;
    }
    Metervault__V1__IssueBatchRequest *request =
        metervault__v1__issue_batch_request__unpack(NULL, oldest->size, oldest->bytes);
    if (request == NULL) {
        mv_error_local(&run->error, MV_OUT_OF_MEMORY, NULL);
        return MV_BATCH_BROKEN;
    }
    size_t done = 0;
    enum mv_batch_taken taken = hand_out(run, request, response, &done);
    if (taken == MV_BATCH_TAKEN)
        mv_window_drop_oldest(&run->window);
    else if (!keep_rest(oldest, request, done))
        taken = MV_BATCH_BROKEN;
    metervault__v1__issue_batch_request__free_unpacked(request, NULL);
    return taken;
}

/* ---- stream after stream ---- */
static bool run_streams(struct mv_batch_run *run)
{
    unsigned patience_ms = run->batch->patience_ms != 0 ? run->batch->patience_ms : PATIENCE_MS;
    int64_t last_result_us = mv_batch_now_us();
    unsigned tries = 1;
    for (;;) {
        uint64_t before = run->results;
        bool again = false;
        if (mv_batch_stream(run, &again) || run->stopped)
            return true;
        if (run->results > before) {
            last_result_us = mv_batch_now_us();
            tries = 1;
        }
        if (!again || mv_batch_now_us() - last_result_us > (int64_t)patience_ms * 1000)
            return false;
        mv_window_unsend(&run->window);
        mv_client_pause(run->client, ++tries);
    }
}

bool mv_client_batch(struct mv_client *client, const struct mv_batch *batch, struct mv_client_error *error)
{
    struct mv_batch_run run = {.client = client, .batch = batch};
    /* a server that is merely down is told at once, before anything was sent */
    if (!mv_client_connected(client, error))
        return false;
    bool done = run_streams(&run);
    if (!done)
        *error = run.error;
    mv_window_free(&run.window);
    return done;
}
