/* Officers whose certificates the key process knows. */
#ifndef MODEL_OFFICERS_H
#define MODEL_OFFICERS_H

#include <openssl/types.h>

#include "hsm/catalogue.h"

enum { OFFICER_CERTIFICATE = 2048, OFFICER_SIGNATURE = 160 };

struct officer {
    char name[HSM_OFFICER_SIZE];
    EVP_PKEY *key;
    uint8_t certificate[OFFICER_CERTIFICATE]; /* DER */
    size_t certificate_size;
};

/* What the token is to know of it is `enrolled`. */
void officer_make(const char *name, struct hsm_officer *enrolled);
const struct officer *officer_find(const char *name);
size_t officer_sign(const struct officer *officer, const char *text, uint8_t signature[OFFICER_SIGNATURE]);
void officers_forget(void);

#endif
