/* CMAC, its subkeys, and key check values. */
#include <string.h>

#include "block.h"
#include "card_cipher.h"
#include "hsm/an10922.h"
#include "kinds.h"

enum { AES = 16, MESSAGE = 64, KCV = 3 };

static bool is_aes128(const struct block_cipher *cipher)
{
    return strcmp(cipher->name, "AES-128-ECB") == 0;
}

/* The token's half of a subkey: L by encryption, doubling as AN10922 in the token uses it. */
static bool token_subkeys(struct hsm *hsm, const uint8_t key[AES], uint8_t k1[AES], uint8_t k2[AES])
{
    CK_OBJECT_HANDLE object = 0;
    memset(k1, 0, AES);
    mv_status status = hsm_known_key(hsm, key, HSM_MAY_ENCRYPT, &object);
    if (status.ok)
        status = hsm_aes_encrypt_block(hsm, object, k1, k1);
    hsm_destroy(hsm, object);
    hsm_cmac_double(k1);
    memcpy(k2, k1, AES);
    hsm_cmac_double(k2);
    return status.ok;
}

void kind_cmac_subkeys(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct block_cipher cipher;
    uint8_t k1[BLOCK_MOST];
    uint8_t k2[BLOCK_MOST];
    facts->all = true;
    if (!block_cipher_read(vector, "key", &cipher)) {
        facts_trouble(facts, "alg or key are missing or not of their form");
        return;
    }
    block_subkeys(&cipher, k1, k2);
    if (is_aes128(&cipher)) {
        struct hsm *hsm = card_token(facts, directory);
        if (hsm == NULL || !token_subkeys(hsm, cipher.key, k1, k2))
            facts_trouble(facts, "the token does not encrypt");
    }
    facts_bytes(facts, "k1", k1, cipher.block);
    facts_bytes(facts, "k2", k2, cipher.block);
}

static bool token_cmac(struct hsm *hsm, const uint8_t key[AES], const uint8_t *data, size_t size, uint8_t mac[AES])
{
    CK_OBJECT_HANDLE object = 0;
    mv_status status = hsm_known_key(hsm, key, HSM_MAY_SIGN, &object);
    if (status.ok)
        status = hsm_cmac(hsm, object, data, size, mac);
    hsm_destroy(hsm, object);
    return status.ok;
}

/* By the token; by meter-core in one piece, and in three as cards do. */
void kind_aes_cmac(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct card_cipher cipher;
    struct mv_aes128 aes;
    uint8_t key[AES];
    uint8_t message[MESSAGE] = {0};
    uint8_t mac[AES] = {0};
    uint8_t other[AES];
    size_t key_size = 0;
    size_t size = 0;
    facts->all = true;
    if (!vector_bytes(vector, "key", key, AES, &key_size) || key_size != AES ||
        !vector_bytes(vector, "m", message, MESSAGE, &size)) {
        facts_trouble(facts, "key or m are missing or not of their form");
        return;
    }
    struct hsm *hsm = card_token(facts, directory);
    if (hsm == NULL || !token_cmac(hsm, key, message, size, mac))
        facts_trouble(facts, "the token does not sign");
    facts_bytes(facts, "cmac", mac, AES);
    mv_aes128_init(&aes, key);
    mv_aes128_cmac(&aes, message, (uint32_t)size, other);
    if (memcmp(mac, other, AES) != 0)
        facts_trouble(facts, "meter-core's MAC is another");
    const uint16_t third = (uint16_t)(size / 3);
    const struct mv_card_part parts[] = {{message, third},
                                         {message + third, third},
                                         {message + (size_t)2 * third, (uint16_t)(size - (size_t)2 * third)}};
    (void)card_cipher_open(&cipher, NULL, NULL, NULL, key, NULL);
    if (!cipher.cipher.mac(&cipher, parts, 3, other) || memcmp(mac, other, AES) != 0)
        facts_trouble(facts, "the MAC over parts is another");
    card_cipher_close(&cipher);
}

/* What is encrypted or MACed: a block of zeros, or one of 01 as GlobalPlatform has it for AES. */
void kind_kcv(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct block_cipher cipher;
    char method[VECTOR_TEXT];
    uint8_t block[BLOCK_MOST] = {0};
    facts->all = true;
    if (!block_cipher_read(vector, "key", &cipher) || !vector_text(vector, "method", method)) {
        facts_trouble(facts, "alg, key or method are missing or not of their form");
        return;
    }
    if (strcmp(method, "cmac0_aes") == 0 && is_aes128(&cipher)) {
        static const uint8_t zeros[AES] = {0};
        struct hsm *hsm = card_token(facts, directory);
        if (hsm == NULL || !token_cmac(hsm, cipher.key, zeros, sizeof zeros, block))
            facts_trouble(facts, "the token does not sign");
    } else if (strcmp(method, "ecb0_des") == 0 || strcmp(method, "ecb1_aes") == 0) {
        memset(block, method[3] - '0', cipher.block);
        block_encrypt(&cipher, block);
    } else {
        facts_trouble(facts, "unknown method %s", method);
    }
    facts_bytes(facts, "kcv", block, KCV);
}
