#include "metervault/sts.h"

/* One bit at a time and without a table: the block is secret until it is printed, and eight bytes are few. */
uint16_t mv_sts_crc(const uint8_t *data, unsigned length)
{
    unsigned crc = 0xFFFF;
    for (unsigned i = 0; i < length; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xA001U & (0U - (crc & 1U)));
    }
    return (uint16_t)(crc << 8 | crc >> 8);
}
