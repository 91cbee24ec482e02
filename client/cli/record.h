/* What the files of `metervault record` share. */
#ifndef METERVAULT_CLI_RECORD_H
#define METERVAULT_CLI_RECORD_H

#include "cli.h"
#include "metervault/v1/token_service.pb-c.h"

/* What every record is about. */
struct record_given {
    const char *meter, *request_id;
    bool yes;
    char fresh_id[MV_REQUEST_ID_SIZE];
};
enum { RECORD_OPTIONS = 3 };
/* `to` has room for RECORD_OPTIONS. */
void record_options(struct record_given *given, struct cli_option *to);
/* Checks them and chooses a request id if none was given. CLI_DONE or CLI_USAGE. */
int record_complete(const struct cli *cli, struct record_given *given);
/* Asks `question` first unless it is NULL; sends, prints the records. Returns the exit code. */
int record_issue(struct cli *cli, const struct record_given *given, const char *question,
                 Metervault__V1__IssueRecordRequest *request);

int record_purchase(struct cli *cli, int argc, char **argv);
int record_void(struct cli *cli, int argc, char **argv);
int record_set(struct cli *cli, int argc, char **argv);
int record_control(struct cli *cli, int argc, char **argv);
int record_read(struct cli *cli, int argc, char **argv);
int record_key_update(struct cli *cli, int argc, char **argv);
/* A tariff or calendar from a JSON file. */
int record_table(struct cli *cli, int argc, char **argv);
int record_return(struct cli *cli, int argc, char **argv);
int record_list(struct cli *cli, int argc, char **argv);
int record_returns(struct cli *cli, int argc, char **argv);

/* A line "Record ..." of hex digits. */
void record_print_bytes(const ProtobufCBinaryData *record);
/* What a meter told, over several lines. */
void record_print_return(const Metervault__V1__MeterReturn *back);

/* "alarm-1=5000". False when the name is not known or no whole number follows. */
enum { RECORD_VALUES = 32 };
bool record_parameter(const char *text, Metervault__V1__ParameterValue *value);
/* "current,months". */
bool record_clear(const char *text, Metervault__V1__Clear *clear);
/* A message from a JSON file; NULL after it said what is wrong. */
ProtobufCMessage *record_table_file(const struct cli *cli, const char *path, const ProtobufCMessageDescriptor *type);

/* The enumeration's value of a name in small letters with '-' for '_', in front of it `prefix`; -1 for none. */
int record_enum(const ProtobufCEnumDescriptor *type, const char *prefix, const char *name);

#endif
