/* Streams that wait for a device: whoever lets his devices be silent waits for himself alone. */
#include <string.h>

#include "echo.h"
#include "pki.h"
#include "test.h"

enum { DESKS = 4, SHARE = DESKS / 2, HELD = 8, PATIENCE_MS = 20000 };

static grpc_channel *connect_as(struct pki *pki, uint16_t port, const char *name)
{
    char ca[PKI_PATH];
    char certificate[PKI_PATH];
    char key[PKI_PATH];
    pki_make_principal(pki, name);
    return caller_connect_tls(port, pki_path(pki, "ca", "pem", ca), pki_path(pki, name, "pem", certificate),
                              pki_path(pki, name, "key", key));
}

/* Opens a stream; `in`: it was answered. */
static struct caller_stream *begin(grpc_channel *channel, const char *method, bool *in)
{
    struct caller_stream *stream = caller_open(channel, method, PATIENCE_MS);
    const Rpctest__Item item = RPCTEST__ITEM__INIT;
    (void)caller_send(stream, &item.base); /* one that is refused may be over already */
    ProtobufCMessage *answer = caller_receive(stream, &rpctest__item__descriptor);
    *in = answer != NULL;
    if (answer != NULL)
        protobuf_c_message_free_unpacked(answer, NULL);
    return stream;
}

static void answered(grpc_channel *channel, const char *method)
{
    bool in;
    struct caller_stream *stream = begin(channel, method, &in);
    assert_true(in);
    caller_send_end(stream);
    assert_null(caller_receive(stream, &rpctest__item__descriptor));
    assert_int_equal(caller_end(stream).code, GRPC_STATUS_OK);
}

static void silent_devices(grpc_channel *silent, grpc_channel *other)
{
    struct caller_stream *held[HELD];
    bool in;
    for (unsigned i = 0; i < HELD; i++) {
        held[i] = begin(silent, ECHO "Drain", &in);
        assert_int_equal(in, i < SHARE);
        if (in)
            continue;
        assert_string_equal(caller_end(held[i]).reason, "SERVER_BUSY");
    }
    answered(other, ECHO "Drain");
    answered(other, ECHO "Chat");
    answered(silent, ECHO "Chat");
    for (unsigned i = 0; i < SHARE; i++) {
        caller_cancel(held[i]);
        (void)caller_end(held[i]);
    }
}

/* Their threads are, as soon as the server has seen that they are gone. */
static void free_again(grpc_channel *channel)
{
    enum { TRIES = 1000 };
    bool in = false;
    for (unsigned i = 0; i < TRIES && !in; i++) {
        struct caller_stream *stream = begin(channel, ECHO "Drain", &in);
        caller_cancel(stream);
        (void)caller_end(stream);
    }
    assert_true(in);
}

static void one_principal_has_its_share(void **state)
{
    (void)state;
    struct pki pki;
    char paths[3][PKI_PATH];
    pki_open(&pki);
    pki_make_ca(&pki, "ca");
    pki_make_leaf(&pki, &(struct pki_leaf){.name = "server", .issuer = "ca", .san = "DNS:localhost,IP:127.0.0.1"});
    grpc_init();
    struct rpc_options options = echo_options();
    options.insecure_loopback = false;
    options.desk_workers = DESKS;
    options.certificate_file = pki_path(&pki, "server", "pem", paths[0]);
    options.key_file = pki_path(&pki, "server", "key", paths[1]);
    options.client_ca_file = pki_path(&pki, "ca", "pem", paths[2]);
    struct rpc_server *server = echo_start(&options);
    grpc_channel *silent = connect_as(&pki, rpc_server_port(server), "silent");
    grpc_channel *other = connect_as(&pki, rpc_server_port(server), "other");
    silent_devices(silent, other);
    free_again(silent);
    grpc_channel_destroy(other);
    grpc_channel_destroy(silent);
    echo_stop(server);
    grpc_shutdown_blocking();
    pki_close(&pki);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_principal_has_its_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
