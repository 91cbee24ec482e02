#include "error.h"

#include <stdio.h>
#include <string.h>

#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"

static const char domain[] = "metervault";
static const char info_type[] = "/google.rpc.ErrorInfo";

void mv_error_text(char *to, size_t size, const void *from, size_t length)
{
    const char *text = from;
    size_t used = 0;
    for (; used + 1 < size && used < length; used++) {
        to[used] = text[used];
        if (text[used] < ' ' || text[used] > '~')
            to[used] = '?';
    }
    to[used] = '\0';
}

void mv_error_local(struct mv_client_error *error, enum mv_reason reason, const char *about)
{
    const struct mv_reason_info *info = mv_reason_info(reason);
    char text[sizeof error->message];
    (void)snprintf(text, sizeof text, "%s %s%s%s", info->what, info->todo, about != NULL ? " " : "",
                   about != NULL ? about : "");
    *error = (struct mv_client_error){.grpc_status = (int)info->grpc_status};
    mv_error_text(error->reason, sizeof error->reason, info->name, strlen(info->name));
    mv_error_text(error->message, sizeof error->message, text, strlen(text));
}

static void take_info(struct mv_client_error *error, const Google__Rpc__ErrorInfo *info)
{
    mv_error_text(error->reason, sizeof error->reason, info->reason, strlen(info->reason));
    enum { ROOM = sizeof error->metadata / sizeof error->metadata[0] };
    for (size_t i = 0; i < info->n_metadata && error->metadata_count < ROOM; i++) {
        const Google__Rpc__ErrorInfo__MetadataEntry *entry = info->metadata[i];
        struct mv_client_detail *detail = &error->metadata[error->metadata_count++];
        mv_error_text(detail->key, sizeof detail->key, entry->key, strlen(entry->key));
        mv_error_text(detail->value, sizeof detail->value, entry->value, strlen(entry->value));
    }
}

static bool is_info(const Google__Protobuf__Any *any)
{
    size_t type = strlen(any->type_url);
    size_t wanted = sizeof info_type - 1;
    return type >= wanted && strcmp(any->type_url + type - wanted, info_type) == 0;
}

static void decode_details(struct mv_client_error *error, const uint8_t *details, size_t size)
{
    Google__Rpc__Status *status = google__rpc__status__unpack(NULL, size, details);
    if (status == NULL)
        return;
    for (size_t i = 0; i < status->n_details && error->reason[0] == '\0'; i++) {
        const Google__Protobuf__Any *any = status->details[i];
        if (!is_info(any))
            continue;
        Google__Rpc__ErrorInfo *info = google__rpc__error_info__unpack(NULL, any->value.len, any->value.data);
        if (info == NULL)
            continue;
        if (strcmp(info->domain, domain) == 0)
            take_info(error, info);
        google__rpc__error_info__free_unpacked(info, NULL);
    }
    google__rpc__status__free_unpacked(status, NULL);
}

void mv_error_decode(struct mv_client_error *error, int grpc_status, const void *message, size_t message_size,
                     const uint8_t *details, size_t details_size)
{
    *error = (struct mv_client_error){.grpc_status = grpc_status};
    mv_error_text(error->message, sizeof error->message, message, message_size);
    if (details != NULL)
        decode_details(error, details, details_size);
    const struct mv_reason_info *known = error->reason[0] != '\0' ? mv_reason_by_name(error->reason) : NULL;
    if (error->message[0] == '\0' && known != NULL)
        (void)snprintf(error->message, sizeof error->message, "%s %s", known->what, known->todo);
}
