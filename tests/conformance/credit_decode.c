#include <string.h>

#include "credit.h"
#include "token66.h"

/* The 16-bit fields of a decoded block, by the names of the files. */
static void report_block(struct facts *facts, uint64_t clear, const struct mv_sts_credit *credit)
{
    uint64_t content = clear >> 16 & 0xFFFFFFFFFFF;
    bool currency = credit->subclass >= 4;
    facts_hex(facts, "clear_block_hex", clear, 16);
    facts_hex(facts, currency ? "crc_c_hex" : "crc_hex", clear & 0xFFFF, 4);
    facts_hex(facts, "amount_field_hex", content & 0xFFFF, 4);
    if (!currency)
        return;
    facts_hex(facts, "s_and_e_hex", content >> 40, 1);
    facts_number(facts, "sign", credit->currency.negative);
    facts_number(facts, "exponent", credit->currency.exponent);
    facts_number(facts, "mantissa", credit->currency.mantissa);
}

static bool same_credit(const struct mv_sts_credit *a, const struct mv_sts_credit *b)
{
    if (a->subclass != b->subclass || a->tid != b->tid)
        return false;
    if (a->subclass < 4)
        return a->random == b->random && a->amount == b->amount;
    return a->currency.negative == b->currency.negative && a->currency.exponent == b->currency.exponent &&
           a->currency.mantissa == b->currency.mantissa;
}

/* Digits as 66 bits by other means, both ways. */
static void cross_check_digits(struct facts *facts, const char *digits)
{
    char hex[18];
    char back[21];
    if (!token66_from_digits(digits, hex) || !token66_to_digits(hex, back) || strcmp(back, digits) != 0) {
        facts_trouble(facts, "the token is not 20 digits below 2^66");
        return;
    }
    facts_text(facts, "token66_hex", hex);
    facts_text(facts, "token_hex", hex);
}

void credit_decode(struct facts *facts, const char *digits, const struct mv_decoder_key *key,
                   const struct mv_sta_tables *tables, const struct credit_plan *plan)
{
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    struct mv_sts_block block;
    struct mv_sts_credit credit;
    facts_text(facts, "token", digits);
    cross_check_digits(facts, digits);
    if (mv_sts_digits_to_block(digits, &token_class, &cipher) != MV_DONE || token_class != 0) {
        facts_trouble(facts, "the digits are no class 0 token");
        return;
    }
    facts_hex(facts, "cipher_block_hex", cipher, 16);
    uint64_t clear = mv_sts_decrypt(key, tables, cipher);
    if (mv_sts_block_unpack(token_class, clear, &block) != MV_DONE) {
        facts_trouble(facts, "the token does not decrypt under the reference key: its CRC is wrong");
        return;
    }
    if (mv_sts_credit_unpack(&block, &credit) != MV_DONE) {
        facts_trouble(facts, "the decrypted block is no credit");
        return;
    }
    if (clear != plan->clear || !same_credit(&credit, &plan->credit))
        facts_trouble(facts, "the decoded fields are not the ones that went in");
    report_block(facts, clear, &credit);
}

void credit_under_key(struct facts *facts, const struct vector *vector, const struct mv_decoder_key *key,
                      const struct mv_sta_tables *tables)
{
    struct credit_plan plan;
    char digits[21];
    if (!credit_plan_read(facts, vector, &plan) || credit_plan_expired(facts, vector, &plan))
        return;
    mv_sts_digits_from_block(0, mv_sts_encrypt(key, tables, plan.clear), digits);
    credit_decode(facts, digits, key, tables, &plan);
}
