/* AN10922: AES-128 as the product does it, by meter-core and in the token; the other keys by OpenSSL. */
#include <string.h>

#include "block.h"
#include "card_cipher.h"
#include "hsm/an10922.h"
#include "kinds.h"
#include "metervault/an10922.h"

enum { M_MOST = 31, KEY_MOST = 32, AES = 16 };

struct diversification {
    struct block_cipher master;
    uint8_t m[M_MOST];
    size_t size;
};

static bool read_input(struct facts *facts, const struct vector *vector, struct diversification *d)
{
    facts->all = true;
    if (block_cipher_read(vector, "master_key", &d->master) && vector_bytes(vector, "m", d->m, M_MOST, &d->size) &&
        d->size < 2 * d->master.block)
        return true;
    facts_trouble(facts, "alg, master_key or m are missing or not of their form");
    return false;
}

static void part(const struct diversification *d, uint8_t constant, uint8_t *mac)
{
    uint8_t input[1 + M_MOST] = {constant};
    memcpy(input + 1, d->m, d->size);
    block_cmac(&d->master, input, 1 + d->size, 2, mac);
}

/* Returns the size of the key; the constants and the overlap of AES-192 are the note's. */
static size_t derive(const struct diversification *d, uint8_t key[KEY_MOST])
{
    uint8_t second[AES];
    if (strcmp(d->master.name, "AES-128-ECB") == 0) {
        part(d, 0x01, key);
        return 16;
    }
    if (strcmp(d->master.name, "AES-192-ECB") == 0) {
        part(d, 0x11, key);
        part(d, 0x12, second);
        for (size_t i = 0; i < 8; i++)
            key[8 + i] ^= second[i];
        memcpy(key + 16, second + 8, 8);
        return 24;
    }
    if (strcmp(d->master.name, "AES-256-ECB") == 0) {
        part(d, 0x41, key);
        part(d, 0x42, key + AES);
        return 32;
    }
    size_t parts = strcmp(d->master.name, "DES-EDE-ECB") == 0 ? 2 : 3;
    for (size_t i = 0; i < parts; i++)
        part(d, (uint8_t)(0x10 * parts + 1 + i), key + 8 * i);
    return 8 * parts;
}

/* The child cannot be read: what it makes of a message is compared. */
static bool token_agrees(struct hsm *hsm, const struct diversification *d, const uint8_t key[AES])
{
    static const uint8_t message[] = "AN10922";
    struct mv_aes128 aes;
    uint8_t expected[AES];
    uint8_t found[AES] = {0};
    CK_OBJECT_HANDLE master = 0;
    CK_OBJECT_HANDLE child = 0;
    mv_aes128_init(&aes, key);
    mv_aes128_cmac(&aes, message, sizeof message, expected);
    mv_status status = hsm_known_key(hsm, d->master.key, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, &master);
    if (status.ok)
        status = hsm_an10922_child(hsm, master, d->m, d->size, HSM_MAY_SIGN, &child);
    if (status.ok)
        status = hsm_cmac(hsm, child, message, sizeof message, found);
    hsm_destroy(hsm, child);
    hsm_destroy(hsm, master);
    return status.ok && memcmp(found, expected, sizeof found) == 0;
}

static void check_product(struct facts *facts, const struct diversification *d, const uint8_t key[AES],
                          const char *directory)
{
    uint8_t child[AES];
    struct hsm *hsm = card_token(facts, directory);
    if (mv_an10922_aes128(d->master.key, d->m, (uint32_t)d->size, child) != MV_DONE || memcmp(child, key, AES) != 0)
        facts_trouble(facts, "meter-core derives another key");
    if (hsm == NULL || !token_agrees(hsm, d, key))
        facts_trouble(facts, "the token derives another key");
}

void kind_an10922(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct diversification d;
    uint8_t key[KEY_MOST];
    if (!read_input(facts, vector, &d))
        return;
    facts_bytes(facts, "key", key, derive(&d, key));
    if (strcmp(d.master.name, "AES-128-ECB") == 0)
        check_product(facts, &d, key, directory);
}

/* What a CMAC without the second block yields must not be what the product derives. */
void kind_an10922_negative(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct diversification d;
    uint8_t input[1 + M_MOST] = {0x01};
    uint8_t wrong[AES];
    uint8_t child[AES];
    if (!read_input(facts, vector, &d))
        return;
    memcpy(input + 1, d.m, d.size);
    block_cmac(&d.master, input, 1 + d.size, 1, wrong);
    facts_bytes(facts, "wrong_key", wrong, d.master.block);
    if (mv_an10922_aes128(d.master.key, d.m, (uint32_t)d.size, child) != MV_DONE || memcmp(child, wrong, AES) == 0)
        facts_trouble(facts, "meter-core derives the wrong key");
    struct hsm *hsm = card_token(facts, directory);
    if (hsm == NULL || token_agrees(hsm, &d, wrong) || !token_agrees(hsm, &d, child))
        facts_trouble(facts, "the token derives the wrong key");
}
