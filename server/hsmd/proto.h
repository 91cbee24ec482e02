/* Frames between metervaultd and the key process; README.md beside this file describes them. */
#ifndef MV_HSMD_PROTO_H
#define MV_HSMD_PROTO_H

#include "base/status.h"
#include "base/wire.h"
#include "hsmd/client.h"

enum {
    HSMD_VERSION = 2,
    HSMD_MAGIC = 0x4D56484B, /* "MVHK" */
    HSMD_FRAME_HEAD = 4,     /* 32-bit length of what follows */
    HSMD_FRAME_MAX = 65536,  /* of what follows, both directions */
    HSMD_RANDOM_MAX = 4096,
    HSMD_WHERE_MAX = 100, /* longest text of a status; longer ones are cut */
    HSMD_METER_BYTES = 32,
    HSMD_CERTIFICATE_MAX = 4096, /* of an officer, DER */
    HSMD_SIGNATURE_MAX = 160,    /* ECDSA on P-384 takes 104 */
    HSMD_REPLY = 0x80,           /* set in the operation of an answer */
};

enum hsmd_op {
    HSMD_OP_HELLO = 1,
    HSMD_OP_PREPARE = 2,
    HSMD_OP_ENCRYPT = 3,
    HSMD_OP_RELEASE = 4, /* has no answer */
    HSMD_OP_RANDOM = 5,
    HSMD_OP_CATALOGUE = 6,
    HSMD_OP_HEALTH = 7,
    HSMD_OP_KEY_CHANGE = 8,
    HSMD_OP_CHECK_APPROVAL = 9,
    HSMD_OP_OPEN_TOKEN = 10,
    HSMD_OP_SEAL_RECORDS = 11,
    HSMD_OP_CHECK_RETURNS = 12,
    HSMD_OP_KEY_UPDATE = 13,
    HSMD_OP_CARD_OPEN = 14,
    HSMD_OP_CARD_COMMAND = 15,
    HSMD_OP_CARD_CHANGE_KEY = 16,
    HSMD_OP_CARD_STEP = 17,
    HSMD_OP_CARD_CLOSE = 18, /* has no answer */
    HSMD_OP_PBOC_OPEN = 19,
    HSMD_OP_PBOC_UPDATE = 20,
    HSMD_OP_LAST = HSMD_OP_PBOC_UPDATE,
};
/* Whether it is one without an answer. */
bool hsmd_op_is_silent(uint8_t op);

/* A frame is written with begin and end around its body; `end` patches the length in. */
struct mv_writer hsmd_frame_begin(uint8_t *buffer, size_t size, uint8_t op);
void hsmd_frame_end(struct mv_writer *frame);

void hsmd_put_status(struct mv_writer *to, mv_status status);
/* `where` is interned, because a status carries static text; a full table gives a general text. */
mv_status hsmd_get_status(struct mv_reader *from);

/* Fails the writer when a number has the wrong length. */
void hsmd_put_meter(struct mv_writer *to, const struct hsmd_meter *meter);
void hsmd_get_meter(struct mv_reader *from, struct hsmd_meter *meter);

void hsmd_put_opened(struct mv_writer *to, const struct hsmd_opened *opened);
void hsmd_get_opened(struct mv_reader *from, struct hsmd_opened *opened);

#endif
