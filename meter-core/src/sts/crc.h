/* The CRC a byte at a time, for who must not put secret bytes into memory. */
#ifndef MV_CORE_CRC_H
#define MV_CORE_CRC_H

#include <stdint.h>

enum { MV_CRC_START = 0xFFFF };

/* One bit at a time and without a table: the block is secret until it is printed, and eight bytes are few. */
static inline unsigned mv_crc_add(unsigned crc, uint8_t byte)
{
    crc ^= byte;
    for (unsigned bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (0xA001U & (0U - (crc & 1U)));
    return crc;
}

/* As STS prints it. */
static inline uint16_t mv_crc_end(unsigned crc)
{
    return (uint16_t)(crc << 8 | crc >> 8);
}

#endif
