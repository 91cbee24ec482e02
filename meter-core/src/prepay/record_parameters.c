/* Parameter records: single values, or one part of a set. */
#include "record_rules.h"

enum mv_result mv_take_parameters(struct mv_prepay *p, const struct mv_record_in *in, struct mv_record_answer *answer)
{
    unsigned values = 0;
    unsigned of_set = 0;
    struct mv_tlv tlv;
    uint8_t at = 0;
    while (mv_tlv_next(in->body, in->body_size, &at, &tlv)) {
        if (tlv.tag < MV_TAG_SET_ID)
            values++;
        else if (tlv.tag <= MV_TAG_SET_BYTES)
            of_set++;
    }
    enum { TAGS_OF_A_PART = MV_TAG_SET_BYTES - MV_TAG_SET_ID + 1 };
    if (of_set == 0 && values > 0)
        return mv_take_values(p, in);
    return of_set == TAGS_OF_A_PART && values == 0 ? mv_take_part(p, in, answer) : MV_RECORD_TAG;
}
