/* An officer's approval of an act as a file: the act's text as it was proposed, the officer's certificate in PEM, and
 * the signature as a PEM block of its own kind. No secrets. */
#ifndef KEYTOOLS_APPROVAL_FILE_H
#define KEYTOOLS_APPROVAL_FILE_H

#include "base/act.h"
#include "hsm/officer.h"

enum { APPROVAL_CERTIFICATE = 4096, APPROVAL_SIGNATURE = 256 };

struct approval {
    char text[MV_ACT_TEXT];
    uint8_t certificate[APPROVAL_CERTIFICATE]; /* DER */
    size_t certificate_size;
    uint8_t signature[APPROVAL_SIGNATURE]; /* DER */
    size_t signature_size;
};

/* The text of a proposal. FILE_FAILED, or APPROVAL_INVALID when it is longer than any. */
MV_MUST_USE mv_status approval_read_text(const char *path, char text[MV_ACT_TEXT]);
/* FILE_FAILED; APPROVAL_INVALID when it is not of this form. Nothing in it is proven yet. */
MV_MUST_USE mv_status approval_read(const char *path, struct approval *approval);
/* A new file of mode 0600. */
MV_MUST_USE mv_status approval_write(const char *path, const struct approval *approval);

/* As server/hsm/officer.h takes it; borrowed. */
struct hsm_signed_text approval_signed(const struct approval *approval);

#endif
