#include "api/record_lists.h"

#include <metervault/v1/record_list.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/record_convert.h"
#include "vending/record_list.h"

/* A page and its messages, in one piece of memory. */
struct records {
    struct vend_record_list list;
    Metervault__V1__StoredRecord messages[VEND_MAX_PAGE];
    Metervault__V1__StoredRecord *pointers[VEND_MAX_PAGE];
};

static void record_out(const struct vend_stored_record *stored, Metervault__V1__StoredRecord *message)
{
    const struct store_record *row = &stored->row;
    metervault__v1__stored_record__init(message);
    message->kind = (Metervault__V1__RecordKind)row->kind;
    message->installation_epoch = row->epoch;
    message->sequence = row->sequence;
    message->record = (ProtobufCBinaryData){row->size, (uint8_t *)row->bytes};
    message->request_id = (char *)row->request_id;
    message->principal = (char *)stored->principal;
    message->issued_at_unix_s = row->issued_at_unix_s;
    message->credit = row->amount;
    message->arrears_added = row->arrears;
    message->part = row->part;
    message->parts = row->parts;
}

static void answer_records(struct rpc_call *call, struct records *records)
{
    Metervault__V1__ListRecordsResponse out = METERVAULT__V1__LIST_RECORDS_RESPONSE__INIT;
    for (size_t i = 0; i < records->list.count; i++) {
        record_out(&records->list.records[i], &records->messages[i]);
        records->pointers[i] = &records->messages[i];
    }
    out.n_records = records->list.count;
    out.records = records->pointers;
    out.next_page_token = records->list.next;
    rpc_reply(call, &out.base);
}

static mv_status query_in(const Metervault__V1__ListRecordsRequest *in, struct vend_record_query *query)
{
    *query = (struct vend_record_query){.pan = in->meter_pan,
                                        .kind = (unsigned)in->kind,
                                        .epoch = VEND_PRESENT_EPOCH,
                                        .from_sequence = in->from_sequence,
                                        .page_size = in->page_size,
                                        .page_token = in->page_token};
    if (in->epoch_case != METERVAULT__V1__LIST_RECORDS_REQUEST__EPOCH_INSTALLATION_EPOCH)
        return mv_ok();
    if (in->installation_epoch > UINT16_MAX)
        return mv_fail(MV_INVALID_FIELD, "installation_epoch");
    query->epoch = in->installation_epoch;
    return mv_ok();
}

void api_list_records(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_caller caller = api_caller(call);
    struct vend_record_query query;
    struct records *records = calloc(1, sizeof *records);
    if (records == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "records"));
        return;
    }
    mv_status status = query_in((const Metervault__V1__ListRecordsRequest *)message, &query);
    if (status.ok)
        status = vend_list_records(self, &caller, &query, &records->list);
    else
        status = vend_refuse(self, &caller, VEND_LIST_RECORDS, status);
    if (status.ok)
        answer_records(call, records);
    else
        api_fail(call, status);
    free(records);
}

struct returns {
    struct vend_return_list list;
    struct api_return contents[VEND_MAX_PAGE];
    Metervault__V1__StoredReturn messages[VEND_MAX_PAGE];
    Metervault__V1__StoredReturn *pointers[VEND_MAX_PAGE];
};

static void answer_returns(struct rpc_call *call, struct returns *returns)
{
    Metervault__V1__ListReturnsResponse out = METERVAULT__V1__LIST_RETURNS_RESPONSE__INIT;
    for (size_t i = 0; i < returns->list.count; i++) {
        const struct vend_stored_return *stored = &returns->list.returns[i];
        Metervault__V1__StoredReturn *message = &returns->messages[i];
        metervault__v1__stored_return__init(message);
        api_return_out(&stored->content, &returns->contents[i]);
        message->content = &returns->contents[i].message;
        message->record = (ProtobufCBinaryData){stored->size, (uint8_t *)stored->content.bytes};
        message->answers_read_request = stored->question;
        message->principal = (char *)stored->principal;
        message->received_at_unix_s = stored->received_at_unix_s;
        returns->pointers[i] = message;
    }
    out.n_returns = returns->list.count;
    out.returns = returns->pointers;
    out.next_page_token = returns->list.next;
    rpc_reply(call, &out.base);
}

void api_list_returns(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListReturnsRequest *in = (const Metervault__V1__ListReturnsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct returns *returns = malloc(sizeof *returns);
    if (returns == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "returns"));
        return;
    }
    mv_status status = vend_list_returns(self, &caller, in->meter_pan, in->page_size, in->page_token, &returns->list);
    if (status.ok)
        answer_returns(call, returns);
    else
        api_fail(call, status);
    free(returns);
}
