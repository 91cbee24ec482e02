/* The extended token set of STS 202-5: an index of 6 bits and 10 bits of its own. */
#include "metervault/sts_manage.h"

enum { INDEX_BITS = 6, VALUE_BITS = 10, VALUE_MAX = (1 << VALUE_BITS) - 1, FLAG_MAX = VALUE_MAX >> 1 };
enum { CONTROL_BITS = 36, INDEX_MAX = (1 << INDEX_BITS) - 1 };

enum mv_result mv_sts_extended_field(uint8_t index, uint16_t value, uint16_t *field)
{
    if (index >= MV_EXTENDED_FLAG || value > VALUE_MAX)
        return MV_RANGE_ERROR;
    *field = (uint16_t)(index << VALUE_BITS | value);
    return MV_DONE;
}

/* UNCERTAIN: that the flag's index fills the 9 bits above its value; published are only FC00 and FC01. */
enum mv_result mv_sts_extended_flag(uint16_t flag, bool value, uint16_t *field)
{
    if (flag > FLAG_MAX)
        return MV_RANGE_ERROR;
    *field = (uint16_t)(MV_EXTENDED_FLAG << VALUE_BITS | flag << 1 | (value ? 1 : 0));
    return MV_DONE;
}

struct mv_sts_extended mv_sts_extended_read(uint16_t field)
{
    struct mv_sts_extended read = {.index = (uint8_t)(field >> VALUE_BITS), .value = field & VALUE_MAX};
    if (read.index == MV_EXTENDED_FLAG) {
        read.flag = read.value >> 1;
        read.value &= 1;
    }
    return read;
}

enum mv_result mv_sts_extended_control(uint8_t index, uint64_t *control)
{
    if (index > INDEX_MAX)
        return MV_RANGE_ERROR;
    *control = (uint64_t)index << (CONTROL_BITS - INDEX_BITS);
    return MV_DONE;
}
