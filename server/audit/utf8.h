#ifndef MV_AUDIT_UTF8_H
#define MV_AUDIT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF), terminated within `size`
 * bytes. */
bool audit_utf8_ok(const char *text, size_t size);

#endif
