/* The client's connection: one frame out, one frame in, before a deadline. */
#ifndef MV_HSMD_CHANNEL_H
#define MV_HSMD_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/wire.h"

struct hsmd_channel {
    const char *path; /* of the socket; borrowed */
    int fd;           /* -1: closed */
    uint8_t serial;   /* of the connection, changes with each */
    uint8_t *in;      /* HSMD_FRAME_HEAD + HSMD_FRAME_MAX bytes */
};

int64_t hsmd_now_ms(void);

/* Connects and says hello when closed. */
MV_MUST_USE mv_status hsmd_channel_open(struct hsmd_channel *channel, int64_t deadline_ms);
void hsmd_channel_close(struct hsmd_channel *channel);
/* Any failure closes the channel and is KEY_SERVICE_UNAVAILABLE. */
MV_MUST_USE mv_status hsmd_channel_send(struct hsmd_channel *channel, const uint8_t *frame, size_t size,
                                        int64_t deadline_ms);
/* The body after a good status, which is returned; a frame of another operation or form closes the channel. */
MV_MUST_USE mv_status hsmd_channel_receive(struct hsmd_channel *channel, uint8_t op, int64_t deadline_ms,
                                           struct mv_reader *body);

#endif
