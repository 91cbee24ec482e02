/* The server's configuration file (libconfuse). deploy/config/metervaultd.conf shows every key. */
#ifndef MV_CONFIG_H
#define MV_CONFIG_H

#include <stdint.h>

#include "base/log.h"
#include "base/status.h"

struct config {
    char *listen; /* "127.0.0.1:7700", "[::]:7700" */
    char *certificate_file;
    char *key_file;
    char *client_ca_file;
    char *ledger; /* "sqlite:/path/file" */
    char *hsmd_socket;
    uint32_t queue_threads;
    uint32_t workers;
    uint32_t stream_workers;
    uint32_t card_sessions;
    uint32_t max_message_bytes;
    uint32_t max_repeated;
    uint32_t max_calls;
    uint32_t max_connections;
    uint32_t max_connections_per_peer;
    uint32_t max_connection_age_s;
    uint32_t drain_ms;
    uint32_t hsmd_timeout_ms;
    uint32_t group_max;
    uint32_t card_max_uses;
    uint32_t card_key_max_uses;
    uint32_t card_pboc_class;
    enum mv_log_level log_level;
};

/* CONFIG_INVALID names the key that is wrong, FILE_FAILED when there is no such file. `insecure`: certificates are not
 * needed. Free it in any case. */
MV_MUST_USE mv_status config_load(const char *path, bool insecure, struct config *config);
void config_free(struct config *config);

#endif
