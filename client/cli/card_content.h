/* Tables and parameters that a card carries besides purchases. */
#ifndef METERVAULT_CLI_CARD_CONTENT_H
#define METERVAULT_CLI_CARD_CONTENT_H

#include "card_desk.h"
#include "record.h"

struct card_content {
    const char *tariff_file, *calendar_file;
    Metervault__V1__ParameterRecord parameters;
    Metervault__V1__ParameterValue values[RECORD_VALUES];
    Metervault__V1__ParameterValue *pointers[RECORD_VALUES];
    ProtobufCMessage *tariff, *calendar;
};
enum { CARD_CONTENT_OPTIONS = 2 };
void card_content_options(struct card_content *content, struct cli_option *to);
/* Reads the files and `count` texts NAME=VALUE into `begin`. CLI_DONE, or CLI_USAGE after it said what is wrong; free
 * it in any case. */
int card_content_read(const struct cli *cli, struct card_content *content, char **values, int count,
                      Metervault__V1__CardBegin *begin);
void card_content_free(struct card_content *content);

#endif
