/* Profile 2's keys and MACs, anchored by published purse and card payments. */
#include <string.h>

#include "block.h"
#include "facts.h"
#include "hex.h"
#include "kinds.h"
#include "metervault/card_pboc.h"

enum { KEY = 16, BLOCK = MV_PBOC_BLOCK, DATA = 160, MAC = MV_PBOC_MAC };

static bool exactly(const struct vector *vector, const char *name, uint8_t *bytes, size_t size)
{
    size_t got = 0;
    return vector_bytes(vector, name, bytes, size, &got) && got == size;
}

static void no_input(struct facts *facts)
{
    facts_trouble(facts, "an input is missing or not of its form");
}

/* ---- MAC ---- */

void kind_pboc_mac(struct facts *facts, const struct vector *vector)
{
    uint8_t key[KEY];
    uint8_t iv[BLOCK];
    uint8_t data[DATA];
    uint8_t mac[BLOCK];
    size_t size = 0;
    uint64_t out = 0;
    facts->all = true;
    if (!exactly(vector, "key", key, KEY) || !exactly(vector, "iv", iv, BLOCK) ||
        !vector_bytes(vector, "data", data, DATA, &size) || !vector_number(vector, "out_len", BLOCK, &out)) {
        no_input(facts);
        return;
    }
    const struct mv_pboc_cipher cipher = block_pboc(key);
    const struct mv_card_part part = {data, (uint16_t)size};
    if (mv_pboc_mac(&cipher, iv, &part, 1, mac))
        facts_bytes(facts, "mac", mac, out);
}

static void short_mac(struct facts *facts, const char *name, const uint8_t key[BLOCK], const uint8_t *data, size_t size)
{
    static const uint8_t iv[BLOCK] = {0};
    uint8_t twice[KEY];
    uint8_t mac[BLOCK];
    memcpy(twice, key, BLOCK);
    memcpy(twice + BLOCK, key, BLOCK);
    const struct mv_pboc_cipher cipher = block_pboc(twice);
    const struct mv_card_part part = {data, (uint16_t)size};
    if (mv_pboc_mac(&cipher, iv, &part, 1, mac))
        facts_bytes(facts, name, mac, MAC);
}

/* MAC1: balance | amount | type | terminal; MAC2: amount | type | terminal | date | time. */
void kind_pboc_load(struct facts *facts, const struct vector *vector)
{
    uint8_t key[KEY];
    uint8_t trade[2];
    uint8_t random[4];
    uint8_t row[4 + 4 + 1 + 6 + 4 + 3];
    uint8_t session[BLOCK];
    facts->all = true;
    if (!exactly(vector, "load_key", key, KEY) || !exactly(vector, "trade_no", trade, 2) ||
        !exactly(vector, "rand", random, 4) || !exactly(vector, "balance", row, 4) ||
        !exactly(vector, "amount", row + 4, 4) || !exactly(vector, "tt", row + 8, 1) ||
        !exactly(vector, "terminal", row + 9, 6) || !exactly(vector, "date", row + 15, 4) ||
        !exactly(vector, "time", row + 19, 3)) {
        no_input(facts);
        return;
    }
    const struct mv_pboc_cipher load = block_pboc(key);
    if (!mv_pboc_session_key(&load, random, trade, session))
        return;
    facts_bytes(facts, "session_key", session, BLOCK);
    short_mac(facts, "mac1", session, row, 15);
    short_mac(facts, "mac2", session, row + 4, sizeof row - 4);
}

/* ---- diversification ---- */

void kind_pboc_arqc(struct facts *facts, const struct vector *vector)
{
    static const uint8_t iv[BLOCK] = {0};
    uint8_t master[KEY];
    uint8_t factor[BLOCK];
    uint8_t atc[BLOCK] = {0};
    uint8_t data[DATA];
    char code[VECTOR_TEXT];
    uint8_t udk[KEY];
    uint8_t session[KEY];
    uint8_t mac[BLOCK];
    size_t size = 0;
    facts->all = true;
    if (!exactly(vector, "imk_ac", master, KEY) || !exactly(vector, "diversifier", factor, BLOCK) ||
        !exactly(vector, "atc", atc + 6, 2) || !vector_bytes(vector, "data", data, DATA, &size) ||
        !vector_text(vector, "arc_ascii", code) || strlen(code) != 2) {
        no_input(facts);
        return;
    }
    const struct mv_pboc_cipher issuer = block_pboc(master);
    const struct mv_pboc_cipher card = block_pboc(udk);
    const struct mv_pboc_cipher transaction = block_pboc(session);
    const struct mv_card_part part = {data, (uint16_t)size};
    if (!mv_pboc_diversify(&issuer, factor, udk))
        return;
    facts_bytes(facts, "udk", udk, KEY);
    memcpy(session, atc, BLOCK);
    memcpy(session + BLOCK, atc, BLOCK);
    session[BLOCK + 6] ^= 0xFF;
    session[BLOCK + 7] ^= 0xFF;
    if (!card.encrypt(card.context, MV_PBOC_WHOLE, session) ||
        !card.encrypt(card.context, MV_PBOC_WHOLE, session + BLOCK) || !mv_pboc_mac(&transaction, iv, &part, 1, mac))
        return;
    facts_bytes(facts, "session_key", session, KEY);
    facts_bytes(facts, "arqc", mac, BLOCK);
    mac[0] ^= (uint8_t)code[0];
    mac[1] ^= (uint8_t)code[1];
    if (transaction.encrypt(transaction.context, MV_PBOC_WHOLE, mac))
        facts_bytes(facts, "arpc", mac, BLOCK);
}

static void odd_parity(uint8_t *key, size_t size)
{
    for (size_t i = 0; i < size; i++)
        key[i] = (uint8_t)((key[i] & 0xFEU) | (unsigned)(__builtin_parity(key[i] & 0xFEU) == 0));
}

void kind_pboc_diversify(struct facts *facts, const struct vector *vector)
{
    uint8_t master[KEY];
    uint8_t factor[BLOCK];
    uint8_t key[KEY];
    uint8_t block[BLOCK] = {0};
    facts->all = true;
    if (!exactly(vector, "master", master, KEY) || !exactly(vector, "factor", factor, BLOCK)) {
        no_input(facts);
        return;
    }
    const struct mv_pboc_cipher from = block_pboc(master);
    const struct mv_pboc_cipher child = block_pboc(key);
    if (!mv_pboc_diversify(&from, factor, key) || !child.encrypt(child.context, MV_PBOC_WHOLE, block))
        return;
    facts_bytes(facts, "key", key, KEY);
    facts_bytes(facts, "kcv_ecb0", block, 3);
    odd_parity(key, KEY);
    facts_bytes(facts, "key_odd_parity", key, KEY);
}

/* Each key is the master of the next. */
void kind_pboc_diversify2(struct facts *facts, const struct vector *vector)
{
    uint8_t key[KEY];
    uint8_t child[KEY];
    const json_t *factors = json_object_get(vector->inputs, "factors");
    facts->all = true;
    if (!exactly(vector, "master", key, KEY) || json_array_size(factors) == 0) {
        no_input(facts);
        return;
    }
    for (size_t i = 0; i < json_array_size(factors); i++) {
        const char *text = json_string_value(json_array_get(factors, i));
        uint8_t factor[BLOCK];
        const struct mv_pboc_cipher from = block_pboc(key);
        if (text == NULL || !hex_decode(text, factor, BLOCK) || !mv_pboc_diversify(&from, factor, child)) {
            no_input(facts);
            return;
        }
        memcpy(key, child, KEY);
    }
    facts_bytes(facts, "key", key, KEY);
}
