/* What makes two requests with one id the same request. */
#ifndef MV_VENDING_DIGEST_H
#define MV_VENDING_DIGEST_H

#include "vending/vending.h"

enum { VEND_DIGEST = 32 };

/* SHA-256 over the validated fields in one canonical form (not over the bytes that came over the wire). */
MV_MUST_USE mv_status vend_digest_order(const struct vend_order *order, uint8_t digest[VEND_DIGEST]);

#endif
