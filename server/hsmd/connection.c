#include "hsmd/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = HSMD_FRAME_HEAD + HSMD_FRAME_MAX, SEND_WAIT_MS = 1000 };

mv_status hsmd_connection_open(struct hsmd_connection *connection, int fd, uint32_t owner)
{
    *connection = (struct hsmd_connection){.fd = fd, .owner = owner, .in = malloc(BUFFER)};
    if (connection->in != NULL)
        return mv_ok();
    connection->fd = -1;
    return mv_fail(MV_OUT_OF_MEMORY, NULL);
}

void hsmd_connection_close(struct hsmd_connection *connection, struct hsmd_service *service)
{
    if (connection->fd < 0)
        return;
    hsmd_service_forget(service, connection->owner);
    (void)close(connection->fd);
    free(connection->in);
    *connection = (struct hsmd_connection){.fd = -1};
}

/* A client that does not take its answer for a second is cut off: others wait. */
static bool send_all(int fd, const uint8_t *data, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t now = send(fd, data + sent, size - sent, MSG_NOSIGNAL);
        if (now > 0) {
            sent += (size_t)now;
            continue;
        }
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (errno == EAGAIN && poll(&wait, 1, SEND_WAIT_MS) == 1)
            continue;
        if (errno != EINTR)
            return false;
    }
    return true;
}

static bool greet(struct hsmd_connection *connection, struct mv_reader *request, struct mv_writer *reply)
{
    uint32_t magic = mv_get_u32(request);
    uint16_t version = mv_get_u16(request);
    if (!mv_reader_done(request) || magic != HSMD_MAGIC)
        return false;
    bool known = version == HSMD_VERSION;
    hsmd_put_status(reply, known ? mv_ok() : mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "key process: version"));
    if (known)
        mv_put_u16(reply, HSMD_VERSION);
    connection->greeted = known;
    return true;
}

static bool serve_frame(struct hsmd_connection *connection, struct hsmd_service *service, size_t size, uint8_t *out)
{
    struct mv_reader request = mv_reader_on(connection->in + HSMD_FRAME_HEAD, size);
    uint8_t op = mv_get_u8(&request);
    struct mv_writer reply = hsmd_frame_begin(out, BUFFER, op | HSMD_REPLY);
    bool good = false;
    if (op == HSMD_OP_HELLO && !connection->greeted)
        good = greet(connection, &request, &reply);
    else if (connection->greeted)
        good = hsmd_service_call(service, connection->owner, op, &request, &reply);
    if (!good || !mv_writer_ok(&reply))
        return false;
    if (hsmd_op_is_silent(op))
        return true;
    hsmd_frame_end(&reply);
    return send_all(connection->fd, out, reply.used);
}

/* Takes one whole frame off the front. */
static bool serve_next(struct hsmd_connection *connection, struct hsmd_service *service, uint8_t *out,
                       unsigned timeout_s, bool *more)
{
    *more = false;
    if (connection->used < HSMD_FRAME_HEAD)
        return true;
    struct mv_reader head = mv_reader_on(connection->in, HSMD_FRAME_HEAD);
    size_t size = mv_get_u32(&head);
    if (size == 0 || size > HSMD_FRAME_MAX)
        return false;
    size_t whole = HSMD_FRAME_HEAD + size;
    if (connection->used < whole)
        return true;
    (void)alarm(timeout_s);
    bool good = serve_frame(connection, service, size, out);
    (void)alarm(0);
    connection->used -= whole;
    memmove(connection->in, connection->in + whole, connection->used);
    *more = true;
    return good;
}

bool hsmd_connection_serve(struct hsmd_connection *connection, struct hsmd_service *service, uint8_t *out,
                           unsigned timeout_s)
{
    ssize_t got = recv(connection->fd, connection->in + connection->used, BUFFER - connection->used, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        return false;
    connection->used += (size_t)got;
    bool more = true;
    while (more)
        if (!serve_next(connection, service, out, timeout_s, &more))
            return false;
    return true;
}
