/* A server's side of IssueBatch: issues under request ids, once each. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_server.h"
#include "order.h"

/* A stream that the client has left may still be at work while the next one begins. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The number of the order under which this id was issued, from 0. */
static unsigned issue(struct fake_ledger *ledger, const char *id, bool *replayed)
{
    for (unsigned i = 0; i < ledger->orders; i++)
        if (strcmp(ledger->ids[i], id) == 0) {
            ledger->replayed++;
            *replayed = true;
            return i;
        }
    if (ledger->orders == FAKE_ORDERS)
        abort();
    (void)snprintf(ledger->ids[ledger->orders], sizeof ledger->ids[0], "%s", id);
    return ledger->orders++;
}

static char *copy(const char *text)
{
    char *own = strdup(text);
    if (own == NULL)
        abort();
    return own;
}

static void *zeroed(size_t size)
{
    void *block = calloc(1, size);
    if (block == NULL)
        abort();
    return block;
}

/* A copy of a message, made by packing it. */
static ProtobufCMessage *duplicate(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = zeroed(size + 1);
    (void)protobuf_c_message_pack(message, bytes);
    ProtobufCMessage *own = protobuf_c_message_unpack(message->descriptor, NULL, size, bytes);
    free(bytes);
    return own;
}

static void add_token(Metervault__V1__IssuedTokens *issued, unsigned number)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%020u", number);
    Metervault__V1__Token *token = zeroed(sizeof *token);
    metervault__v1__token__init(token);
    token->digits = copy(digits);
    issued->tokens = zeroed(sizeof(void *));
    issued->tokens[issued->n_tokens++] = token;
}

static void describe(Metervault__V1__IssuedTokens *issued, const Metervault__V1__BatchItem *order)
{
    switch (order->order_case) {
    case METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT:
        issued->kind = METERVAULT__V1__ORDER_KIND__CREDIT;
        issued->requested = (Metervault__V1__Quantity *)duplicate(&order->credit->quantity->base);
        return;
    case METERVAULT__V1__BATCH_ITEM__ORDER_MANAGEMENT:
        issued->kind = METERVAULT__V1__ORDER_KIND__MANAGEMENT;
        issued->management = (Metervault__V1__Management *)duplicate(&order->management->management->base);
        return;
    case METERVAULT__V1__BATCH_ITEM__ORDER_TEST:
        issued->kind = METERVAULT__V1__ORDER_KIND__TEST;
        return;
    default:
        issued->kind = METERVAULT__V1__ORDER_KIND__KEY_CHANGE;
        issued->key_change = zeroed(sizeof *issued->key_change);
        metervault__v1__key_change__init(issued->key_change);
        issued->key_change->to = zeroed(sizeof *issued->key_change->to);
        metervault__v1__meter_key__init(issued->key_change->to);
        issued->key_change->to->supply_group_code = copy(order->key_change->to->supply_group_code);
        issued->key_change->to->key_revision_number = order->key_change->to->key_revision_number;
        return;
    }
}

static void refuse(Metervault__V1__BatchResult *result, const char *reason)
{
    result->result_case = METERVAULT__V1__BATCH_RESULT__RESULT_REFUSED;
    result->refused = zeroed(sizeof *result->refused);
    metervault__v1__refusal__init(result->refused);
    result->refused->reason = copy(reason);
    result->refused->message = copy("Not this one, says the server.");
}

static Metervault__V1__BatchResult *answer_one(const struct fake_batch *batch, const Metervault__V1__BatchItem *order)
{
    struct fake_ledger *ledger = batch->ledger;
    Metervault__V1__BatchResult *result = zeroed(sizeof *result);
    metervault__v1__batch_result__init(result);
    struct mv_order_form form;
    if (!mv_order_form(order, &form)) {
        refuse(result, "INVALID_FIELD");
        return result;
    }
    if (ledger->refuse_pan != NULL && strcmp(form.meter_pan, ledger->refuse_pan) == 0) {
        refuse(result, "METER_UNKNOWN");
        return result;
    }
    if (ledger->busy_times > 0 && strcmp(form.meter_pan, ledger->busy_pan) == 0) {
        ledger->busy_times--;
        refuse(result, ledger->busy_reason);
        return result;
    }
    bool replayed = false;
    unsigned number = issue(ledger, form.request_id, &replayed);
    Metervault__V1__IssuedTokens *issued = zeroed(sizeof *issued);
    metervault__v1__issued_tokens__init(issued);
    issued->request_id = copy(form.request_id);
    issued->meter_pan = copy(batch->how == FAKE_WRONG_METER ? "600727000000000017" : form.meter_pan);
    issued->replayed = replayed;
    issued->receipt = zeroed(sizeof *issued->receipt);
    metervault__v1__receipt_number__init(issued->receipt);
    issued->receipt->organisation = copy("shop1");
    issued->receipt->terminal_id = copy("till1");
    issued->receipt->number = number + 1U;
    describe(issued, order);
    if (batch->how == FAKE_WRONG_CONTENT && number == 1)
        issued->kind = METERVAULT__V1__ORDER_KIND__TEST;
    add_token(issued, number);
    result->result_case = METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED;
    result->issued = issued;
    return result;
}

ProtobufCMessage *fake_batch_answer(const struct fake_batch *batch, const uint8_t *request, size_t size)
{
    Metervault__V1__IssueBatchRequest *items = metervault__v1__issue_batch_request__unpack(NULL, size, request);
    Metervault__V1__IssueBatchResponse *response = zeroed(sizeof *response);
    metervault__v1__issue_batch_response__init(response);
    if (items == NULL)
        abort();
    (void)pthread_mutex_lock(&lock);
    if (items->n_items > batch->ledger->largest)
        batch->ledger->largest = (unsigned)items->n_items;
    size_t count = items->n_items - (batch->how == FAKE_ONE_SHORT ? 1 : 0);
    response->results = zeroed((count + 1) * sizeof(void *));
    for (size_t i = 0; i < count; i++)
        response->results[response->n_results++] = answer_one(batch, items->items[i]);
    (void)pthread_mutex_unlock(&lock);
    metervault__v1__issue_batch_request__free_unpacked(items, NULL);
    return &response->base;
}

unsigned fake_ledger_orders(const struct fake_ledger *ledger)
{
    (void)pthread_mutex_lock(&lock);
    unsigned orders = ledger->orders;
    (void)pthread_mutex_unlock(&lock);
    return orders;
}

void fake_ledger_clear(struct fake_ledger *ledger)
{
    (void)pthread_mutex_lock(&lock);
    memset(ledger, 0, sizeof *ledger);
    (void)pthread_mutex_unlock(&lock);
}
