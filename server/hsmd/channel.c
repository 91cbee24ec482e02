#include "hsmd/channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "hsmd/proto.h"

int64_t hsmd_now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void hsmd_channel_close(struct hsmd_channel *channel)
{
    if (channel->fd >= 0)
        (void)close(channel->fd);
    channel->fd = -1;
}

static mv_status lost(struct hsmd_channel *channel, const char *where, int cause)
{
    hsmd_channel_close(channel);
    return mv_fail_code(MV_KEY_SERVICE_UNAVAILABLE, where, (unsigned)cause);
}

static mv_status wait_for(struct hsmd_channel *channel, short events, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - hsmd_now_ms();
        if (left <= 0)
            return lost(channel, "key process: deadline", ETIMEDOUT);
        struct pollfd wait = {.fd = channel->fd, .events = events};
        int ready = poll(&wait, 1, (int)left);
        if (ready > 0)
            return mv_ok();
        if (ready < 0 && errno != EINTR)
            return lost(channel, "key process: poll", errno);
    }
}

mv_status hsmd_channel_send(struct hsmd_channel *channel, const uint8_t *frame, size_t size, int64_t deadline_ms)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t now = send(channel->fd, frame + sent, size - sent, MSG_NOSIGNAL);
        if (now > 0)
            sent += (size_t)now;
        else if (errno == EAGAIN)
            MV_TRY(wait_for(channel, POLLOUT, deadline_ms));
        else if (errno != EINTR)
            return lost(channel, "key process: connection lost", errno);
    }
    return mv_ok();
}

/* A whole frame into channel->in; `size` counts what follows the head. */
static mv_status receive_frame(struct hsmd_channel *channel, int64_t deadline_ms, size_t *size)
{
    size_t used = 0;
    size_t needed = HSMD_FRAME_HEAD;
    for (;;) {
        MV_TRY(wait_for(channel, POLLIN, deadline_ms));
        size_t room = (size_t)HSMD_FRAME_HEAD + HSMD_FRAME_MAX - used;
        ssize_t got = recv(channel->fd, channel->in + used, room, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            return lost(channel, "key process: connection lost", got < 0 ? errno : 0);
        used += (size_t)got;
        if (used >= HSMD_FRAME_HEAD) {
            struct mv_reader head = mv_reader_on(channel->in, HSMD_FRAME_HEAD);
            *size = mv_get_u32(&head);
            if (*size == 0 || *size > HSMD_FRAME_MAX)
                return lost(channel, "key process: frame length", 0);
            needed = HSMD_FRAME_HEAD + *size;
        }
        if (used == needed)
            return mv_ok();
        if (used > needed)
            return lost(channel, "key process: unasked answer", 0);
    }
}

mv_status hsmd_channel_receive(struct hsmd_channel *channel, uint8_t op, int64_t deadline_ms, struct mv_reader *body)
{
    size_t size = 0;
    MV_TRY(receive_frame(channel, deadline_ms, &size));
    *body = mv_reader_on(channel->in + HSMD_FRAME_HEAD, size);
    if (mv_get_u8(body) != (op | HSMD_REPLY))
        return lost(channel, "key process: wrong answer", 0);
    mv_status status = hsmd_get_status(body);
    if (body->failed)
        return lost(channel, "key process: wrong answer", 0);
    return status;
}

static mv_status connect_socket(struct hsmd_channel *channel)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(channel->path);
    if (length >= sizeof address.sun_path)
        return mv_fail(MV_CONFIG_INVALID, "hsmd_socket");
    memcpy(address.sun_path, channel->path, length + 1);
    channel->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (channel->fd < 0)
        return lost(channel, "key process: socket", errno);
    if (connect(channel->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return lost(channel, "key process: connect", errno);
    channel->serial++;
    return mv_ok();
}

static mv_status exchange_hello(struct hsmd_channel *channel, int64_t deadline_ms, struct mv_reader *body)
{
    uint8_t frame[32];
    struct mv_writer hello = hsmd_frame_begin(frame, sizeof frame, HSMD_OP_HELLO);
    mv_put_u32(&hello, HSMD_MAGIC);
    mv_put_u16(&hello, HSMD_VERSION);
    hsmd_frame_end(&hello);
    MV_TRY(hsmd_channel_send(channel, frame, hello.used, deadline_ms));
    return hsmd_channel_receive(channel, HSMD_OP_HELLO, deadline_ms, body);
}

static mv_status say_hello(struct hsmd_channel *channel, int64_t deadline_ms)
{
    struct mv_reader body;
    mv_status status = exchange_hello(channel, deadline_ms, &body);
    if (status.ok && (mv_get_u16(&body) != HSMD_VERSION || !mv_reader_done(&body)))
        return lost(channel, "key process: version", 0);
    if (status.ok || status.detail == ETIMEDOUT)
        return status;
    /* closed without a word: so a worker treats users it does not know, and so it looks when one is killed */
    if (channel->fd < 0)
        status.where = "key process: closed at hello (is this user in client_users?)";
    hsmd_channel_close(channel);
    return status;
}

mv_status hsmd_channel_open(struct hsmd_channel *channel, int64_t deadline_ms)
{
    if (channel->fd >= 0)
        return mv_ok();
    MV_TRY(connect_socket(channel));
    return say_hello(channel, deadline_ms);
}
