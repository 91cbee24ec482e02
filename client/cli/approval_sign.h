/* An officer's signature, made with the own client key, which never leaves this process. */
#ifndef METERVAULT_CLI_APPROVAL_SIGN_H
#define METERVAULT_CLI_APPROVAL_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metervault.h"

enum { APPROVAL_CERTIFICATE = 2048, APPROVAL_SIGNATURE = 160 };

struct approval_signature {
    uint8_t certificate[APPROVAL_CERTIFICATE]; /* DER */
    size_t certificate_size;
    uint8_t signature[APPROVAL_SIGNATURE]; /* ECDSA with SHA-256, DER */
    size_t signature_size;
};

/* False with *error set: a file cannot be read, is no PEM, or is not an EC key and its certificate. */
bool approval_sign(const char *certificate_file, const char *key_file, const char *text,
                   struct approval_signature *signature, struct mv_client_error *error);

#endif
