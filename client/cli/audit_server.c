#include <stdio.h>
#include <string.h>

#include "audit_source.h"
#include "metervault/v1/audit_service.pb-c.h"

struct walk {
    audit_each *each;
    void *self;
    bool malformed;
};

static bool copy_text(char *to, size_t size, const char *from)
{
    int length = snprintf(to, size, "%s", from);
    return length >= 0 && (size_t)length < size;
}

static bool convert(const Metervault__V1__AuditRecord *message, struct audit_record *record)
{
    *record = (struct audit_record){
        .chain = message->chain, .sequence = message->sequence, .time_unix_us = message->time_unix_us};
    if (message->hash.len != AUDIT_HASH)
        return false;
    for (size_t i = 0; i < AUDIT_HASH; i++)
        record->hash[i] = message->hash.data[i];
    return copy_text(record->principal, sizeof record->principal, message->principal) &&
           copy_text(record->action, sizeof record->action, message->action) &&
           copy_text(record->object, sizeof record->object, message->object) &&
           copy_text(record->outcome, sizeof record->outcome, message->outcome) &&
           copy_text(record->detail, sizeof record->detail, message->detail);
}

static bool take(void *self, const ProtobufCMessage *message)
{
    struct walk *walk = self;
    struct audit_record record;
    walk->malformed = !convert((const Metervault__V1__AuditRecord *)message, &record);
    return !walk->malformed && walk->each(walk->self, &record);
}

int audit_from_server(struct cli *cli, uint64_t first, audit_each *each, void *self)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    Metervault__V1__ExportAuditRequest request = METERVAULT__V1__EXPORT_AUDIT_REQUEST__INIT;
    request.first_sequence = first;
    struct walk walk = {.each = each, .self = self};
    struct mv_client_error error;
    if (!mv_client_stream(client, &metervault__v1__audit_service__descriptor, "ExportAudit", &request.base, take, &walk,
                          &error))
        code = cli_report(cli, &error);
    else if (walk.malformed)
        code = audit_failed(cli, "the server", mv_fail(MV_AUDIT_CHAIN_BROKEN, "a record is not of its form"));
    mv_client_close(client);
    return code;
}
