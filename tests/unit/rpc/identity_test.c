/* TLS: who gets in, as whom, and what happens when the certificate files change. */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo.h"
#include "pki.h"
#include "test.h"

static struct pki pki;
static struct rpc_server *server;
static char paths[6][PKI_PATH];

static struct rpc_options tls_options(void)
{
    struct rpc_options options = echo_options();
    options.insecure_loopback = false;
    options.insecure_principal = "nobody";
    options.certificate_file = pki_path(&pki, "server", "pem", paths[0]);
    options.key_file = pki_path(&pki, "server", "key", paths[1]);
    options.client_ca_file = pki_path(&pki, "ca", "pem", paths[2]);
    return options;
}

static void make_server_certificate(const char *name, const char *ca, bool rsa)
{
    pki_make_leaf(&pki,
                  &(struct pki_leaf){.name = name, .issuer = ca, .san = "DNS:localhost,IP:127.0.0.1", .rsa = rsa});
}

static int start(void **state)
{
    (void)state;
    pki_open(&pki);
    pki_make_ca(&pki, "ca");
    pki_make_ca(&pki, "other-ca");
    make_server_certificate("server", "ca", false);
    pki_make_principal(&pki, "shop.1");
    const struct rpc_options options = tls_options();
    server = echo_start(&options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    echo_stop(server);
    pki_close(&pki);
    return 0;
}

/* One call over a new connection, with a certificate (or none) and the CA that the server must be of. */
static struct caller_result call_as(const char *name, const char *ca, const char *method)
{
    char ca_path[PKI_PATH];
    char certificate[PKI_PATH];
    char key[PKI_PATH];
    grpc_init();
    grpc_channel *channel = caller_connect_tls(rpc_server_port(server), pki_path(&pki, ca, "pem", ca_path),
                                               name != NULL ? pki_path(&pki, name, "pem", certificate) : NULL,
                                               name != NULL ? pki_path(&pki, name, "key", key) : NULL);
    struct caller_result result = echo_result(channel, method, 1, NULL, 10000);
    grpc_channel_destroy(channel);
    grpc_shutdown_blocking();
    return result;
}

static struct caller_result health_as(const char *name)
{
    char ca_path[PKI_PATH];
    char certificate[PKI_PATH];
    char key[PKI_PATH];
    grpc_init();
    grpc_channel *channel =
        caller_connect_tls(rpc_server_port(server), pki_path(&pki, "ca", "pem", ca_path),
                           pki_path(&pki, name, "pem", certificate), pki_path(&pki, name, "key", key));
    struct caller_result result = caller_raw(channel, HEALTH_CHECK, "", 0, 10000);
    grpc_channel_destroy(channel);
    grpc_shutdown_blocking();
    return result;
}

static void expect_name(const char *certificate, const char *name)
{
    struct caller_result result = call_as(certificate, "ca", ECHO "Who");
    assert_int_equal(result.code, GRPC_STATUS_OK);
    Rpctest__Item *item = rpctest__item__unpack(NULL, result.size, result.data);
    assert_non_null(item);
    assert_string_equal(item->text, name);
    rpctest__item__free_unpacked(item, NULL);
    caller_forget(&result);
}

static void expect_no_connection(const char *certificate)
{
    struct caller_result result = call_as(certificate, "ca", HEALTH_CHECK);
    assert_int_equal(result.code, GRPC_STATUS_UNAVAILABLE);
    assert_null(result.data);
}

static void principal_is_known(void **state)
{
    (void)state;
    expect_name("shop.1", "shop.1");
    char longest[65];
    memset(longest, 'a', 64);
    longest[64] = '\0';
    pki_make_principal(&pki, longest);
    expect_name(longest, longest);
}

static void without_certificate(void **state)
{
    (void)state;
    expect_no_connection(NULL);
}

static void of_another_ca(void **state)
{
    (void)state;
    pki_make_leaf(&pki,
                  &(struct pki_leaf){"stranger", "other-ca", "URI:urn:metervault:principal:shop.1", false, false});
    expect_no_connection("stranger");
}

static void expired(void **state)
{
    (void)state;
    pki_make_leaf(&pki, &(struct pki_leaf){"late", "ca", "URI:urn:metervault:principal:late", false, true});
    expect_no_connection("late");
}

/* The chain is good, but it names nobody, or more than one, or somebody impossible: only health may be asked. */
static void no_single_principal(void **state)
{
    (void)state;
    static const char *const sans[] = {
        NULL,
        "URI:urn:metervault:principal:a,URI:urn:metervault:principal:b",
        "URI:urn:metervault:principal:a,URI:urn:metervault:principal:a",
        "URI:urn:metervault:principal:a,URI:https://example.org/",
        "URI:urn:metervault:principal:",
        "URI:urn:metervault:principal:a b",
        "URI:urn:metervault:principal:a/../b",
        "URI:urn:metervault:meter:a",
        "URI:x-urn:metervault:principal:a",
        "DNS:urn:metervault:principal:a",
        "email:urn:metervault:principal:a",
        "URI:urn:metervault:principal:aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12345",
    };
    for (size_t i = 0; i < sizeof sans / sizeof sans[0]; i++) {
        pki_make_leaf(&pki, &(struct pki_leaf){"odd", "ca", sans[i], false, false});
        static const char *const methods[] = {ECHO "Quick", ECHO "Pooled", ECHO "Count", ECHO "Sum"};
        for (size_t k = 0; k < sizeof methods / sizeof methods[0]; k++) {
            struct caller_result result = call_as("odd", "ca", methods[k]);
            assert_int_equal(result.code, GRPC_STATUS_UNAUTHENTICATED);
            assert_string_equal(result.reason, "NOT_AUTHENTICATED");
            caller_forget(&result);
        }
        struct caller_result result = health_as("odd");
        assert_int_equal(result.code, GRPC_STATUS_OK);
        caller_forget(&result);
    }
}

static bool handshake(int highest, const char *name)
{
    char certificate[PKI_PATH];
    char key[PKI_PATH];
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    assert_non_null(context);
    assert_int_equal(SSL_CTX_set_max_proto_version(context, highest), 1);
    assert_int_equal(SSL_CTX_use_certificate_file(context, pki_path(&pki, name, "pem", certificate), SSL_FILETYPE_PEM),
                     1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(context, pki_path(&pki, name, "key", key), SSL_FILETYPE_PEM), 1);
    static const unsigned char protocols[] = {2, 'h', '2'};
    assert_int_equal(SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols), 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(rpc_server_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    SSL *ssl = SSL_new(context);
    assert_non_null(ssl);
    assert_int_equal(SSL_set_fd(ssl, fd), 1);
    char first;
    /* the settings of HTTP/2 arrive only when the server has accepted our certificate */
    bool done = SSL_connect(ssl) == 1 && SSL_read(ssl, &first, 1) == 1;
    SSL_free(ssl);
    SSL_CTX_free(context);
    (void)close(fd);
    return done;
}

static void only_tls_1_3(void **state)
{
    (void)state;
    assert_true(handshake(TLS1_3_VERSION, "shop.1"));
    assert_false(handshake(TLS1_2_VERSION, "shop.1"));
    assert_true(handshake(TLS1_3_VERSION, "shop.1"));
}

static void copy_file(const char *from, const char *to, const char *ending)
{
    char path[PKI_PATH];
    char bytes[8192];
    FILE *file = fopen(pki_path(&pki, from, ending, path), "re");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    file = fopen(pki_path(&pki, to, ending, path), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void rename_to(const char *from, const char *to, const char *ending)
{
    char old_path[PKI_PATH];
    char new_path[PKI_PATH];
    assert_int_equal(rename(pki_path(&pki, from, ending, old_path), pki_path(&pki, to, ending, new_path)), 0);
}

/* The server's certificate is seen through which CA a client must trust to reach it. */
static void expect_server_of(const char *ca)
{
    struct caller_result result = call_as("shop.1", ca, ECHO "Quick");
    assert_int_equal(result.code, GRPC_STATUS_OK);
    caller_forget(&result);
    result = call_as("shop.1", strcmp(ca, "ca") == 0 ? "other-ca" : "ca", ECHO "Quick");
    assert_int_equal(result.code, GRPC_STATUS_UNAVAILABLE);
    caller_forget(&result);
}

static void certificates_reload(void **state)
{
    (void)state;
    expect_server_of("ca");
    make_server_certificate("next", "other-ca", false);
    /* key and certificate do not come in one moment; between them the old pair serves */
    rename_to("next", "server", "key");
    expect_server_of("ca");
    rename_to("next", "server", "pem");
    expect_server_of("other-ca");
    /* written in place, not replaced */
    make_server_certificate("third", "ca", false);
    copy_file("third", "server", "key");
    copy_file("third", "server", "pem");
    expect_server_of("ca");
}

static void bad_files_are_not_used(void **state)
{
    (void)state;
    make_server_certificate("good", "ca", false);
    make_server_certificate("bad", "ca", true);
    copy_file("bad", "server", "key");
    copy_file("bad", "server", "pem");
    expect_server_of("ca");
    char path[PKI_PATH];
    FILE *file = fopen(pki_path(&pki, "server", "pem", path), "we");
    assert_non_null(file);
    (void)fputs("nothing\n", file);
    (void)fclose(file);
    expect_server_of("ca");
    assert_int_equal(unlink(path), 0);
    expect_server_of("ca");
    copy_file("good", "server", "key");
    copy_file("good", "server", "pem");
    expect_server_of("ca");
}

static void client_ca_reloads(void **state)
{
    (void)state;
    pki_make_leaf(&pki, &(struct pki_leaf){"guest", "other-ca", "URI:urn:metervault:principal:guest", false, false});
    expect_no_connection("guest");
    copy_file("ca", "kept-ca", "pem");
    copy_file("other-ca", "ca", "pem");
    /* the caller still trusts the CA of the server's certificate */
    struct caller_result result = call_as("guest", "kept-ca", ECHO "Quick");
    assert_int_equal(result.code, GRPC_STATUS_OK);
    caller_forget(&result);
    result = call_as("shop.1", "kept-ca", ECHO "Quick");
    assert_int_equal(result.code, GRPC_STATUS_UNAVAILABLE);
    caller_forget(&result);
    copy_file("kept-ca", "ca", "pem");
}

static void refuses_to_start(const struct rpc_options *options, enum mv_reason reason)
{
    struct rpc_server *none;
    mv_status status = rpc_server_start(options, &echo_service, 1, &none);
    assert_false(status.ok);
    assert_int_equal(status.reason, reason);
    assert_null(none);
}

static void start_needs_good_files(void **state)
{
    (void)state;
    char path[PKI_PATH];
    char other[PKI_PATH];
    make_server_certificate("rsa", "ca", true);
    struct rpc_options options = tls_options();
    options.certificate_file = pki_path(&pki, "rsa", "pem", path);
    options.key_file = pki_path(&pki, "rsa", "key", other);
    refuses_to_start(&options, MV_TLS_KEY_NOT_EC);
    options.certificate_file = tls_options().certificate_file;
    refuses_to_start(&options, MV_TLS_KEY_NOT_EC);
    options.key_file = pki_path(&pki, "shop.1", "key", other);
    refuses_to_start(&options, MV_CONFIG_INVALID);
    options.key_file = pki_path(&pki, "missing", "key", other);
    refuses_to_start(&options, MV_FILE_FAILED);
    options.key_file = options.certificate_file;
    refuses_to_start(&options, MV_CONFIG_INVALID);
    options = tls_options();
    options.client_ca_file = options.key_file;
    refuses_to_start(&options, MV_CONFIG_INVALID);
    options.client_ca_file = NULL;
    refuses_to_start(&options, MV_CONFIG_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(principal_is_known),  cmocka_unit_test(without_certificate),
        cmocka_unit_test(of_another_ca),       cmocka_unit_test(expired),
        cmocka_unit_test(no_single_principal), cmocka_unit_test(only_tls_1_3),
        cmocka_unit_test(certificates_reload), cmocka_unit_test(bad_files_are_not_used),
        cmocka_unit_test(client_ca_reloads),   cmocka_unit_test(start_needs_good_files),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
