#include "card_cipher.h"

#include <string.h>

#include "hex.h"
#include "house.h"

/* ---- the token ---- */

static struct hsm *token;
static struct house token_house;

struct hsm *card_token(struct facts *facts, const char *directory)
{
    if (token != NULL)
        return token;
    mv_status status = house_token(&token_house, directory, &token);
    if (status.ok)
        return token;
    facts_trouble(facts, "no token: %s", mv_reason_info((enum mv_reason)status.reason)->name);
    card_token_close();
    return NULL;
}

void card_token_close(void)
{
    hsm_close(token);
    token = NULL;
}

/* ---- the cipher ---- */

static bool give_random(void *context, uint8_t *data, uint16_t size)
{
    struct card_cipher *cipher = context;
    memcpy(data, cipher->random, size);
    cipher->random += size;
    return true;
}

static bool cbc(void *context, enum mv_card_key key, bool encrypt, const uint8_t iv[16], uint8_t *data, uint16_t size)
{
    struct card_cipher *cipher = context;
    struct hsm_handle handle = key == MV_CARD_KEY_CARD ? cipher->card : cipher->keys.enc;
    bool good = cipher->hsm != NULL ? hsm_card_cbc(cipher->hsm, handle, encrypt, iv, data, size).ok
                                    : cipher->soft_cipher.cbc(&cipher->soft, key, encrypt, iv, data, size);
    if (!good || cipher->done_count == CARD_CIPHER_LOG || size > CARD_CIPHER_DATA)
        return good;
    struct card_cipher_done *done = &cipher->done[cipher->done_count++];
    done->size = size;
    memcpy(done->data, data, size);
    return true;
}

static bool derive(void *context, const uint8_t sv1[32], const uint8_t sv2[32])
{
    struct card_cipher *cipher = context;
    memcpy(cipher->sv1, sv1, sizeof cipher->sv1);
    memcpy(cipher->sv2, sv2, sizeof cipher->sv2);
    if (cipher->hsm == NULL)
        return cipher->soft_cipher.derive(&cipher->soft, sv1, sv2);
    return hsm_card_derive(cipher->hsm, cipher->card, sv1, sv2, &cipher->keys).ok;
}

static bool mac(void *context, const struct mv_card_part *parts, uint8_t count, uint8_t out[16])
{
    struct card_cipher *cipher = context;
    bool good = cipher->hsm != NULL ? hsm_card_mac(cipher->hsm, cipher->keys.mac, parts, count, out).ok
                                    : cipher->soft_cipher.mac(&cipher->soft, parts, count, out);
    memcpy(cipher->mac, out, sizeof cipher->mac);
    return good;
}

static bool known(struct hsm *hsm, const uint8_t *value, unsigned permissions, struct hsm_handle *handle)
{
    CK_OBJECT_HANDLE object = 0;
    if (value == NULL)
        return true;
    bool good = hsm_known_key(hsm, value, permissions, &object).ok;
    handle->object = object;
    return good;
}

bool card_cipher_open(struct card_cipher *cipher, struct hsm *hsm, const uint8_t *card, const uint8_t *enc,
                      const uint8_t *mac_key, const uint8_t *random)
{
    memset(cipher, 0, sizeof *cipher);
    cipher->cipher =
        (struct mv_card_cipher){.context = cipher, .random = give_random, .cbc = cbc, .derive = derive, .mac = mac};
    cipher->hsm = hsm;
    cipher->random = random;
    if (hsm != NULL)
        return known(hsm, card, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT | HSM_MAY_DERIVE, &cipher->card) &&
               known(hsm, enc, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT, &cipher->keys.enc) &&
               known(hsm, mac_key, HSM_MAY_SIGN, &cipher->keys.mac);
    mv_card_soft_init(&cipher->soft, &cipher->soft_cipher, give_random, cipher);
    if (card != NULL)
        mv_card_soft_key(&cipher->soft, card);
    if (enc != NULL)
        mv_aes128_init(&cipher->soft.enc, enc);
    if (mac_key != NULL)
        mv_aes128_init(&cipher->soft.mac, mac_key);
    return true;
}

void card_cipher_close(struct card_cipher *cipher)
{
    if (cipher->hsm != NULL) {
        hsm_card_drop(cipher->hsm, &cipher->keys);
        hsm_destroy(cipher->hsm, cipher->card.object);
    }
    mv_card_soft_wipe(&cipher->soft);
}

/* ---- facts ---- */

bool expected_bytes(const struct vector *vector, const char *name, uint8_t *bytes, size_t size)
{
    const char *text = json_string_value(json_object_get(vector->expected, name));
    return text != NULL && strlen(text) == 2 * size && hex_decode(text, bytes, size);
}

static void effect_fact(struct facts *facts, const char *name, const uint8_t key[16], bool same)
{
    if (same)
        facts_bytes(facts, name, key, 16);
    else
        facts_text(facts, name, "another key");
}

void card_cipher_enc_fact(struct facts *facts, const struct vector *vector, struct card_cipher *cipher,
                          const char *name)
{
    static const uint8_t zeros[16] = {0};
    struct mv_aes128 aes;
    uint8_t key[16];
    uint8_t expected[16];
    uint8_t found[16] = {0};
    if (!expected_bytes(vector, name, key, sizeof key))
        return;
    mv_aes128_init(&aes, key);
    mv_aes128_encrypt(&aes, zeros, expected);
    bool done = cbc(cipher, MV_CARD_KEY_ENC, true, zeros, found, sizeof found);
    effect_fact(facts, name, key, done && memcmp(found, expected, sizeof found) == 0);
}

void card_cipher_mac_fact(struct facts *facts, const struct vector *vector, struct card_cipher *cipher,
                          const char *name)
{
    static const uint8_t message[] = "effect";
    const struct mv_card_part part = {message, sizeof message};
    struct mv_aes128 aes;
    uint8_t key[16];
    uint8_t expected[16];
    uint8_t found[16] = {0};
    if (!expected_bytes(vector, name, key, sizeof key))
        return;
    mv_aes128_init(&aes, key);
    mv_aes128_cmac(&aes, message, sizeof message, expected);
    bool done = mac(cipher, &part, 1, found);
    effect_fact(facts, name, key, done && memcmp(found, expected, sizeof found) == 0);
}

void facts_same(struct facts *facts, const struct facts *others, const char *whose)
{
    bool same = facts->count == others->count && others->trouble_count == 0;
    for (size_t i = 0; same && i < facts->count; i++)
        same = strcmp(facts->items[i].value, others->items[i].value) == 0;
    if (!same)
        facts_trouble(facts, "%s has other values", whose);
}
