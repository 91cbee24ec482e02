/* TokenService's calls about native records. */
#include "api/record_calls.h"

#include "api/convert.h"
#include "api/record_convert.h"

void api_issue_record(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct vend_caller caller = api_caller(call);
    struct api_record_order order;
    struct vend_records records;
    struct api_record out;
    mv_status status = api_record_in((const Metervault__V1__IssueRecordRequest *)message, &order);
    if (status.ok)
        status = vend_issue_record(self, &caller, &order.order, &records);
    else
        status = vend_refuse(self, &caller, VEND_ISSUE_RECORD, status);
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_record_out(&records, &out);
    rpc_reply(call, &out.message.base);
}

void api_accept_return(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__AcceptReturnRequest *in = (const Metervault__V1__AcceptReturnRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_return received;
    struct api_return out;
    mv_status status = vend_accept_return(self, &caller, in->record.data, in->record.len, &received);
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_return_out(&received, &out);
    rpc_reply(call, &out.message.base);
}
