/* Lines of the texts that officers sign: a name, a space, a value, a line feed; and the lower-case hex digits of fixed
 * length that stand in what is signed or chained. */
#ifndef MV_BASE_LINES_H
#define MV_BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the line `name VALUE` off *text into `value`, of `size` bytes with its terminator. False, and nothing is taken,
 * when the next line is another or does not fit. */
bool mv_line_take(const char **text, const char *name, char *value, size_t size);

/* Lower-case hex; `hex` has 2 * size + 1 bytes. */
void mv_line_hex(const uint8_t *data, size_t size, char *hex);
/* Exactly 2 * size lower-case digits. */
bool mv_line_unhex(const char *hex, uint8_t *data, size_t size);

#endif
