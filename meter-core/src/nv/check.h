/* What tells a flash's rot: two CRCs that are also able to say which one bit it was. */
#ifndef MV_CORE_NV_CHECK_H
#define MV_CORE_NV_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 of IEEE 802.3, bytes low bit first. Of a message with its CRC (complemented, low byte first) behind it the
 * register holds MV_NV_CRC32_GOOD. Any three wrong bits are noticed in up to 11 KiB, so that one can be mended with two
 * still being noticed. Source: P. Koopman, 32-Bit Cyclic Redundancy Codes for Internet Applications (2002). */
#define MV_NV_CRC32_START UINT32_MAX
#define MV_NV_CRC32_GOOD  UINT32_C(0xDEBB20E3)
uint32_t mv_nv_crc32_add(uint32_t crc, const uint8_t *data, size_t size);

enum { MV_NV_NO_BIT = -1 };

/* The bit (of byte n / 8, bit n % 8) whose rot makes a register differ by `difference` after a message of so many bits,
 * or MV_NV_NO_BIT. `polynomial` as the register is shifted: MV_NV_CRC32_POLYNOMIAL, MV_NV_CRC16_POLYNOMIAL. */
#define MV_NV_CRC32_POLYNOMIAL UINT32_C(0xEDB88320)
#define MV_NV_CRC16_POLYNOMIAL UINT32_C(0xA001)
int32_t mv_nv_rotten_bit(uint32_t difference, uint32_t polynomial, uint32_t bits);

#endif
