/* Class 2 with a TID: through the key process, back by the codec, and into a meter. */
#include <stdlib.h>
#include <string.h>

#include "credit.h"
#include "engine.h"
#include "kinds.h"
#include "metervault/sts_manage.h"
#include "mint.h"
#include "reference.h"
#include "token66.h"

enum { CLASS_MANAGEMENT = 2, LAST_SUBCLASS = 15, RANDOM_MAX = 15 };

struct manage_plan {
    struct mv_sts_manage token;
    struct credit_plan time; /* of which only the TID counts */
    uint64_t clear;
};

static bool hex16(const struct vector *vector, const char *name, uint16_t *value)
{
    uint64_t wide = 0;
    if (!vector_hex64(vector, name, &wide) || wide > UINT16_MAX)
        return false;
    *value = (uint16_t)wide;
    return true;
}

static bool limit_field(const struct vector *vector, uint16_t *field)
{
    uint64_t watts = 0;
    return vector_number(vector, "limit_watts", MV_AMOUNT_MAX_UNITS, &watts) &&
           mv_sts_amount_encode((uint32_t)watts, field) == MV_DONE;
}

static bool extended_field(const struct vector *vector, uint16_t *field)
{
    uint64_t index = 0;
    uint16_t low = 0;
    if (!vector_number(vector, "sts202_5_index", MV_EXTENDED_FLAG, &index) || !hex16(vector, "field_low10_hex", &low))
        return false;
    if (index == MV_EXTENDED_FLAG)
        return mv_sts_extended_flag(low >> 1, (low & 1) != 0, field) == MV_DONE;
    return mv_sts_extended_field((uint8_t)index, low, field) == MV_DONE;
}

static bool read_field(const struct vector *vector, struct mv_sts_manage *token)
{
    switch (token->subclass) {
    case MV_MANAGE_MAXIMUM_POWER:
    case MV_MANAGE_PHASE_UNBALANCE:
        return limit_field(vector, &token->field);
    case MV_MANAGE_CLEAR_CREDIT:
        return hex16(vector, "register_to_clear_hex", &token->field);
    case MV_MANAGE_TARIFF_RATE:
        return hex16(vector, "rate_hex", &token->field);
    case MV_MANAGE_CLEAR_TAMPER:
        return hex16(vector, "pad_hex", &token->field);
    case MV_MANAGE_WATER_FACTOR:
        return hex16(vector, "wm_factor_hex", &token->field);
    default:
        return extended_field(vector, &token->field);
    }
}

static bool read_plan(struct facts *facts, const struct vector *vector, struct manage_plan *plan)
{
    uint64_t subclass = 0;
    uint64_t random = 0;
    struct mv_sts_block block;
    memset(plan, 0, sizeof *plan);
    if (!credit_plan_read_tid(facts, vector, &plan->time))
        return false;
    if (!vector_number(vector, "subclass", LAST_SUBCLASS, &subclass) ||
        !vector_number(vector, "rnd", RANDOM_MAX, &random)) {
        facts_trouble(facts, "input subclass or rnd is missing or not of its form");
        return false;
    }
    plan->token =
        (struct mv_sts_manage){.subclass = (uint8_t)subclass, .random = (uint8_t)random, .tid = plan->time.credit.tid};
    if (!read_field(vector, &plan->token)) {
        facts_trouble(facts, "the field of the token is missing or not of its form");
        return false;
    }
    if (mv_sts_manage_pack(&plan->token, &block) != MV_DONE) {
        facts_refusal(facts, MV_INVALID_FIELD);
        return false;
    }
    plan->clear = mv_sts_block_pack(&block);
    return true;
}

static bool same_token(const struct mv_sts_manage *a, const struct mv_sts_manage *b)
{
    return a->subclass == b->subclass && a->random == b->random && a->tid == b->tid && a->field == b->field;
}

static void decode(struct facts *facts, const char *digits, const struct mv_decoder_key *key,
                   const struct manage_plan *plan)
{
    char hex[18];
    char back[21];
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    struct mv_sts_block block;
    struct mv_sts_manage token;
    facts_text(facts, "token", digits);
    if (!token66_from_digits(digits, hex) || !token66_to_digits(hex, back) || strcmp(back, digits) != 0)
        facts_trouble(facts, "the token is not 20 digits below 2^66");
    if (mv_sts_digits_to_block(digits, &token_class, &cipher) != MV_DONE || token_class != CLASS_MANAGEMENT) {
        facts_trouble(facts, "the digits are no class 2 token");
        return;
    }
    facts_hex(facts, "cipher_block_hex", cipher, 16);
    uint64_t clear = mv_sts_decrypt(key, &mv_sta_public, cipher);
    if (mv_sts_block_unpack(token_class, clear, &block) != MV_DONE || mv_sts_manage_unpack(&block, &token) != MV_DONE) {
        facts_trouble(facts, "the token does not decrypt under the reference key");
        return;
    }
    if (clear != plan->clear || !same_token(&token, &plan->token))
        facts_trouble(facts, "the decoded fields are not the ones that went in");
    facts_hex(facts, "clear_block_hex", clear, 16);
    facts_hex(facts, "crc_hex", clear & 0xFFFF, 4);
    facts_hex(facts, "field_hex", token.field, 4);
}

static bool was_obeyed(const struct mv_meter_state *state, const struct mv_sts_manage *token)
{
    const struct mv_meter_settings *settings = &state->settings;
    struct mv_sts_extended extended = mv_sts_extended_read(token->field);
    switch (token->subclass) {
    case MV_MANAGE_MAXIMUM_POWER:
        return settings->maximum_power_w == mv_sts_amount_decode(token->field);
    case MV_MANAGE_PHASE_UNBALANCE:
        return settings->phase_unbalance_w == mv_sts_amount_decode(token->field);
    case MV_MANAGE_TARIFF_RATE:
        return settings->tariff_rate == token->field;
    case MV_MANAGE_WATER_FACTOR:
        return settings->water_factor == token->field;
    case MV_MANAGE_CLEAR_CREDIT:
        return token->field == MV_REGISTER_ALL || state->credit[token->field] == 0;
    case MV_MANAGE_CLEAR_TAMPER:
        return !settings->tampered;
    default:
        return extended.index == MV_EXTENDED_FLAG
                   ? (settings->flags[extended.flag / 8] >> extended.flag % 8 & 1) == extended.value
                   : settings->extended[extended.index] == extended.value;
    }
}

static void enter(struct facts *facts, const char *digits, const struct hsmd_meter *meter,
                  const struct mv_decoder_key *key, const struct manage_plan *plan)
{
    struct engine engine;
    if (!engine_start(&engine, facts, meter, key, plan->token.tid - 1))
        return;
    if (mv_meter_tamper(&engine.meter) != MV_DONE)
        facts_trouble(facts, "the meter notices no tampering");
    if (!engine_enter(&engine, facts, digits, MV_ACCEPT))
        return;
    if (!was_obeyed(&engine.meter.state, &plan->token) || !same_token(&engine.answer.management, &plan->token))
        facts_trouble(facts, "the meter did not do what the token says");
    (void)engine_enter(&engine, facts, digits, MV_USED_ERROR);
}

/* The key is given: no vending key to derive it from, so no key process. */
void kind_management_alone(struct facts *facts, const struct vector *vector)
{
    const struct hsmd_meter meter = {.pan = "600727000000000009", .sgc = "123456", .krn = 1, .kt = 2, .ken = 255};
    struct manage_plan plan;
    struct mv_decoder_key key;
    char digits[21];
    if (!meter_input_decoder_key(vector, "decoder_key_hex", MV_EA_STA, &key)) {
        facts_trouble(facts, "input decoder_key_hex is missing or not of its form");
        return;
    }
    if (!read_plan(facts, vector, &plan))
        return;
    mv_sts_digits_from_block(CLASS_MANAGEMENT, mv_sts_encrypt(&key, &mv_sta_public, plan.clear), digits);
    decode(facts, digits, &key, &plan);
    enter(facts, digits, &meter, &key, &plan);
}

void kind_management(struct facts *facts, const struct vector *vector, struct house *house)
{
    struct meter_input input;
    struct manage_plan plan;
    struct reference_dkga reference;
    char digits[21];
    const char *wrong = meter_input_read(vector, &input);
    if (wrong != NULL) {
        facts_trouble(facts, "input %s is missing or not of its form", wrong);
        return;
    }
    if (!read_plan(facts, vector, &plan) ||
        !mint(facts, house->client, &input.meter, CLASS_MANAGEMENT, plan.clear, digits))
        return;
    const struct mv_dkga_input dkga = meter_input_dkga(&input);
    if (!reference_dkga(&dkga, input.meter.dkga, input.vending_key, input.vending_key_size, &reference)) {
        facts_trouble(facts, "the vending key does not fit its DKGA");
        return;
    }
    decode(facts, digits, &reference.key, &plan);
    enter(facts, digits, &input.meter, &reference.key, &plan);
    facts_bytes(facts, "decoder_key_hex", reference.key.bytes, input.meter.ea == MV_EA_STA ? 8 : 16);
}
