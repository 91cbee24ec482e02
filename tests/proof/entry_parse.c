/* A native record of every size, and one step of walking through a body or a set with every number of bytes left; each
 * lies at the very end of its memory. What a step reads depends on nothing but how much is left, so that every walk is
 * made of proven steps. */
#include "../../meter-core/src/record/set.h"
#include "arbitrary.h"

enum { SIZES = 260 };

static void parse(const uint8_t *bytes, uint32_t size)
{
    struct mv_record_head head;
    const uint8_t *body = bytes;
    uint8_t body_size = 0;
    (void)mv_record_parse_unsealed(bytes, size, &head, &body, &body_size);
    (void)mv_record_parse(bytes, size, &head, &body, &body_size);
}

static void step_in_body(const uint8_t *end, uint8_t left)
{
    struct mv_tlv tlv;
    uint8_t at = MV_RECORD_BODY_MAX - left;
    if (!mv_tlv_next(end - MV_RECORD_BODY_MAX, MV_RECORD_BODY_MAX, &at, &tlv))
        return;
    /*@ assert value_inside: tlv.length == 0 || \valid_read(tlv.value + (0 .. tlv.length - 1)); */
    /*@ assert next_inside: at <= 216; */
}

static void step_in_set(const uint8_t *end, uint32_t left, unsigned size)
{
    struct mv_set_reader reader = {.at = end - left, .left = left};
    (void)mv_set_get(&reader, size);
    /*@ assert next_inside: reader.at + reader.left == end; */
}

void prove_parse(void)
{
    uint8_t bytes[SIZES];
    ARBITRARY(bytes);
    //@ loop unroll 261;
    for (uint32_t size = 0; size <= SIZES; size++)
        parse(bytes + (SIZES - size), size);
    //@ loop unroll 217;
    for (unsigned left = 0; left <= MV_RECORD_BODY_MAX; left++)
        step_in_body(bytes + SIZES, (uint8_t)left);
    //@ loop unroll 9;
    for (unsigned left = 0; left <= 8; left++) {
        step_in_set(bytes + SIZES, left, 1);
        step_in_set(bytes + SIZES, left, 2);
        step_in_set(bytes + SIZES, left, 4);
    }
}
