/* Text that came from outside. */
#ifndef MV_BASE_UTF8_H
#define MV_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8, RFC 3629 (no overlong form, no surrogate, at most U+10FFFF) without a NUL, which C would end the
 * text at. */
bool mv_utf8_ok(const void *data, size_t size);

/* Well-formed, and shown by a terminal as what it is: no control character (C0 with tab and line feed, DEL, C1), no
 * line or paragraph separator, nothing that turns the direction of writing (U+061C, U+200E, U+200F, U+202A to U+202E,
 * U+2066 to U+2069). What people read before they sign it must be such text. */
bool mv_text_printable(const void *data, size_t size);
/* How many bytes at the beginning are. */
size_t mv_text_printable_bytes(const void *data, size_t size);

#endif
