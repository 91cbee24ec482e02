/* Hex digits. */
#ifndef MV_SIM_HEX_H
#define MV_SIM_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exactly `size` bytes from 2 * `size` digits of either case. */
bool hex_parse(const char *text, size_t length, uint8_t *bytes, size_t size);
/* 0..15, or -1. */
int hex_digit(char digit);

#endif
