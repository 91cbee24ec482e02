/* JSON as a message of the contract: what message_json.c writes can be read again. */
#ifndef METERVAULT_CLI_JSON_MESSAGE_H
#define METERVAULT_CLI_JSON_MESSAGE_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

enum { JSON_MESSAGE_WRONG = 160 };

/* Fields by their names in the .proto, enumerations by name; what is not there keeps its default. NULL after it wrote
 * into `wrong` which field does not fit; freed with protobuf_c_message_free_unpacked. Bytes and maps are not read. */
ProtobufCMessage *json_message_read(const json_t *object, const ProtobufCMessageDescriptor *type,
                                    char wrong[JSON_MESSAGE_WRONG]);

#endif
