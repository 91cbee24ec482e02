/* Keys with which officers sign: one rule for who enrols them and who checks their approvals. */
#ifndef MV_HSM_OFFICER_H
#define MV_HSM_OFFICER_H

#include <openssl/types.h>
#include <stdbool.h>

/* Whether it is an EC key on P-256 or P-384. NULL is none. */
bool hsm_officer_key_accepted(EVP_PKEY *key);

#endif
