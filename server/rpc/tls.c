#include "rpc/tls.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rpc/pem.h"

struct rpc_tls {
    struct rpc_pem_paths paths; /* own copies */
    pthread_mutex_t lock;
    bool served;                    /* the library has had a first set */
    struct rpc_pem_look in_use;     /* of what the library has */
    struct rpc_pem_look complained; /* of what was refused and logged last */
};

mv_status rpc_tls_forbid_old(void)
{
    /* The library forces TLS 1.2 as the lowest version whatever OpenSSL's configuration says; a 1.2 suite for RSA
     * alone, with a server key that is EC, leaves nothing but TLS 1.3. */
    if (setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-RSA-AES256-GCM-SHA384", 1) != 0)
        return mv_fail(MV_OUT_OF_MEMORY, "environment");
    return mv_ok();
}

mv_status rpc_tls_open(const struct rpc_options *options, struct rpc_tls **tls)
{
    const char *const paths[RPC_PEM_FILES] = {options->certificate_file, options->key_file, options->client_ca_file};
    struct rpc_tls *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "tls");
    *tls = made;
    (void)pthread_mutex_init(&made->lock, NULL);
    for (unsigned i = 0; i < RPC_PEM_FILES; i++) {
        if (paths[i] == NULL)
            return mv_fail(MV_CONFIG_INVALID, "certificate_file, key_file and client_ca_file");
        made->paths.path[i] = strdup(paths[i]);
        if (made->paths.path[i] == NULL)
            return mv_fail(MV_OUT_OF_MEMORY, "tls");
    }
    struct rpc_pem pem;
    MV_TRY(rpc_pem_read(&made->paths, &pem));
    rpc_pem_wipe(&pem);
    return mv_ok();
}

void rpc_tls_close(struct rpc_tls *tls)
{
    if (tls == NULL)
        return;
    (void)pthread_mutex_destroy(&tls->lock);
    for (unsigned i = 0; i < RPC_PEM_FILES; i++)
        free(tls->paths.path[i]);
    free(tls);
}

static void complain(struct rpc_tls *tls, const struct rpc_pem_look *look, mv_status status)
{
    if (memcmp(look, &tls->complained, sizeof *look) == 0)
        return;
    tls->complained = *look;
    char text[256];
    mv_log(MV_LOG_ERROR, "tls: the new certificate files are not used: %s", mv_status_text(status, text, sizeof text));
}

static grpc_ssl_server_certificate_config *config_of(const struct rpc_pem *pem)
{
    grpc_ssl_pem_key_cert_pair pair = {pem->text[RPC_PEM_KEY], pem->text[RPC_PEM_CERTIFICATE]};
    return grpc_ssl_server_certificate_config_create(pem->text[RPC_PEM_CA], &pair, 1);
}

/* Locked. NULL: nothing new that could be used. */
static grpc_ssl_server_certificate_config *fetch_new(struct rpc_tls *tls)
{
    struct rpc_pem_look look;
    mv_status status = rpc_pem_look(&tls->paths, &look);
    if (status.ok && tls->served && memcmp(&look, &tls->in_use, sizeof look) == 0)
        return NULL;
    struct rpc_pem pem;
    if (status.ok)
        status = rpc_pem_read(&tls->paths, &pem);
    if (!status.ok) {
        complain(tls, &look, status);
        return NULL;
    }
    grpc_ssl_server_certificate_config *config = config_of(&pem);
    rpc_pem_wipe(&pem);
    if (tls->served && config != NULL)
        mv_log(MV_LOG_NOTICE, "tls: certificate files changed and were read again");
    tls->in_use = look;
    tls->served = true;
    return config;
}

static grpc_ssl_certificate_config_reload_status fetch(void *self, grpc_ssl_server_certificate_config **config)
{
    struct rpc_tls *tls = self;
    (void)pthread_mutex_lock(&tls->lock);
    *config = fetch_new(tls);
    bool served = tls->served;
    (void)pthread_mutex_unlock(&tls->lock);
    if (*config != NULL)
        return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
    return served ? GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED : GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
}

grpc_server_credentials *rpc_tls_credentials(struct rpc_tls *tls)
{
    return grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, fetch, tls));
}
