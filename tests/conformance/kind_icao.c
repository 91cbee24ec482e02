/* ISO 7816-4 MUTUAL AUTHENTICATE and secure messaging by the only example that is published to the byte, ICAO 9303-11
 * appendix D. Here only: no product uses them. Its MAC is that of profile 2. */
#include <openssl/evp.h>
#include <string.h>

#include "block.h"
#include "hex.h"
#include "kinds.h"

enum { KEY = 16, BLOCK = 8, CRYPTOGRAM = 32, APDU_MOST = 128 };

static bool exactly(const struct vector *vector, const char *name, uint8_t *bytes, size_t size)
{
    size_t got = 0;
    return vector_bytes(vector, name, bytes, size, &got) && got == size;
}

/* SHA-1(seed | 0000000n), 16 bytes with odd parity; n is 1 for encryption, 2 for MACs. */
static void derive(const uint8_t seed[KEY], uint8_t n, uint8_t key[KEY])
{
    uint8_t input[KEY + 4] = {0};
    uint8_t digest[EVP_MAX_MD_SIZE];
    memcpy(input, seed, KEY);
    input[KEY + 3] = n;
    if (EVP_Digest(input, sizeof input, digest, NULL, EVP_sha1(), NULL) != 1)
        memset(digest, 0, sizeof digest);
    for (size_t i = 0; i < KEY; i++)
        key[i] = (uint8_t)((digest[i] & 0xFEU) | (unsigned)(__builtin_parity(digest[i] & 0xFEU) == 0));
}

static void mac_of(const uint8_t key[KEY], const uint8_t *front, size_t front_size, const uint8_t *data, size_t size,
                   uint8_t mac[BLOCK])
{
    static const uint8_t iv[BLOCK] = {0};
    const struct mv_pboc_cipher cipher = block_pboc(key);
    const struct mv_card_part parts[] = {{front, (uint16_t)front_size}, {data, (uint16_t)size}};
    if (!mv_pboc_mac(&cipher, iv, parts, 2, mac))
        memset(mac, 0, BLOCK);
}

void kind_icao_kdf(struct facts *facts, const struct vector *vector)
{
    uint8_t seed[KEY];
    uint8_t key[KEY];
    facts->all = true;
    if (!exactly(vector, "kseed", seed, KEY)) {
        facts_trouble(facts, "kseed is missing or not of its form");
        return;
    }
    derive(seed, 1, key);
    facts_bytes(facts, "k_enc", key, KEY);
    derive(seed, 2, key);
    facts_bytes(facts, "k_mac", key, KEY);
}

/* ---- mutual authentication ---- */

/* E(first | second | key) | MAC */
static void token_of(const uint8_t enc[KEY], const uint8_t mac[KEY], const uint8_t first[BLOCK],
                     const uint8_t second[BLOCK], const uint8_t key[KEY], uint8_t token[CRYPTOGRAM + BLOCK])
{
    memcpy(token, first, BLOCK);
    memcpy(token + BLOCK, second, BLOCK);
    memcpy(token + (size_t)2 * BLOCK, key, KEY);
    block_cbc(enc, true, token, CRYPTOGRAM);
    mac_of(mac, token, CRYPTOGRAM, token, 0, token + CRYPTOGRAM);
}

void kind_icao_auth(struct facts *facts, const struct vector *vector)
{
    static const uint8_t challenge[] = {0x00, 0x84, 0x00, 0x00, 0x08};
    uint8_t enc[KEY];
    uint8_t mac[KEY];
    uint8_t icc[BLOCK];
    uint8_t ifd[BLOCK];
    uint8_t k_ifd[KEY];
    uint8_t k_icc[KEY];
    uint8_t capdu[5 + CRYPTOGRAM + BLOCK + 1] = {0x00, 0x82, 0x00, 0x00, 0x28, [sizeof capdu - 1] = 0x28};
    uint8_t rapdu[CRYPTOGRAM + BLOCK + 2] = {[CRYPTOGRAM + BLOCK] = 0x90};
    uint8_t ssc[BLOCK];
    uint8_t key[KEY];
    facts->all = true;
    if (!exactly(vector, "k_enc", enc, KEY) || !exactly(vector, "k_mac", mac, KEY) ||
        !exactly(vector, "rnd_icc", icc, BLOCK) || !exactly(vector, "rnd_ifd", ifd, BLOCK) ||
        !exactly(vector, "k_ifd", k_ifd, KEY) || !exactly(vector, "k_icc", k_icc, KEY)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    facts_bytes(facts, "get_challenge", challenge, sizeof challenge);
    token_of(enc, mac, ifd, icc, k_ifd, capdu + 5);
    facts_bytes(facts, "capdu", capdu, sizeof capdu);
    token_of(enc, mac, icc, ifd, k_icc, rapdu);
    facts_bytes(facts, "rapdu", rapdu, sizeof rapdu);
    for (size_t i = 0; i < KEY; i++)
        k_ifd[i] ^= k_icc[i];
    derive(k_ifd, 1, key);
    facts_bytes(facts, "ks_enc", key, KEY);
    derive(k_ifd, 2, key);
    facts_bytes(facts, "ks_mac", key, KEY);
    memcpy(ssc, icc + 4, 4);
    memcpy(ssc + 4, ifd + 4, 4);
    facts_bytes(facts, "ssc", ssc, sizeof ssc);
}

/* ---- secure messaging ---- */

struct channel {
    uint8_t enc[KEY], mac[KEY], ssc[BLOCK];
};

static void count(struct channel *channel)
{
    for (size_t i = BLOCK; i-- > 0 && ++channel->ssc[i] == 0;)
        ;
}

/* DO87: 87 | length | 01 | encrypted data; returns its size. */
static size_t put_data(const struct channel *channel, const uint8_t *data, size_t size, uint8_t *at)
{
    size_t padded = (size / BLOCK + 1) * BLOCK;
    if (size == 0)
        return 0;
    memset(at, 0, 3 + padded);
    at[0] = 0x87;
    at[1] = (uint8_t)(padded + 1);
    at[2] = 0x01;
    memcpy(at + 3, data, size);
    at[3 + size] = 0x80;
    block_cbc(channel->enc, true, at + 3, padded);
    return 3 + padded;
}

/* Class with its flag | header | Lc | DO87 | DO97 | DO8E | 00; returns its size. */
static size_t protect(struct channel *channel, const uint8_t header[4], const uint8_t *data, size_t size, int le,
                      uint8_t apdu[APDU_MOST])
{
    uint8_t front[3 * BLOCK] = {[BLOCK + 4] = 0x80};
    size_t used = 5;
    count(channel);
    memcpy(apdu, header, 4);
    apdu[0] |= 0x0C;
    memcpy(front, channel->ssc, BLOCK);
    memcpy(front + BLOCK, apdu, 4);
    used += put_data(channel, data, size, apdu + used);
    if (le >= 0) {
        const uint8_t expected[] = {0x97, 0x01, (uint8_t)le};
        memcpy(apdu + used, expected, sizeof expected);
        used += sizeof expected;
    }
    apdu[used] = 0x8E;
    apdu[used + 1] = BLOCK;
    mac_of(channel->mac, front, (size_t)2 * BLOCK, apdu + 5, used - 5, apdu + used + 2);
    used += 2 + BLOCK;
    apdu[4] = (uint8_t)(used - 5);
    apdu[used] = 0;
    return used + 1;
}

/* [DO87] | DO99 | DO8E | status: the MAC is over the counter and all before it. */
static bool answer_is_genuine(struct channel *channel, const uint8_t *rapdu, size_t size)
{
    uint8_t mac[BLOCK];
    count(channel);
    if (size < 4 + 2 + BLOCK + 2)
        return false;
    size_t body = size - 2 - BLOCK - 2;
    mac_of(channel->mac, channel->ssc, BLOCK, rapdu, body, mac);
    return rapdu[body] == 0x8E && memcmp(rapdu + body + 2, mac, BLOCK) == 0;
}

static bool text_bytes(const json_t *object, const char *name, uint8_t *bytes, size_t most, size_t *size)
{
    const char *text = json_string_value(json_object_get(object, name));
    *size = text != NULL ? strlen(text) / 2 : 0;
    return text != NULL && *size <= most && hex_decode(text, bytes, *size);
}

static bool step_agrees(struct channel *channel, const json_t *step)
{
    uint8_t header[4];
    uint8_t data[APDU_MOST / 2];
    uint8_t wanted[APDU_MOST];
    uint8_t made[APDU_MOST];
    uint8_t answer[APDU_MOST];
    size_t header_size = 0;
    size_t size = 0;
    size_t wanted_size = 0;
    size_t answer_size = 0;
    const json_t *le = json_object_get(step, "le");
    if (!text_bytes(step, "plain_header", header, 4, &header_size) || header_size != 4 ||
        !text_bytes(step, "data", data, sizeof data, &size) ||
        !text_bytes(step, "protected", wanted, sizeof wanted, &wanted_size) ||
        !text_bytes(step, "response", answer, sizeof answer, &answer_size))
        return false;
    size_t made_size =
        protect(channel, header, data, size, json_is_integer(le) ? (int)json_integer_value(le) : -1, made);
    return made_size == wanted_size && memcmp(made, wanted, made_size) == 0 &&
           answer_is_genuine(channel, answer, answer_size);
}

void kind_icao_messages(struct facts *facts, const struct vector *vector)
{
    struct channel channel;
    const json_t *steps = json_object_get(vector->expected, "steps");
    if (!exactly(vector, "ks_enc", channel.enc, KEY) || !exactly(vector, "ks_mac", channel.mac, KEY) ||
        !exactly(vector, "ssc", channel.ssc, BLOCK) || json_array_size(steps) == 0) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    for (size_t i = 0; i < json_array_size(steps); i++) {
        if (step_agrees(&channel, json_array_get(steps, i)))
            facts->compared++;
        else
            facts_trouble(facts, "step %zu differs", i + 1);
    }
}
