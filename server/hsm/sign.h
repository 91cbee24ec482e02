/* audit-sign: the token's signature over what must be proven later, such as transcripts of key ceremonies. An EC key
 * pair on P-256, "audit-sign/VERSION"; the newest version signs. Its public key stays in the catalogue for good, so old
 * signatures verify when the private key is gone: it is in no backup, and a restored token gets the next version. */
#ifndef MV_HSM_SIGN_H
#define MV_HSM_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hsm/hsm.h"

enum {
    HSM_SIGN_DIGEST = 32,    /* SHA-256 */
    HSM_SIGN_PUBLIC = 91,    /* SubjectPublicKeyInfo, DER: fixed prefix, then the point */
    HSM_SIGNATURE_MOST = 72, /* Ecdsa-Sig-Value, DER */
};

/* Makes the next version; `made` is filled when it is done. Nothing is left behind when it fails. */
MV_MUST_USE mv_status hsm_sign_make(struct hsm *hsm, struct hsm_key_info *made);
/* Signs with the newest version that is active and has its private key in this token. KEY_UNKNOWN (where "audit-sign")
 * when there is none. */
MV_MUST_USE mv_status hsm_sign(struct hsm *hsm, const struct hsm_catalogue *catalogue,
                               const uint8_t digest[HSM_SIGN_DIGEST], uint8_t signature[HSM_SIGNATURE_MOST],
                               size_t *size, uint32_t *version);
/* The public key of a version: KEY_UNKNOWN; KEY_VERSION_REFUSED when it is compromised or below the minimum version. */
MV_MUST_USE mv_status hsm_sign_public(const struct hsm_catalogue *catalogue, uint32_t version,
                                      uint8_t der[HSM_SIGN_PUBLIC]);
/* The entry that hsm_sign would use; NULL when there is none. */
const struct hsm_key_entry *hsm_sign_newest(struct hsm *hsm, const struct hsm_catalogue *catalogue);

/* No token: whether the signature is that key's. False also when the key is no point of the curve. */
bool hsm_sign_check(const uint8_t der[HSM_SIGN_PUBLIC], const uint8_t digest[HSM_SIGN_DIGEST], const uint8_t *signature,
                    size_t size);
/* The point's SubjectPublicKeyInfo. */
void hsm_sign_der(const uint8_t point[HSM_POINT_BYTES], uint8_t der[HSM_SIGN_PUBLIC]);

#endif
