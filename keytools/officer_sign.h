/* An officer's signature over the text of an act, made with a key in a file. */
#ifndef KEYTOOLS_OFFICER_SIGN_H
#define KEYTOOLS_OFFICER_SIGN_H

#include "approval_file.h"

/* Signs approval->text with the PEM key of a file of mode 0600; its passphrase, if it has one, is typed. FILE_FAILED,
 * INVALID_FIELD. */
MV_MUST_USE mv_status officer_sign(const char *key_path, struct approval *approval);
/* A signature made elsewhere: ECDSA over SHA-256 of the text, DER, as `openssl dgst -sha256 -sign` writes it. */
MV_MUST_USE mv_status officer_take_signature(const char *path, struct approval *approval);

#endif
