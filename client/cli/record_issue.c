/* Sending a record's order and showing what was signed. */
#include <ctype.h>
#include <stdio.h>

#include "key_options.h"
#include "order_id.h"
#include "record.h"
#include "sale_print.h"

void record_options(struct record_given *given, struct cli_option *to)
{
    to[0] = (struct cli_option){.name = "meter", .text = &given->meter};
    to[1] = (struct cli_option){.name = "request-id", .text = &given->request_id};
    to[2] = (struct cli_option){.name = "yes", .flag = &given->yes};
}

int record_complete(const struct cli *cli, struct record_given *given)
{
    if (given->meter == NULL || !meter_pan_valid(given->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    return order_id_complete(cli, &given->request_id, given->fresh_id);
}

int record_enum(const ProtobufCEnumDescriptor *type, const char *prefix, const char *name)
{
    char wanted[64];
    int length = snprintf(wanted, sizeof wanted, "%s%s", prefix, name);
    if (length < 0 || (size_t)length >= sizeof wanted)
        return -1;
    for (char *at = wanted; *at != '\0'; at++)
        if (*at == '-')
            *at = '_';
        else
            *at = (char)toupper((unsigned char)*at);
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value_by_name(type, wanted);
    return known != NULL && known->value != 0 ? known->value : -1;
}

void record_print_bytes(const ProtobufCBinaryData *record)
{
    (void)printf("Record    ");
    for (size_t i = 0; i < record->len; i++)
        (void)printf("%02X", record->data[i]);
    (void)putchar('\n');
}

static void print_records(const ProtobufCMessage *answer)
{
    const Metervault__V1__IssuedRecord *record = (const Metervault__V1__IssuedRecord *)answer;
    char when[SALE_TIME_TEXT];
    sale_time_text(record->issued_at_unix_s, when);
    (void)printf("Meter     %s\nSigned    %s by %s\nEpoch     %u\nSequence  %u\nRequest   %s%s\n", record->meter_pan,
                 when, record->principal, record->installation_epoch, record->sequence, record->request_id,
                 record->replayed ? " (signed before)" : "");
    for (size_t i = 0; i < record->n_records; i++)
        record_print_bytes(&record->records[i]);
}

int record_issue(struct cli *cli, const struct record_given *given, const char *question,
                 Metervault__V1__IssueRecordRequest *request)
{
    int code = question != NULL ? cli_confirm(cli, given->yes, question) : CLI_DONE;
    if (code != CLI_DONE)
        return code;
    request->request_id = (char *)given->request_id;
    request->meter_pan = (char *)given->meter;
    ProtobufCMessage *answer =
        cli_ask(cli, &metervault__v1__token_service__descriptor, "IssueRecord", &request->base, &code);
    if (code == CLI_UNREACHABLE)
        (void)fprintf(stderr,
                      "It is not known whether the record was signed. Repeat this command with --request-id %s:\n"
                      "it gives the same record, never a second one.\n",
                      given->request_id);
    return cli_show(cli, answer, print_records, code);
}
