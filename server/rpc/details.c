#include "rpc/details.h"

#include <google/rpc/error_details.pb-c.h>
#include <google/rpc/status.pb-c.h>
#include <stdio.h>
#include <string.h>

typedef Google__Rpc__ErrorInfo__MetadataEntry entry_t;

/* The caller's pairs, then where and code. */
enum { MAX_ENTRIES = RPC_MAX_DETAILS + 2, MAX_DETAILS = MAX_ENTRIES * (RPC_DETAIL_KEY + RPC_DETAIL_VALUE + 16) + 1024 };

struct metadata {
    entry_t entries[MAX_ENTRIES];
    entry_t *pointers[MAX_ENTRIES];
    size_t count;
};

static void add(struct metadata *metadata, const char *key, const char *value)
{
    entry_t *entry = &metadata->entries[metadata->count];
    google__rpc__error_info__metadata_entry__init(entry);
    entry->key = (char *)key;
    entry->value = (char *)value;
    metadata->pointers[metadata->count++] = entry;
}

/* Packs a message that is known to be small; 0 bytes when it is not. */
static size_t pack(const ProtobufCMessage *message, uint8_t *buffer, size_t size)
{
    return protobuf_c_message_get_packed_size(message) <= size ? protobuf_c_message_pack(message, buffer) : 0;
}

static grpc_slice pack_status(const Google__Rpc__ErrorInfo *info, grpc_status_code code, const char *text)
{
    uint8_t inner[MAX_DETAILS];
    uint8_t outer[MAX_DETAILS + 1024];
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    any.type_url = "type.googleapis.com/google.rpc.ErrorInfo";
    any.value = (ProtobufCBinaryData){pack(&info->base, inner, sizeof inner), inner};
    Google__Protobuf__Any *anys[] = {&any};
    Google__Rpc__Status message = GOOGLE__RPC__STATUS__INIT;
    message.code = (int32_t)code;
    message.message = (char *)text;
    message.n_details = 1;
    message.details = anys;
    size_t size = pack(&message.base, outer, sizeof outer);
    return grpc_slice_from_copied_buffer((const char *)outer, size);
}

grpc_status_code rpc_details_set(struct rpc_call *call, mv_status status)
{
    const struct mv_reason_info *reason = mv_reason_info((enum mv_reason)status.reason);
    struct metadata metadata = {.count = 0};
    for (unsigned i = 0; i < call->pair_count; i++)
        add(&metadata, call->pairs[i].key, call->pairs[i].value);
    char where[RPC_DETAIL_VALUE];
    char code[16];
    if (status.where != NULL) {
        (void)snprintf(where, sizeof where, "%s", status.where);
        add(&metadata, "where", where);
    }
    if (status.detail != 0) {
        (void)snprintf(code, sizeof code, "0x%X", (unsigned)status.detail);
        add(&metadata, "code", code);
    }

    char text[512];
    (void)mv_status_text(status, text, sizeof text);
    /* the name travels in the details; the text is for people */
    const char *sentences = text + strlen(reason->name) + 2;

    Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
    info.reason = (char *)reason->name;
    info.domain = "metervault";
    info.n_metadata = metadata.count;
    info.metadata = metadata.pointers;
    grpc_status_code grpc_code = (grpc_status_code)reason->grpc_status;
    call->status_text = grpc_slice_from_copied_string(sentences);
    call->status_details = pack_status(&info, grpc_code, sentences);
    return grpc_code;
}
