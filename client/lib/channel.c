#include "channel.h"

#include <grpc/grpc_security.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "pem.h"

/* First pause, longest pause and shortest time limit of connecting; a till waits for the first sale after a restart. */
enum { RECONNECT_FIRST_MS = 100, RECONNECT_LONGEST_MS = 2000, CONNECT_LIMIT_MS = 3000 };

/* `server` without its port is one of `127.…`, `localhost`, `[::1]`. */
static bool is_loopback(const char *server)
{
    const char *colon = strrchr(server, ':');
    size_t length = colon != NULL ? (size_t)(colon - server) : strlen(server);
    bool v4 = strncmp(server, "127.", 4) == 0 && strspn(server, "0123456789.") == length;
    bool named = length == strlen("localhost") && strncmp(server, "localhost", length) == 0;
    bool v6 = length == strlen("[::1]") && strncmp(server, "[::1]", length) == 0;
    return v4 || named || v6;
}

static grpc_channel_credentials *tls_credentials(const struct mv_client_options *options, struct mv_client_error *error)
{
    struct mv_pem ca = {0};
    struct mv_pem certificate = {0};
    struct mv_pem key = {0};
    grpc_channel_credentials *credentials = NULL;
    if (mv_pem_read("ca_file", options->ca_file, &ca, error) &&
        mv_pem_read("certificate_file", options->certificate_file, &certificate, error) &&
        mv_pem_read("key_file", options->key_file, &key, error)) {
        grpc_ssl_pem_key_cert_pair pair = {.private_key = key.text, .cert_chain = certificate.text};
        if (mv_pem_match(&certificate, &key))
            credentials = grpc_ssl_credentials_create(ca.text, &pair, NULL, NULL);
        if (credentials == NULL)
            mv_error_local(error, MV_CONFIG_INVALID, "(key_file is not the key of certificate_file)");
    }
    mv_pem_wipe(&key);
    mv_pem_wipe(&certificate);
    mv_pem_wipe(&ca);
    return credentials;
}

static grpc_channel_credentials *credentials_for(const struct mv_client_options *options, struct mv_client_error *error)
{
    if (options->server == NULL || options->server[0] == '\0') {
        mv_error_local(error, MV_CONFIG_INVALID, "(server)");
        return NULL;
    }
    if (!options->insecure_loopback)
        return tls_credentials(options, error);
    if (is_loopback(options->server))
        return grpc_insecure_credentials_create();
    mv_error_local(error, MV_CONFIG_INVALID, "(insecure_loopback: the server's address is not a loopback address)");
    return NULL;
}

grpc_channel *mv_channel_new(const struct mv_client_options *options, bool own_connection,
                             struct mv_client_error *error)
{
    grpc_channel_credentials *credentials = credentials_for(options, error);
    if (credentials == NULL)
        return NULL;
    /* Only this library repeats calls, so that it knows what was sent: gRPC's own retries are off. */
    grpc_arg arguments[] = {
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ENABLE_RETRIES, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, .value.integer = RECONNECT_FIRST_MS},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, .value.integer = RECONNECT_LONGEST_MS},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, .value.integer = CONNECT_LIMIT_MS},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, .value.integer = own_connection},
    };
    const grpc_channel_args set = {.num_args = sizeof arguments / sizeof arguments[0], .args = arguments};
    grpc_channel *channel = grpc_channel_create(options->server, credentials, &set);
    grpc_channel_credentials_release(credentials);
    if (channel == NULL)
        mv_error_local(error, MV_OUT_OF_MEMORY, NULL);
    return channel;
}

bool mv_method_path(const ProtobufCServiceDescriptor *service, const char *method, char path[MV_PATH_SIZE],
                    const ProtobufCMethodDescriptor **descriptor)
{
    *descriptor = protobuf_c_service_descriptor_get_method_by_name(service, method);
    if (*descriptor == NULL)
        return false;
    int length = snprintf(path, MV_PATH_SIZE, "/%s/%s", service->name, method);
    return length > 0 && length < MV_PATH_SIZE;
}
