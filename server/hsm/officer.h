/* Officers by their certificates: one rule for who enrols them, who checks their approvals of meters' moves, and who
 * checks their approvals of acts. */
#ifndef MV_HSM_OFFICER_H
#define MV_HSM_OFFICER_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/hsm.h"

/* Whether it is an EC key on P-256 or P-384. NULL is none. */
bool hsm_officer_key_accepted(EVP_PKEY *key);

/* SHA-256 of the key's SubjectPublicKeyInfo in its one form, named curve and uncompressed point: the same key in
 * another certificate gives the same. INTERNAL_ERROR. */
MV_MUST_USE mv_status hsm_officer_key_sha256(EVP_PKEY *key, uint8_t sha256[32]);

/* A text with somebody's word for it. All borrowed. */
struct hsm_signed_text {
    const char *text;
    const uint8_t *certificate; /* DER */
    size_t certificate_size;
    const uint8_t *signature; /* ECDSA with SHA-256 over the text without its terminator, DER */
    size_t signature_size;
};

/* The enrolled officer of the certificate; NULL when there is none. The certificate itself is enrolled, not its issuer:
 * no chain is needed. */
const struct hsm_officer *hsm_officer_of(const struct hsm_catalogue *catalogue, const struct hsm_signed_text *word);
/* hsm_officer_key_sha256 of the certificate; APPROVAL_INVALID when it is none. */
MV_MUST_USE mv_status hsm_officer_word_key(const struct hsm_signed_text *word, uint8_t sha256[32]);
/* APPROVAL_INVALID unless the certificate is valid now, its key is accepted, and the signature is its over the text. */
MV_MUST_USE mv_status hsm_officer_signed(const struct hsm_signed_text *word, int64_t now_unix_s);

#endif
