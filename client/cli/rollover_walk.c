#include <stdio.h>
#include <string.h>
#include <time.h>

#include "retry.h"
#include "rollover.h"
#include "sale.h"
#include "sale_print.h"

enum { PAGE = 1000, PATIENCE_S = 60 };

static int64_t now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

/* A page, also from a server that is away for a moment. */
static bool fetch(struct rollover *rollover)
{
    int64_t until = now_s() + PATIENCE_S;
    Metervault__V1__ListMetersRequest request = METERVAULT__V1__LIST_METERS_REQUEST__INIT;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    request.page_size = PAGE;
    request.page_token = rollover->page_token;
    request.supply_group_code = (char *)rollover->from;
    request.key_revision_number = rollover->old_krn;
    if (rollover->organisation != NULL)
        request.organisation = (char *)rollover->organisation;
    rollover_walk_end(rollover);
    while (!mv_client_call(rollover->client, &metervault__v1__meter_service__descriptor, "ListMeters", &request.base,
                           true, &answer, &error))
        if (!mv_retry_wise(&error) || now_s() > until) {
            rollover->code = cli_report(rollover->cli, &error);
            return false;
        }
    rollover->page = (Metervault__V1__ListMetersResponse *)answer;
    rollover->at = 0;
    (void)snprintf(rollover->page_token, sizeof rollover->page_token, "%s", rollover->page->next_page_token);
    return true;
}

void rollover_walk_end(struct rollover *rollover)
{
    if (rollover->page != NULL)
        metervault__v1__list_meters_response__free_unpacked(rollover->page, NULL);
    rollover->page = NULL;
}

/* The next meter that has no row yet, NULL at the end or when the server cannot be asked. */
static const Metervault__V1__Meter *next_meter(struct rollover *rollover)
{
    for (;;) {
        if (rollover->page != NULL && rollover->at < rollover->page->n_meters) {
            const Metervault__V1__Meter *meter = rollover->page->meters[rollover->at++];
            if (strcmp(meter->meter_pan, rollover->last_pan) > 0)
                return meter;
            continue;
        }
        bool last = rollover->page != NULL && rollover->page_token[0] == '\0';
        if (last || !fetch(rollover))
            return NULL;
    }
}

int rollover_count(struct rollover *rollover, uint64_t *count)
{
    *count = 0;
    while (next_meter(rollover) != NULL)
        ++*count;
    rollover_walk_end(rollover);
    rollover->page_token[0] = '\0';
    return rollover->code;
}

/* ---- one meter ---- */
static void make_order(struct rollover *rollover, const struct lineup_row *row, Metervault__V1__BatchItem *order)
{
    Metervault__V1__IssueKeyChangeRequest *request = &rollover->request;
    metervault__v1__key_target__init(&rollover->target);
    metervault__v1__issue_key_change_request__init(request);
    /* within the group only the revision is said, so that a meter that has it already is left alone */
    if (strcmp(rollover->from, rollover->to) != 0)
        rollover->target.supply_group_code = (char *)rollover->to;
    rollover->target.key_revision_number = rollover->krn;
    rollover->target.with_supply_group = rollover->with_sgc;
    request->request_id = (char *)row->request_id;
    request->terminal_id = (char *)rollover->cli->terminal;
    request->meter_pan = (char *)row->meter;
    request->carrier = METERVAULT__V1__CARRIER__KEYPAD;
    request->to = &rollover->target;
    order->order_case = METERVAULT__V1__BATCH_ITEM__ORDER_KEY_CHANGE;
    order->key_change = request;
}

static bool at_target(const struct rollover *rollover, const Metervault__V1__MeterKey *key)
{
    return key != NULL && rollover->krn != 0 && strcmp(key->supply_group_code, rollover->to) == 0 &&
           key->key_revision_number == rollover->krn;
}

static void local(struct lineup_row *row, const char *outcome, const char *reason, const char *message)
{
    row->local = true;
    row->outcome = outcome;
    (void)snprintf(row->reason, sizeof row->reason, "%s", reason);
    (void)snprintf(row->message, sizeof row->message, "%s", message);
}

enum ours { OURS, OLDER, NOT_KNOWN };

/* Was the pending set issued by this rollover, before it was killed? */
static enum ours whose(struct rollover *rollover, const Metervault__V1__BatchItem *order)
{
    if (!rollover->resumed)
        return OLDER;
    Metervault__V1__IssuedTokens *answer = NULL;
    struct mv_client_error error;
    enum mv_sale_outcome found = mv_client_find(rollover->client, order, &answer, &error);
    mv_sale_free(answer);
    /* the answer is of no use, and the batch writes that down */
    if (found == MV_SALE_UNKNOWN && strcmp(error.reason, "INTERNAL_ERROR") == 0)
        return OURS;
    if (found == MV_SALE_UNKNOWN)
        rollover->code = cli_report(rollover->cli, &error);
    return found == MV_SALE_DONE ? OURS : found == MV_SALE_REFUSED ? OLDER : NOT_KNOWN;
}

static enum mv_batch_next pending_meter(struct rollover *rollover, const Metervault__V1__Meter *meter,
                                        struct lineup_row *row, const Metervault__V1__BatchItem *order)
{
    char key[SALE_KEY_TEXT];
    char message[sizeof row->message];
    switch (whose(rollover, order)) {
    case OURS:
        return MV_BATCH_ORDER; /* the server has the answer and gives it again */
    case OLDER:
        sale_key_text(meter->pending_key, key);
        (void)snprintf(message, sizeof message, "An earlier key change waits for confirmation: to %s", key);
        local(row, "pending-before", "KEY_CHANGE_PENDING", message);
        return MV_BATCH_ORDER;
    case NOT_KNOWN:
        break;
    }
    return MV_BATCH_END;
}

enum mv_batch_next rollover_next(void *self, struct lineup_row *row, Metervault__V1__BatchItem *order)
{
    struct rollover *rollover = self;
    const Metervault__V1__Meter *meter = next_meter(rollover);
    if (meter == NULL)
        return MV_BATCH_END;
    (void)snprintf(row->meter, sizeof row->meter, "%s", meter->meter_pan);
    (void)snprintf(row->request_id, sizeof row->request_id, "r-%s-%.18s", rollover->id, meter->meter_pan);
    make_order(rollover, row, order);
    if (meter->pending_key != NULL)
        return pending_meter(rollover, meter, row, order);
    if (at_target(rollover, meter->key))
        local(row, "already-there", "KEY_UNCHANGED", "The meter's key on file is the one asked for.");
    return MV_BATCH_ORDER;
}

const char *rollover_judge(const Metervault__V1__BatchResult *result)
{
    if (result->result_case == METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED)
        return result->issued->key_change->resent ? "pending-before" : "done";
    if (strcmp(result->refused->reason, "KEY_UNCHANGED") == 0)
        return "already-there";
    return strcmp(result->refused->reason, "KEY_CHANGE_PENDING") == 0 ? "pending-before" : "refused";
}
