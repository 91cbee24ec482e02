#include "hsm/officer.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <string.h>

bool hsm_officer_key_accepted(EVP_PKEY *key)
{
    char curve[32] = "";
    size_t length = 0;
    if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) != 1)
        return false;
    return strcmp(curve, SN_X9_62_prime256v1) == 0 || strcmp(curve, SN_secp384r1) == 0;
}
