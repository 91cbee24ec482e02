/* What the files of the client share: begin a request, make the call, finish the answer. */
#ifndef MV_HSMD_CLIENT_CALL_H
#define MV_HSMD_CLIENT_CALL_H

#include "hsmd/channel.h"
#include "hsmd/proto.h"

struct hsmd_client {
    struct hsmd_channel channel;
    unsigned timeout_ms;
    char *path;
    uint8_t *out; /* a whole frame */
};

struct mv_writer hsmd_call_begin(struct hsmd_client *client, enum hsmd_op op);
/* `repeatable`: a connection that broke, as it does when a worker was replaced, is opened once more within the
 * deadline. */
MV_MUST_USE mv_status hsmd_call(struct hsmd_client *client, uint8_t op, struct mv_writer *request, bool repeatable,
                                struct mv_reader *body);
/* A request that has no answer; nothing to do without a connection. */
void hsmd_call_tell(struct hsmd_client *client, struct mv_writer *request);
/* After the last item of an answer. */
MV_MUST_USE mv_status hsmd_call_finish(struct hsmd_client *client, const struct mv_reader *body);

/* A slot belongs to its connection: with the connection's number above it, one of an earlier connection is never taken
 * for another meter's. Both give HSMD_SLOT_NONE for a slot that is none or, inward, of an earlier connection. */
uint32_t hsmd_slot_outward(const struct hsmd_client *client, uint32_t inner);
uint32_t hsmd_slot_inward(const struct hsmd_client *client, uint32_t outer);

#endif
