#include "pboc_module.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "card_slot.h"
#include "hex.h"

enum { KEY = 16, HALF = 8, LINE = 80 };

/* OpenSSL has single DES among its legacy ciphers only: the same half three times is the same function. */
static bool encrypt(void *context, enum mv_pboc_key which, uint8_t block[MV_PBOC_BLOCK])
{
    const uint8_t *key = context;
    uint8_t three[3 * HALF];
    int size = 0;
    memcpy(three, key, HALF);
    memcpy(three + HALF, which == MV_PBOC_LEFT ? key : key + HALF, HALF);
    memcpy(three + 2 * (size_t)HALF, key, HALF);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    bool good = cipher != NULL && EVP_EncryptInit_ex(cipher, EVP_des_ede3_ecb(), NULL, three, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(cipher, 0) == 1 &&
                EVP_EncryptUpdate(cipher, block, &size, block, MV_PBOC_BLOCK) == 1;
    EVP_CIPHER_CTX_free(cipher);
    OPENSSL_cleanse(three, sizeof three);
    return good;
}

bool pboc_encrypt(void *context, enum mv_pboc_use use, const uint8_t serial[MV_PBOC_SERIAL], enum mv_pboc_key which,
                  uint8_t block[MV_PBOC_BLOCK])
{
    uint8_t key[KEY];
    const struct mv_pboc_cipher master = {.context = (uint8_t *)context + (size_t)KEY * use, .encrypt = encrypt};
    bool good = mv_pboc_diversify(&master, serial, key) && encrypt(key, which, block);
    OPENSSL_cleanse(key, sizeof key);
    return good;
}

bool card_slot_masters(struct card_slot *slot, const char *path)
{
    char line[LINE];
    FILE *in = fopen(path, "re");
    bool good = in != NULL;
    for (size_t i = 0; good && i < CARD_SLOT_MASTERS; i++) {
        good = fgets(line, sizeof line, in) != NULL;
        if (good)
            line[strcspn(line, "\n")] = '\0';
        good = good && hex_parse(line, strlen(line), slot->masters[i], KEY);
    }
    OPENSSL_cleanse(line, sizeof line);
    if (in != NULL)
        (void)fclose(in);
    slot->takes_profile_2 = good;
    return good;
}
