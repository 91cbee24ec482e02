#include "check.h"

/* Without a table: among the bytes is a key. */
uint32_t mv_nv_crc32_add(uint32_t crc, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (MV_NV_CRC32_POLYNOMIAL & (0U - (crc & 1U)));
    }
    return crc;
}

/* A wrong bit goes through the register by itself: from the last one backwards, each is one shift older. */
int32_t mv_nv_rotten_bit(uint32_t difference, uint32_t polynomial, uint32_t bits)
{
    uint32_t trace = 1;
    for (uint32_t i = 0; i < bits; i++) {
        trace = trace >> 1 ^ (polynomial & (0U - (trace & 1U)));
        if (trace == difference)
            return (int32_t)(bits - 1 - i);
    }
    return MV_NV_NO_BIT;
}
