#include <string.h>

#include "credit.h"
#include "kinds.h"
#include "reference.h"
#include "token66.h"

/* A token in hex only: its digits, and back through meter-core. */
static void digits_only(struct facts *facts, const char *hex)
{
    char digits[21];
    char printed[21];
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    if (!token66_to_digits(hex, digits) || mv_sts_digits_to_block(digits, &token_class, &cipher) != MV_DONE) {
        facts_trouble(facts, "token_hex is no 66-bit token");
        return;
    }
    mv_sts_digits_from_block(token_class, cipher, printed);
    facts_text(facts, "token", printed);
    facts_number(facts, "token_class", token_class);
}

/* Without any key: what the clear block and the time tell. */
static void fields_only(struct facts *facts, const struct vector *vector)
{
    struct credit_plan plan;
    if (!credit_plan_read(facts, vector, &plan) || credit_plan_expired(facts, vector, &plan) || !plan.has_block)
        return;
    struct mv_sts_block block;
    struct mv_sts_credit credit;
    if (mv_sts_block_unpack(0, plan.clear, &block) != MV_DONE || mv_sts_credit_unpack(&block, &credit) != MV_DONE)
        facts_trouble(facts, "the block does not unpack");
    facts_hex(facts, "clear_block_hex", plan.clear, 16);
    facts_hex(facts, plan.credit.subclass < 4 ? "crc_hex" : "crc_c_hex", plan.clear & 0xFFFF, 4);
    facts_hex(facts, "amount_field_hex", plan.clear >> 16 & 0xFFFF, 4);
}

void kind_credit_alone(struct facts *facts, const struct vector *vector)
{
    char hex[VECTOR_TEXT];
    char tables[VECTOR_TEXT];
    uint64_t ea = MV_EA_STA;
    struct mv_decoder_key key;
    if (vector_text(vector, "token_hex", hex)) {
        digits_only(facts, hex);
        return;
    }
    if (!vector_has(vector, "decoder_key_hex")) {
        fields_only(facts, vector);
        return;
    }
    bool sample = vector_text(vector, "tables", tables) && strcmp(tables, "sample") == 0;
    if ((vector_has(vector, "ea") && !vector_number(vector, "ea", 15, &ea)) ||
        !meter_input_decoder_key(vector, "decoder_key_hex", (uint8_t)ea, &key))
        facts_trouble(facts, "decoder_key_hex does not fit the algorithm");
    else
        credit_under_key(facts, vector, &key, sample ? &mv_sta_sample : &mv_sta_public);
}

/* One token through the key process. False after a refusal. */
static bool issue(struct facts *facts, struct hsmd_client *client, const struct hsmd_meter *meter, uint64_t clear,
                  struct hsmd_token *token)
{
    struct hsmd_prepared prepared = {0};
    mv_status status = hsmd_prepare(client, meter, 1, &prepared);
    if (status.ok)
        status = prepared.status;
    if (status.ok) {
        const struct hsmd_block block = {.slot = prepared.slot, .token_class = 0, .clear = clear};
        status = hsmd_encrypt(client, &block, 1, token);
    }
    if (status.ok)
        status = token->status;
    if (!status.ok)
        facts_refusal(facts, (enum mv_reason)status.reason);
    return status.ok;
}

void kind_credit(struct facts *facts, const struct vector *vector, struct hsmd_client *client)
{
    struct meter_input input;
    struct credit_plan plan;
    struct reference_dkga reference;
    struct hsmd_token token = {0};
    const char *wrong = meter_input_read(vector, &input);
    if (wrong != NULL) {
        facts_trouble(facts, "input %s is missing or not of its form", wrong);
        return;
    }
    if (!credit_plan_read(facts, vector, &plan))
        return;
    if (!plan.has_block) {
        facts_trouble(facts, "input subclass is missing");
        return;
    }
    if (!issue(facts, client, &input.meter, plan.clear, &token))
        return;
    const struct mv_dkga_input dkga = meter_input_dkga(&input);
    if (!reference_dkga(&dkga, input.meter.dkga, input.vending_key, input.vending_key_size, &reference)) {
        facts_trouble(facts, "the vending key does not fit its DKGA");
        return;
    }
    credit_decode(facts, token.digits, &reference.key, &mv_sta_public, &plan);
    /* the token decrypted under it, so it is the key that hsmd derived */
    facts_bytes(facts, "decoder_key_hex", reference.key.bytes, input.meter.ea == MV_EA_STA ? 8 : 16);
}
