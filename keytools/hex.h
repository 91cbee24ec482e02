/* Hex digits. Runs in the same time whatever the digits are, because they can be key material. */
#ifndef KEYTOOLS_HEX_H
#define KEYTOOLS_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exactly `size` bytes, either case; blanks between digits are skipped. False otherwise, and `bytes` is then undefined.
 */
bool hex_decode(const char *text, uint8_t *bytes, size_t size);
/* Upper case, terminated: `text` has 2 * size + 1 bytes. */
void hex_encode(const uint8_t *bytes, size_t size, char *text);

#endif
