/* An officer with a key and a certificate that signs itself, for approvals of changes between supply groups. */
#ifndef CONFORMANCE_APPROVER_H
#define CONFORMANCE_APPROVER_H

#include <openssl/evp.h>

#include "base/approval.h"
#include "hsmd/client.h"

enum { APPROVER_CERTIFICATE = 1024, APPROVER_SIGNATURE = 128 };

struct approver {
    EVP_PKEY *key;
    uint8_t certificate[APPROVER_CERTIFICATE]; /* DER */
    size_t certificate_size;
};
struct approver_word {
    char text[MV_APPROVAL_TEXT];
    uint8_t signature[APPROVER_SIGNATURE];
    struct hsmd_approval approval; /* points into this and into the approver */
};

/* The certificate holds for a day before and after `now_unix_s`. */
MV_MUST_USE mv_status approver_open(struct approver *approver, int64_t now_unix_s);
void approver_close(struct approver *approver);
/* For the catalogue. */
void approver_enrol(const struct approver *approver, struct hsm_officer *officer);
/* This meter may leave one group for the other, for an hour. */
MV_MUST_USE mv_status approver_sign(const struct approver *approver, const char *pan, const char *from_sgc,
                                    const char *to_sgc, int64_t now_unix_s, struct approver_word *word);

#endif
