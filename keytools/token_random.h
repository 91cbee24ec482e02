/* The token's generator as a source of random bytes for shares and key blocks. */
#ifndef KEYTOOLS_TOKEN_RANDOM_H
#define KEYTOOLS_TOKEN_RANDOM_H

#include <stddef.h>

#include "base/status.h"

/* For struct codex32_random and struct tr31_random; `context` is a struct hsm. */
MV_MUST_USE mv_status token_random(void *context, void *bytes, size_t size);

#endif
