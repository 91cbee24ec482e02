/* The older AES authentication and its ChangeKey, with keys other than zeros: here only, no product uses them. They
 * prove rotation, CBC and checksum, which the published values of the newer one, all with zero keys, hardly do. */
#include <string.h>

#include "card_cipher.h"
#include "kinds.h"

enum { BLOCK = 16, CHANGE_KEY = 0xC4, DATA = 2 * BLOCK };

static bool exactly(const struct vector *vector, const char *name, uint8_t *bytes, size_t size)
{
    size_t got = 0;
    return vector_bytes(vector, name, bytes, size, &got) && got == size;
}

static bool is_aes(const struct vector *vector)
{
    char alg[VECTOR_TEXT];
    return vector_text(vector, "alg", alg) && strcmp(alg, "AES") == 0;
}

static void rotate(const uint8_t in[BLOCK], uint8_t out[BLOCK])
{
    memcpy(out, in + 1, BLOCK - 1);
    out[BLOCK - 1] = in[0];
}

/* The chaining value runs through all three messages. */
void kind_ev1_auth(struct facts *facts, const struct vector *vector)
{
    static const uint8_t zeros[BLOCK] = {0};
    struct card_cipher c;
    uint8_t key[BLOCK];
    uint8_t rnd_a[BLOCK];
    uint8_t challenge[BLOCK];
    uint8_t rnd_b[BLOCK];
    uint8_t both[DATA];
    uint8_t answer[BLOCK];
    uint8_t session[BLOCK];
    facts->all = true;
    if (!is_aes(vector) || !exactly(vector, "key", key, BLOCK) || !exactly(vector, "rnd_a", rnd_a, BLOCK) ||
        !exactly(vector, "ek_rnd_b", challenge, BLOCK)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    (void)card_cipher_open(&c, NULL, key, NULL, NULL, NULL);
    memcpy(rnd_b, challenge, BLOCK);
    (void)c.cipher.cbc(&c, MV_CARD_KEY_CARD, false, zeros, rnd_b, BLOCK);
    memcpy(both, rnd_a, BLOCK);
    rotate(rnd_b, both + BLOCK);
    (void)c.cipher.cbc(&c, MV_CARD_KEY_CARD, true, challenge, both, DATA);
    rotate(rnd_a, answer);
    (void)c.cipher.cbc(&c, MV_CARD_KEY_CARD, true, both + BLOCK, answer, BLOCK);
    for (size_t i = 0; i < 4; i++) {
        session[i] = rnd_a[i];
        session[4 + i] = rnd_b[i];
        session[8 + i] = rnd_a[12 + i];
        session[12 + i] = rnd_b[12 + i];
    }
    facts_bytes(facts, "rnd_b", rnd_b, BLOCK);
    facts_bytes(facts, "cmd_af_data", both, DATA);
    facts_bytes(facts, "resp_ek_rnd_a_rot", answer, BLOCK);
    facts_bytes(facts, "session_key", session, BLOCK);
    card_cipher_close(&c);
}

/* Of the authenticated key: new | version | CRC32 over the whole command. */
void kind_ev1_change_key(struct facts *facts, const struct vector *vector)
{
    struct card_cipher c;
    uint8_t session[BLOCK];
    uint8_t iv[BLOCK];
    uint8_t command[2 + DATA] = {CHANGE_KEY};
    uint64_t number = 0;
    uint64_t version = 0;
    facts->all = true;
    if (!is_aes(vector) || vector_has(vector, "old_key") || !exactly(vector, "session_key", session, BLOCK) ||
        !exactly(vector, "session_iv", iv, BLOCK) || !exactly(vector, "new_key", command + 2, BLOCK) ||
        !vector_number(vector, "key_no", 13, &number) || !vector_number(vector, "new_key_version", 255, &version)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    uint8_t *plain = command + 2;
    command[1] = (uint8_t)number;
    plain[BLOCK] = (uint8_t)version;
    uint32_t crc = mv_card_crc32(command, 2 + BLOCK + 1);
    for (size_t i = 0; i < 4; i++)
        plain[BLOCK + 1 + i] = (uint8_t)(crc >> (8 * i));
    facts_bytes(facts, "plaintext", plain, DATA);
    (void)card_cipher_open(&c, NULL, session, NULL, NULL, NULL);
    (void)c.cipher.cbc(&c, MV_CARD_KEY_CARD, true, iv, plain, DATA);
    facts_bytes(facts, "cryptogram", plain, DATA);
    card_cipher_close(&c);
}
