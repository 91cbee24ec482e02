/* A UNIX socket behind which a card answers, in the frames of vsmartcard's virtual reader: length (2, big-endian) and
 * payload; a payload of one byte is an order to the card: 00 power off, 01 power on, 04 tell the ATR. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "card.h"
#include "driver.h"

enum { POWER_OFF = 0, POWER_ON = 1, TELL_ATR = 4, FRAME_HEAD = 2, ANSWER_S = 30, AGAIN_MS = 50 };

struct socket_reader {
    struct reader base;
    int fd;
};

static bool write_all(int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t done = send(fd, data, size, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        data += done;
        size -= (size_t)done;
    }
    return true;
}

static bool read_all(int fd, uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t done = recv(fd, data, size, 0);
        if (done < 0 && errno == EINTR) /* stopped and continued, too: there is a time limit on the socket */
            continue;
        if (done <= 0)
            return false;
        data += done;
        size -= (size_t)done;
    }
    return true;
}

static bool put_frame(int fd, const uint8_t *payload, size_t size)
{
    uint8_t frame[FRAME_HEAD + UINT8_MAX + 8];
    if (size > sizeof frame - FRAME_HEAD)
        return false;
    frame[0] = (uint8_t)(size >> 8);
    frame[1] = (uint8_t)size;
    memcpy(frame + FRAME_HEAD, payload, size);
    return write_all(fd, frame, FRAME_HEAD + size);
}

/* False also when it is longer than `room`. */
static bool get_frame(int fd, uint8_t *payload, size_t room, size_t *size)
{
    uint8_t head[FRAME_HEAD];
    if (!read_all(fd, head, sizeof head))
        return false;
    *size = (size_t)head[0] << 8 | head[1];
    return *size <= room && read_all(fd, payload, *size);
}

static bool transmit(struct reader *base, const uint8_t *command, size_t command_size, uint8_t *response, size_t *size)
{
    const struct socket_reader *reader = (const struct socket_reader *)base;
    return put_frame(reader->fd, command, command_size) &&
           get_frame(reader->fd, response, MV_CARD_RESPONSE_MAX, size) && *size >= 2;
}

static void close_reader(struct reader *base)
{
    struct socket_reader *reader = (struct socket_reader *)base;
    const uint8_t off = POWER_OFF;
    (void)put_frame(reader->fd, &off, 1);
    (void)close(reader->fd);
    free(reader);
}

static const struct reader_driver driver = {transmit, close_reader};

static int connect_once(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        int cause = errno;
        (void)close(fd);
        errno = cause;
        fd = -1;
    }
    return fd;
}

/* Nobody listens until a card is there. */
static int connect_in_time(const struct sockaddr_un *address, unsigned wait_ms)
{
    const struct timespec pause = {0, AGAIN_MS * 1000000L};
    int fd = connect_once(address);
    for (unsigned waited = 0; fd < 0 && waited < wait_ms; waited += AGAIN_MS) {
        (void)nanosleep(&pause, NULL);
        fd = connect_once(address);
    }
    return fd;
}

static bool power_up(struct socket_reader *reader)
{
    const struct timeval patience = {.tv_sec = ANSWER_S};
    const uint8_t on = POWER_ON;
    const uint8_t tell = TELL_ATR;
    (void)setsockopt(reader->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return put_frame(reader->fd, &on, 1) && put_frame(reader->fd, &tell, 1) &&
           get_frame(reader->fd, reader->base.atr, sizeof reader->base.atr, &reader->base.atr_size);
}

struct reader *reader_open_socket(const char *path, unsigned wait_ms, char wrong[READER_WRONG])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct socket_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL || strlen(path) >= sizeof address.sun_path) {
        (void)snprintf(wrong, READER_WRONG, reader == NULL ? "out of memory" : "the socket's path is too long");
        free(reader);
        return NULL;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    reader->base.driver = &driver;
    reader->fd = connect_in_time(&address, wait_ms);
    if (reader->fd < 0) {
        (void)snprintf(wrong, READER_WRONG, "no card at %s", path);
        free(reader);
        return NULL;
    }
    if (power_up(reader))
        return &reader->base;
    (void)snprintf(wrong, READER_WRONG, "the card at %s does not answer", path);
    close_reader(&reader->base);
    return NULL;
}
