/* Tariffs and calendars for a meter, from JSON files. */
#include <stdio.h>
#include <string.h>

#include "json_message.h"
#include "record.h"

ProtobufCMessage *record_table_file(const struct cli *cli, const char *path, const ProtobufCMessageDescriptor *type)
{
    char wrong[JSON_MESSAGE_WRONG];
    json_error_t error;
    json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL) {
        (void)cli_usage(cli, "%s: line %d: %s", path, error.line, error.text);
        return NULL;
    }
    ProtobufCMessage *message = json_message_read(object, type, wrong);
    if (message == NULL)
        (void)cli_usage(cli, "%s: %s", path, wrong);
    json_decref(object);
    return message;
}

int record_table(struct cli *cli, int argc, char **argv)
{
    struct record_given given = {0};
    struct cli_option options[RECORD_OPTIONS];
    bool tariff = strcmp(argv[0], "tariff") == 0;
    int first;
    int code;
    record_options(&given, options);
    if (!cli_parse(cli, options, RECORD_OPTIONS, argc, argv, &first, &code))
        return code;
    code = record_complete(cli, &given);
    if (code != CLI_DONE)
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "%s needs one JSON file", argv[0]);
    Metervault__V1__IssueRecordRequest request = METERVAULT__V1__ISSUE_RECORD_REQUEST__INIT;
    ProtobufCMessage *table = record_table_file(cli, argv[first],
                                                tariff ? &metervault__v1__tariff_table__descriptor
                                                       : &metervault__v1__calendar_table__descriptor);
    if (table == NULL)
        return CLI_USAGE;
    if (tariff) {
        request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_TARIFF;
        request.tariff = (Metervault__V1__TariffTable *)table;
    } else {
        request.content_case = METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_CALENDAR;
        request.calendar = (Metervault__V1__CalendarTable *)table;
    }
    code = record_issue(cli, &given, NULL, &request);
    protobuf_c_message_free_unpacked(table, NULL);
    return code;
}
