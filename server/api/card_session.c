/* CardService.Session: the stream is the way to the card. The handler's thread runs the session's program and waits in
 * it for the card's answers. */
#include "api/card_session.h"

#include <stdlib.h>
#include <string.h>

#include "api/card_convert.h"
#include "api/convert.h"

struct relay {
    struct rpc_call *call;
    const struct vend_card_limits *limits;
};

static mv_status send(struct rpc_call *call, const Metervault__V1__CardResponse *response)
{
    return rpc_write(call, &response->base);
}

/* What the card says goes no further than the status word when it is of no use. */
static mv_status take_answer(const Metervault__V1__CardRequest *request, uint8_t rapdu[CARDS_RAPDU], size_t *answered)
{
    enum { STATUS = 2 };
    if (request == NULL)
        return mv_fail(MV_CANCELLED_BY_CALLER, NULL);
    if (request->step_case != METERVAULT__V1__CARD_REQUEST__STEP_RESPONSE)
        return mv_fail(MV_INVALID_FIELD, "response");
    const Metervault__V1__ResponseApdu *response = request->response;
    if (response->removed)
        return mv_fail(MV_CARD_REMOVED, NULL);
    if (response->apdu.len < STATUS || response->apdu.len > CARDS_RAPDU)
        return mv_fail(MV_INVALID_FIELD, "apdu");
    memcpy(rapdu, response->apdu.data, response->apdu.len);
    *answered = response->apdu.len;
    return mv_ok();
}

static mv_status exchange(void *self, const uint8_t *capdu, size_t size, uint8_t rapdu[CARDS_RAPDU], size_t *answered)
{
    const struct relay *relay = self;
    Metervault__V1__CommandApdu command = METERVAULT__V1__COMMAND_APDU__INIT;
    Metervault__V1__CardResponse response = METERVAULT__V1__CARD_RESPONSE__INIT;
    ProtobufCMessage *message = NULL;
    command.apdu = (ProtobufCBinaryData){.data = (uint8_t *)capdu, .len = size};
    response.step_case = METERVAULT__V1__CARD_RESPONSE__STEP_COMMAND;
    response.command = &command;
    rpc_step(relay->call, relay->limits->step_ms);
    MV_TRY(send(relay->call, &response));
    MV_TRY(rpc_read(relay->call, &message));
    return take_answer((const Metervault__V1__CardRequest *)message, rapdu, answered);
}

static mv_status progress(void *self, unsigned done, unsigned of, const char *what)
{
    const struct relay *relay = self;
    Metervault__V1__Progress step = METERVAULT__V1__PROGRESS__INIT;
    Metervault__V1__CardResponse response = METERVAULT__V1__CARD_RESPONSE__INIT;
    step.done = done;
    step.of = of;
    step.what = (char *)what;
    response.step_case = METERVAULT__V1__CARD_RESPONSE__STEP_PROGRESS;
    response.progress = &step;
    rpc_step(relay->call, relay->limits->step_ms);
    return send(relay->call, &response);
}

static mv_status tell(struct rpc_call *call, const struct cards_result *result)
{
    Metervault__V1__CardResponse response = METERVAULT__V1__CARD_RESPONSE__INIT;
    struct api_card_result *out = calloc(1, sizeof *out);
    if (out == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "card result");
    api_card_result_out(result, out);
    response.step_case = METERVAULT__V1__CARD_RESPONSE__STEP_RESULT;
    response.result = &out->message;
    mv_status status = send(call, &response);
    free(out);
    return status;
}

static mv_status run(struct vend *vend, struct rpc_call *call, const Metervault__V1__CardBegin *begin)
{
    const struct vend_caller caller = api_caller(call);
    struct relay relay = {.call = call, .limits = vend_card_limits(vend)};
    const struct cards_link link = {.exchange = exchange, .progress = progress, .self = &relay};
    struct cards_result result = {.round = NULL};
    struct api_card_order *order = malloc(sizeof *order);
    if (order == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "card order");
    rpc_live(call, relay.limits->all_ms);
    mv_status status = api_card_in(begin, order);
    if (!status.ok)
        vend_refused(vend, caller.principal, "CardService.Session", status);
    else
        status = cards_run(vend, &caller, &link, &order->order, &result);
    rpc_live(call, relay.limits->step_ms);
    rpc_step(call, relay.limits->step_ms);
    if (status.ok)
        status = tell(call, &result);
    cards_result_free(&result);
    free(order);
    return status;
}

/* A message is gone with the next one that is read; the first one is needed to the end. */
static mv_status copy_begin(const ProtobufCMessage *message, Metervault__V1__CardRequest **copy)
{
    uint8_t *bytes = malloc(protobuf_c_message_get_packed_size(message) + 1);
    if (bytes == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "card request");
    size_t size = protobuf_c_message_pack(message, bytes);
    *copy = metervault__v1__card_request__unpack(NULL, size, bytes);
    free(bytes);
    return *copy == NULL ? mv_fail(MV_OUT_OF_MEMORY, "card request") : mv_ok();
}

void api_card_session(void *self, struct rpc_call *call, const ProtobufCMessage *nothing)
{
    ProtobufCMessage *message = NULL;
    Metervault__V1__CardRequest *request = NULL;
    (void)nothing;
    rpc_step(call, vend_card_limits(self)->begin_ms);
    mv_status status = rpc_read(call, &message);
    const Metervault__V1__CardRequest *first = (const Metervault__V1__CardRequest *)message;
    bool begins = status.ok && first != NULL && first->step_case == METERVAULT__V1__CARD_REQUEST__STEP_BEGIN;
    if (status.ok && !begins) {
        status = mv_fail(MV_INVALID_FIELD, "begin");
        vend_refused(self, rpc_principal(call), "CardService.Session", status);
    }
    if (status.ok)
        status = copy_begin(message, &request);
    if (status.ok)
        status = run(self, call, request->begin);
    metervault__v1__card_request__free_unpacked(request, NULL);
    if (status.ok)
        rpc_finish(call);
    else
        api_fail(call, status);
}
