#include <string.h>

#include "credit.h"
#include "kinds.h"
#include "reference.h"
#include "token66.h"

static const struct mv_sta_tables *tables_of(const struct vector *vector)
{
    char name[VECTOR_TEXT];
    if (vector_text(vector, "tables", name) && strcmp(name, "sample") == 0)
        return &mv_sta_sample;
    return &mv_sta_public;
}

static uint8_t algorithm_of(const struct vector *vector)
{
    return strcmp(vector->kind, "ea11") == 0 ? MV_EA_MISTY1 : MV_EA_STA;
}

/* One block, there and back. */
static void one_block(struct facts *facts, const struct vector *vector, const struct mv_decoder_key *key,
                      uint64_t clear)
{
    const struct mv_sta_tables *tables = tables_of(vector);
    uint64_t cipher = mv_sts_encrypt(key, tables, clear);
    if (mv_sts_decrypt(key, tables, cipher) != clear)
        facts_trouble(facts, "decrypting the cipher block does not give the clear block");
    facts_hex(facts, "cipher_block_hex", cipher, 16);
    facts_hex(facts, "ciphertext_hex", cipher, 16);
    uint64_t token_class = 0;
    char digits[21];
    char hex[18];
    if (!vector_number(vector, "token_class", 3, &token_class))
        return;
    mv_sts_digits_from_block((uint8_t)token_class, cipher, digits);
    facts_text(facts, "token", digits);
    if (token66_from_digits(digits, hex))
        facts_text(facts, "token66_hex", hex);
}

/* The published alignment of a key, shown to be meter-core's: an EA07 that starts from it gives the same cipher. */
static void alignment(struct facts *facts, const struct mv_decoder_key *key)
{
    static const uint64_t blocks[] = {0, 0x0B19EB230100C207, UINT64_MAX, 0x8000000000000001};
    uint64_t complement = 0;
    for (int i = 0; i < 8; i++)
        complement = complement << 8 | (uint8_t)~key->bytes[i];
    uint64_t aligned = complement >> 12 | complement << 52;
    facts_hex(facts, "complemented_hex", complement, 16);
    facts_hex(facts, "aligned_hex", aligned, 16);
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        if (mv_sts_encrypt(key, &mv_sta_public, blocks[i]) != reference_sta_encrypt(aligned, blocks[i]))
            facts_trouble(facts, "EA07 from the aligned key gives another cipher block");
}

void kind_cipher(struct facts *facts, const struct vector *vector)
{
    uint8_t ea = algorithm_of(vector);
    struct mv_decoder_key key;
    uint64_t clear = 0;
    if (!meter_input_decoder_key(vector, "key_hex", ea, &key) &&
        !meter_input_decoder_key(vector, "decoder_key_hex", ea, &key)) {
        facts_trouble(facts, "input key_hex or decoder_key_hex is missing or not of its length");
        return;
    }
    if (vector_hex64(vector, "clear_block_hex", &clear) || vector_hex64(vector, "plaintext_hex", &clear))
        one_block(facts, vector, &key, clear);
    else if (vector_has(vector, "subclass"))
        credit_under_key(facts, vector, &key, tables_of(vector));
    else if (ea == MV_EA_STA)
        alignment(facts, &key);
    else
        facts_trouble(facts, "no block is given");
}
