/* Text that came from outside. */
#ifndef MV_BASE_UTF8_H
#define MV_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8, RFC 3629 (no overlong form, no surrogate, at most U+10FFFF) without a NUL, which C would end the
 * text at. */
bool mv_utf8_ok(const void *data, size_t size);

#endif
