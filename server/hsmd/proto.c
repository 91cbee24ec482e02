#include "hsmd/proto.h"

#include <string.h>

#include "hsmd/intern.h"

enum { PAN_DIGITS = 18, SGC_DIGITS = 6 };

bool hsmd_op_is_silent(uint8_t op)
{
    return op == HSMD_OP_RELEASE || op == HSMD_OP_CARD_CLOSE;
}

struct mv_writer hsmd_frame_begin(uint8_t *buffer, size_t size, uint8_t op)
{
    struct mv_writer frame = mv_writer_on(buffer, size);
    mv_put_u32(&frame, 0);
    mv_put_u8(&frame, op);
    return frame;
}

void hsmd_frame_end(struct mv_writer *frame)
{
    if (frame->failed)
        return;
    struct mv_writer head = mv_writer_on(frame->data, HSMD_FRAME_HEAD);
    mv_put_u32(&head, (uint32_t)(frame->used - HSMD_FRAME_HEAD));
}

void hsmd_put_status(struct mv_writer *to, mv_status status)
{
    mv_put_u8(to, status.ok ? 1 : 0);
    if (status.ok)
        return;
    char where[HSMD_WHERE_MAX + 1] = "";
    if (status.where != NULL)
        strncat(where, status.where, HSMD_WHERE_MAX);
    mv_put_u16(to, status.reason);
    mv_put_u32(to, status.detail);
    mv_put_text(to, where);
}

mv_status hsmd_get_status(struct mv_reader *from)
{
    char where[HSMD_WHERE_MAX + 1];
    if (mv_get_u8(from) == 1)
        return mv_ok();
    mv_status status = {.reason = mv_get_u16(from)};
    status.detail = mv_get_u32(from);
    mv_get_text(from, where, sizeof where);
    if (!from->failed && where[0] != '\0')
        status.where = hsmd_intern(where);
    return status;
}

static void put_digits(struct mv_writer *to, const char *text, size_t length)
{
    if (strnlen(text, length + 1) != length)
        to->failed = true;
    else
        mv_put_bytes(to, text, length);
}

static void get_digits(struct mv_reader *from, char *text, size_t length)
{
    mv_get_bytes(from, text, length);
    text[length] = '\0';
}

void hsmd_put_meter(struct mv_writer *to, const struct hsmd_meter *meter)
{
    put_digits(to, meter->pan, PAN_DIGITS);
    put_digits(to, meter->sgc, SGC_DIGITS);
    mv_put_u8(to, meter->krn);
    mv_put_u8(to, meter->ti);
    mv_put_u8(to, meter->kt);
    mv_put_u8(to, meter->ken);
    mv_put_u8(to, meter->ea);
    mv_put_u8(to, meter->dkga);
    mv_put_u16(to, meter->base_date);
}

void hsmd_get_meter(struct mv_reader *from, struct hsmd_meter *meter)
{
    get_digits(from, meter->pan, PAN_DIGITS);
    get_digits(from, meter->sgc, SGC_DIGITS);
    meter->krn = mv_get_u8(from);
    meter->ti = mv_get_u8(from);
    meter->kt = mv_get_u8(from);
    meter->ken = mv_get_u8(from);
    meter->ea = mv_get_u8(from);
    meter->dkga = mv_get_u8(from);
    meter->base_date = mv_get_u16(from);
}

void hsmd_put_opened(struct mv_writer *to, const struct hsmd_opened *opened)
{
    mv_put_u8(to, opened->token_class);
    mv_put_u8(to, opened->subclass);
    mv_put_u8(to, opened->key_section);
    mv_put_u8(to, opened->section);
    mv_put_u8(to, opened->krn);
    mv_put_u8(to, opened->kt);
    mv_put_u8(to, opened->ti);
    mv_put_u8(to, opened->random_or_sign_exponent);
    mv_put_u32(to, opened->tid);
    mv_put_u16(to, opened->field);
}

void hsmd_get_opened(struct mv_reader *from, struct hsmd_opened *opened)
{
    opened->token_class = mv_get_u8(from);
    opened->subclass = mv_get_u8(from);
    opened->key_section = mv_get_u8(from) != 0;
    opened->section = mv_get_u8(from);
    opened->krn = mv_get_u8(from);
    opened->kt = mv_get_u8(from);
    opened->ti = mv_get_u8(from);
    opened->random_or_sign_exponent = mv_get_u8(from);
    opened->tid = mv_get_u32(from);
    opened->field = mv_get_u16(from);
}
