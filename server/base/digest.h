/* SHA-256 of what is all there. OpenSSL's algorithm is looked up once: the look-up costs as much as a short digest. */
#ifndef MV_BASE_DIGEST_H
#define MV_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { MV_SHA256 = 32 };

/* INTERNAL_ERROR when OpenSSL has no SHA-256. */
MV_MUST_USE mv_status mv_sha256(const void *data, size_t size, uint8_t digest[MV_SHA256]);

#endif
