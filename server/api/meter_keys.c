#include "api/meter_keys.h"

#include <metervault/v1/meter_service.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/token_convert.h"

_Static_assert((int)VEND_KEY_HELD == METERVAULT__V1__KEY_RECORD_STATE__HELD &&
                   (int)VEND_KEY_NOT_TAKEN == METERVAULT__V1__KEY_RECORD_STATE__NOT_TAKEN,
               "states of keys are numbered as in the protocol");

void api_assign_key(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__AssignKeyRequest *in = (const Metervault__V1__AssignKeyRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_key_target wanted = api_wanted_in(in->wanted);
    struct vend_meter meter;
    mv_status status = vend_assign_key(self, &caller, in->meter_pan, &wanted, &meter);
    api_answer_meter(call, status, &meter);
}

static mv_status proof_in(const Metervault__V1__ConfirmKeyChangeRequest *in, struct vend_key_proof *proof)
{
    const Metervault__V1__KeyReading *reading = in->reading;
    switch (in->proof_case) {
    case METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__PROOF_ACCEPTED_TOKEN:
        *proof = (struct vend_key_proof){.accepted_token = in->accepted_token};
        return mv_ok();
    case METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__PROOF_READING:
        *proof = (struct vend_key_proof){.krn = reading->key_revision_number, .ti = reading->tariff_index};
        if (reading->shown_case == METERVAULT__V1__KEY_READING__SHOWN_SUPPLY_GROUP_CODE)
            proof->sgc = reading->supply_group_code;
        return mv_ok();
    default:
        return mv_fail(MV_INVALID_FIELD, "proof");
    }
}

void api_confirm_key_change(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ConfirmKeyChangeRequest *in = (const Metervault__V1__ConfirmKeyChangeRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_key_proof proof;
    struct vend_meter meter;
    mv_status status = proof_in(in, &proof);
    if (status.ok)
        status = vend_confirm_key_change(self, &caller, in->meter_pan, &proof, &meter);
    else
        status = vend_refuse(self, &caller, VEND_CONFIRM_KEY_CHANGE, status);
    api_answer_meter(call, status, &meter);
}

/* A history and its messages, in one piece of memory. */
struct history {
    struct vend_key_history rows;
    Metervault__V1__MeterKeyRecord records[VEND_MAX_PAGE];
    Metervault__V1__MeterKey keys[VEND_MAX_PAGE];
    Metervault__V1__MeterKeyRecord *pointers[VEND_MAX_PAGE];
};

static void answer_history(struct rpc_call *call, struct history *history)
{
    Metervault__V1__MeterHistory out = METERVAULT__V1__METER_HISTORY__INIT;
    for (size_t i = 0; i < history->rows.count; i++) {
        const struct vend_key_record *row = &history->rows.keys[i];
        Metervault__V1__MeterKeyRecord *record = &history->records[i];
        metervault__v1__meter_key_record__init(record);
        api_key_out(&row->key, &history->keys[i]);
        record->key = &history->keys[i];
        record->since_unix_s = row->since_unix_s;
        record->state = (Metervault__V1__KeyRecordState)row->state;
        record->rollover = row->rollover;
        history->pointers[i] = record;
    }
    out.n_keys = history->rows.count;
    out.keys = history->pointers;
    rpc_reply(call, &out.base);
}

void api_get_meter_history(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetMeterHistoryRequest *in = (const Metervault__V1__GetMeterHistoryRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct history *history = malloc(sizeof *history);
    if (history == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "history"));
        return;
    }
    mv_status status = vend_meter_history(self, &caller, in->meter_pan, &history->rows);
    if (status.ok)
        answer_history(call, history);
    else
        api_fail(call, status);
    free(history);
}

struct exposed {
    struct vend_exposed_list list;
    Metervault__V1__ExposedMeter meters[VEND_MAX_PAGE];
    Metervault__V1__ExposedMeter *pointers[VEND_MAX_PAGE];
};

static void answer_exposed(struct rpc_call *call, struct exposed *exposed)
{
    Metervault__V1__ListExposedResponse out = METERVAULT__V1__LIST_EXPOSED_RESPONSE__INIT;
    for (size_t i = 0; i < exposed->list.count; i++) {
        const struct vend_exposed_meter *row = &exposed->list.meters[i];
        Metervault__V1__ExposedMeter *meter = &exposed->meters[i];
        metervault__v1__exposed_meter__init(meter);
        meter->meter_pan = (char *)row->row.pan;
        meter->organisation = (char *)row->organisation;
        meter->since_unix_s = row->row.since_unix_s;
        meter->held = row->row.held;
        meter->left_unix_s = row->row.left_unix_s;
        exposed->pointers[i] = meter;
    }
    out.n_meters = exposed->list.count;
    out.meters = exposed->pointers;
    out.next_page_token = exposed->list.next;
    rpc_reply(call, &out.base);
}

void api_list_exposed(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListExposedRequest *in = (const Metervault__V1__ListExposedRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct exposed *exposed = malloc(sizeof *exposed);
    if (exposed == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "meters"));
        return;
    }
    mv_status status = vend_exposed(self, &caller, in->supply_group_code, in->key_revision_number, in->key_type,
                                    in->page_size, in->page_token, &exposed->list);
    if (status.ok)
        answer_exposed(call, exposed);
    else
        api_fail(call, status);
    free(exposed);
}
