#include "crc.h"

#include "metervault/sts.h"

uint16_t mv_sts_crc(const uint8_t *data, unsigned length)
{
    unsigned crc = MV_CRC_START;
    for (unsigned i = 0; i < length; i++)
        crc = mv_crc_add(crc, data[i]);
    return mv_crc_end(crc);
}
