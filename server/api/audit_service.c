#include <metervault/v1/audit_service.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/services.h"

enum { PAGE = 256 };

static mv_status write_record(struct rpc_call *call, struct audit_record *record)
{
    Metervault__V1__AuditRecord out = METERVAULT__V1__AUDIT_RECORD__INIT;
    out.chain = record->chain;
    out.sequence = record->sequence;
    out.time_unix_us = record->time_unix_us;
    out.principal = record->principal;
    out.action = record->action;
    out.object = record->object;
    out.outcome = record->outcome;
    out.detail = record->detail;
    out.hash = (ProtobufCBinaryData){.len = sizeof record->hash, .data = record->hash};
    return rpc_write(call, &out.base);
}

static mv_status export(struct vend *vend, struct rpc_call *call, const Metervault__V1__ExportAuditRequest *in,
                        struct audit_record *records)
{
    struct vend_caller caller = api_caller(call);
    uint64_t next = in->first_sequence == 0 ? 1 : in->first_sequence;
    size_t count = 0;
    do {
        MV_TRY(vend_audit_page(vend, &caller, in->chain, next, records, PAGE, &count));
        for (size_t i = 0; i < count; i++)
            MV_TRY(write_record(call, &records[i]));
        next += count;
    } while (count == PAGE);
    return mv_ok();
}

static void export_audit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    struct audit_record *records = calloc(PAGE, sizeof *records);
    if (records == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "audit"));
        return;
    }
    mv_status status = export(self, call, (const Metervault__V1__ExportAuditRequest *)message, records);
    free(records);
    if (status.ok)
        rpc_finish(call);
    else
        api_fail(call, status);
}

static const struct rpc_method methods[] = {{"ExportAudit", export_audit, RPC_POOLED}};

const struct rpc_service api_audit_service = {.descriptor = &metervault__v1__audit_service__descriptor,
                                              .methods = methods,
                                              .method_count = sizeof methods / sizeof methods[0]};
