/* Group fixture of the tests that need no more than one plain echo server and one channel to it. */
#ifndef ONE_SERVER_H
#define ONE_SERVER_H

#include "echo.h"
#include "test.h"

static struct rpc_server *server;
static grpc_channel *channel;

static int start(void **state)
{
    (void)state;
    grpc_init();
    const struct rpc_options options = echo_options();
    server = echo_start(&options);
    channel = caller_connect(rpc_server_port(server));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    grpc_channel_destroy(channel);
    echo_stop(server);
    grpc_shutdown_blocking();
    return 0;
}

#endif
