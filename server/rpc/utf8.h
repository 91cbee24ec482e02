/* Text of a request. */
#ifndef MV_RPC_UTF8_H
#define MV_RPC_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Well-formed UTF-8 (no overlong form, no surrogate, at most U+10FFFF) without a NUL, which C would end the text at. */
bool rpc_utf8_valid(const uint8_t *text, size_t size);

#endif
