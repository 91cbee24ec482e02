/* Hex digits that people and other programs give. */
#ifndef MV_BASE_HEX_H
#define MV_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 1 to `most` bytes as hex digits of either case, nothing between them; `size` says how many. False for all else. Not
 * for key material: its time depends on the digits. */
bool mv_hex_read(const char *text, uint8_t *bytes, size_t most, size_t *size);

#endif
