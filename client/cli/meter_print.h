/* A meter on paper or screen. */
#ifndef METERVAULT_CLI_METER_PRINT_H
#define METERVAULT_CLI_METER_PRINT_H

#include "cli.h"

/* Prints the one meter of an answer, as the settings say, and frees it. NULL: returns `code`. */
int meter_show_answer(const struct cli *cli, ProtobufCMessage *answer, int code);

/* The name of a value in the contract, "?" when there is none. */
const char *enum_name(const ProtobufCEnumDescriptor *type, int value);

#endif
