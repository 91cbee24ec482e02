#include <string.h>

#include "credit.h"
#include "decimal.h"
#include "moment.h"

enum { UNIT_PLACES = 1, CURRENCY_PLACES = 5, FIRST_CURRENCY = 4, LAST_SUBCLASS = 7 };

static bool missing(struct facts *facts, const char *what)
{
    facts_trouble(facts, "input %s is missing or not of its form", what);
    return false;
}

static bool refuse(struct facts *facts, enum mv_reason reason)
{
    facts_refusal(facts, reason);
    return false;
}

/* An ordinary token leaves 00:01 of every day alone and takes the next minute. */
static uint64_t issue_minute(const struct vector *vector, uint64_t minutes)
{
    bool token = vector_has(vector, "subclass");
    return token && mv_sts_minute_reserved(minutes) ? minutes + 1 : minutes;
}

static bool tid_of_time(struct facts *facts, const struct vector *vector, struct credit_plan *plan)
{
    char text[VECTOR_TEXT];
    uint64_t base = 0;
    uint64_t base_minutes = 0;
    uint64_t minutes = 0;
    int64_t unix_s = 0;
    if (!vector_text(vector, "issue_time", text) || !moment_parse(text, &unix_s))
        return missing(facts, "issue_time");
    if (!vector_number(vector, "base_date", 9999, &base) ||
        mv_sts_base_minutes((uint16_t)base, &base_minutes) != MV_DONE)
        return missing(facts, "base_date");
    if (mv_sts_minutes(unix_s, &minutes) != MV_DONE || minutes < base_minutes)
        return refuse(facts, MV_BEFORE_BASE_DATE);
    if (mv_sts_tid((uint16_t)base, issue_minute(vector, minutes), &plan->credit.tid) != MV_DONE)
        return refuse(facts, MV_TID_OUT_OF_RANGE);
    return true;
}

bool credit_plan_read_tid(struct facts *facts, const struct vector *vector, struct credit_plan *plan)
{
    uint64_t value = 0;
    if (vector_number(vector, "tid", MV_TID_MAX, &value))
        plan->credit.tid = (uint32_t)value;
    else if (!tid_of_time(facts, vector, plan))
        return false;
    facts_number(facts, "tid", plan->credit.tid);
    facts_hex(facts, "tid_hex", plan->credit.tid, 6);
    facts_number(facts, "tid_top8", plan->credit.tid >> 16);
    facts_number(facts, "ken_of_token", plan->credit.tid >> 16);
    return true;
}

bool credit_plan_expired(struct facts *facts, const struct vector *vector, const struct credit_plan *plan)
{
    uint64_t ken = 0;
    if (!vector_number(vector, "ken", 255, &ken) || !mv_sts_key_expired(plan->credit.tid, (uint8_t)ken))
        return false;
    facts_refusal(facts, MV_KEY_EXPIRED);
    return true;
}

/* Vectors of a refusal often name no amount; any will do, for nothing is issued. */
static bool amount_does_not_matter(const struct vector *vector)
{
    return json_object_get(vector->expected, "error") != NULL && !vector_has(vector, "amount") &&
           !vector_has(vector, "transfer_units_0_1") && !vector_has(vector, "amount_field_hex");
}

static bool units_of(const struct vector *vector, struct mv_u128 *units)
{
    char text[VECTOR_TEXT];
    bool negative = false;
    if (vector_number(vector, "transfer_units_0_1", UINT64_MAX, &units->low))
        return true;
    return vector_text(vector, "amount", text) && decimal_parse(text, UNIT_PLACES, &negative, units) && !negative;
}

static bool read_units(struct facts *facts, const struct vector *vector, struct credit_plan *plan)
{
    struct mv_u128 units = {0, 0};
    uint64_t field = 0;
    if (vector_hex64(vector, "amount_field_hex", &field) && field <= UINT16_MAX) {
        plan->credit.amount = (uint16_t)field;
        return true;
    }
    if (!units_of(vector, &units))
        return missing(facts, "transfer_units_0_1 or amount");
    if (units.high != 0 || units.low > MV_AMOUNT_MAX_UNITS ||
        mv_sts_amount_encode((uint32_t)units.low, &plan->credit.amount) != MV_DONE)
        return refuse(facts, MV_AMOUNT_TOO_LARGE);
    if (mv_sts_amount_decode(plan->credit.amount) < units.low)
        facts_trouble(facts, "the encoded amount is less than what was asked for");
    return true;
}

static bool read_currency(struct facts *facts, const struct vector *vector, struct credit_plan *plan)
{
    char text[VECTOR_TEXT];
    bool negative = false;
    struct mv_u128 magnitude;
    if (!vector_text(vector, "amount", text))
        return missing(facts, "amount");
    if (!decimal_parse(text, CURRENCY_PLACES, &negative, &magnitude))
        return refuse(facts, MV_AMOUNT_TOO_LARGE);
    if (mv_sts_currency_encode(negative, magnitude, &plan->credit.currency) != MV_DONE)
        return refuse(facts, MV_AMOUNT_TOO_LARGE);
    return true;
}

static bool read_fields(struct facts *facts, const struct vector *vector, struct credit_plan *plan)
{
    uint64_t subclass = 0;
    uint64_t random = 0;
    uint64_t token_class = 0;
    if (!vector_number(vector, "subclass", LAST_SUBCLASS, &subclass))
        return missing(facts, "subclass");
    if (vector_has(vector, "token_class") && !vector_number(vector, "token_class", 0, &token_class))
        return missing(facts, "token_class");
    plan->credit.subclass = (uint8_t)subclass;
    if (amount_does_not_matter(vector))
        return true;
    if (subclass >= FIRST_CURRENCY)
        return read_currency(facts, vector, plan);
    if (!vector_number(vector, "rnd", 15, &random))
        return missing(facts, "rnd");
    plan->credit.random = (uint8_t)random;
    return read_units(facts, vector, plan);
}

bool credit_plan_read(struct facts *facts, const struct vector *vector, struct credit_plan *plan)
{
    struct mv_sts_block block;
    memset(plan, 0, sizeof *plan);
    if (!credit_plan_read_tid(facts, vector, plan))
        return false;
    if (!vector_has(vector, "subclass"))
        return true; /* only the time was asked about */
    if (!read_fields(facts, vector, plan))
        return false;
    if (mv_sts_credit_pack(&plan->credit, &block) != MV_DONE) {
        facts_trouble(facts, "the fields do not make a block");
        return false;
    }
    plan->clear = mv_sts_block_pack(&block);
    plan->has_block = true;
    return true;
}
