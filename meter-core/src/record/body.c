/* Walking through a body. What mv_record_parse found well-formed ends at its size; any other one ends where the next
 * value would not be whole, so that nothing behind it is ever read. */
#include "wire.h"

static bool whole(const uint8_t *here, unsigned left)
{
    return left >= MV_TLV_HEAD && here[1] <= left - MV_TLV_HEAD;
}

bool mv_tlv_next(const uint8_t *body, uint8_t body_size, uint8_t *at, struct mv_tlv *tlv)
{
    if (*at >= body_size || !whole(body + *at, (unsigned)body_size - *at))
        return false;
    const uint8_t *here = body + *at;
    *tlv = (struct mv_tlv){.tag = here[0], .length = here[1], .value = here + MV_TLV_HEAD};
    *at = (uint8_t)(*at + MV_TLV_HEAD + tlv->length);
    return true;
}

bool mv_tlv_find(const uint8_t *body, uint8_t body_size, uint8_t tag, struct mv_tlv *tlv)
{
    uint8_t at = 0;
    while (mv_tlv_next(body, body_size, &at, tlv)) {
        if (tlv->tag == tag)
            return true;
    }
    return false;
}

uint64_t mv_tlv_number(const struct mv_tlv *tlv)
{
    return mv_wire_get(tlv->value, tlv->length);
}
