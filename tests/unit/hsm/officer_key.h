/* An officer of a test: a key, a certificate that signs itself, and signatures. */
#ifndef MV_TESTS_OFFICER_KEY_H
#define MV_TESTS_OFFICER_KEY_H

#include <openssl/evp.h>

#include "../../support/token.h"
#include "base/approval.h"
#include "hsmd/client.h"

struct officer_key {
    EVP_PKEY *key;
    uint8_t certificate[4096]; /* DER */
    size_t certificate_size;
};

/* `algorithm`: a curve's name, or "RSA". Valid from `from_s` to `to_s` seconds from now. Ends the program when it
 * cannot. */
void officer_key_new(struct officer_key *officer, const char *algorithm, long from_s, long to_s);
void officer_key_free(struct officer_key *officer);
void officer_key_enrol(struct hsm *hsm, const struct officer_key *officer, const char *name);

/* A signed approval with its storage. */
struct signed_approval {
    char text[MV_APPROVAL_TEXT];
    uint8_t signature[512];
    struct hsmd_approval approval; /* borrows from here and from the officer */
};
/* `pan` empty: every meter. */
void officer_sign(const struct officer_key *officer, const char *pan, const char *from_sgc, const char *to_sgc,
                  int64_t expires_unix_s, struct signed_approval *made);
/* Signs made->text again. */
void officer_sign_text(const struct officer_key *officer, struct signed_approval *made);

#endif
