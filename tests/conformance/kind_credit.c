#include <string.h>

#include "credit.h"
#include "engine.h"
#include "kinds.h"
#include "mint.h"
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

/* What a meter makes of it: debits are not for keypads, and some published amounts are more than any register holds. */
static enum mv_result meter_answer(const struct hsmd_meter *meter, const struct mv_sts_credit *credit)
{
    struct mv_u128 magnitude = mv_sts_currency_magnitude(credit->currency);
    if (meter->kt == 1)
        return MV_DDTK_ERROR;
    if (credit->subclass >= MV_SERVICES && credit->currency.negative)
        return MV_RANGE_ERROR;
    bool fits = credit->subclass < MV_SERVICES || (magnitude.high == 0 && magnitude.low <= INT64_MAX);
    return fits ? MV_ACCEPT : MV_OVERFLOW_ERROR;
}

static int64_t expected_credit(const struct mv_sts_credit *credit)
{
    if (credit->subclass >= MV_SERVICES)
        return (int64_t)mv_sts_currency_magnitude(credit->currency).low;
    return (int64_t)mv_sts_amount_decode(credit->amount) * (credit->subclass == MV_REGISTER_TIME ? 6 : 100);
}

static void enter(struct facts *facts, const char *digits, const struct hsmd_meter *meter,
                  const struct mv_decoder_key *key, const struct mv_sts_credit *credit)
{
    struct engine engine;
    enum mv_result expected = meter_answer(meter, credit);
    if (!engine_start(&engine, facts, meter, key, credit->tid - 1) || !engine_enter(&engine, facts, digits, expected) ||
        expected != MV_ACCEPT)
        return;
    if (engine.answer.credited != expected_credit(credit) ||
        engine.meter.state.credit[credit->subclass] != expected_credit(credit))
        facts_trouble(facts, "the meter credits another amount");
    (void)engine_enter(&engine, facts, digits, MV_USED_ERROR);
}

void kind_credit(struct facts *facts, const struct vector *vector, struct house *house)
{
    struct meter_input input;
    struct credit_plan plan;
    struct reference_dkga reference;
    char digits[21];
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
    if (!mint(facts, house->client, &input.meter, 0, plan.clear, digits))
        return;
    const struct mv_dkga_input dkga = meter_input_dkga(&input);
    if (!reference_dkga(&dkga, input.meter.dkga, input.vending_key, input.vending_key_size, &reference)) {
        facts_trouble(facts, "the vending key does not fit its DKGA");
        return;
    }
    credit_decode(facts, digits, &reference.key, &mv_sta_public, &plan);
    enter(facts, digits, &input.meter, &reference.key, &plan.credit);
    /* the token decrypted under it, so it is the key that hsmd derived */
    facts_bytes(facts, "decoder_key_hex", reference.key.bytes, input.meter.ea == MV_EA_STA ? 8 : 16);
}
