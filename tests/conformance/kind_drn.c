#include <stdio.h>
#include <string.h>

#include "kinds.h"

static void check_digit_of(struct facts *facts, const char *digits)
{
    int digit = mv_luhn_digit(digits, (unsigned)strlen(digits));
    if (digit < 0)
        facts_refusal(facts, MV_INVALID_FIELD);
    else
        facts_number(facts, "check_digit", (uint64_t)digit);
}

static void refuse(struct facts *facts, enum mv_result result)
{
    if (result != MV_DONE)
        facts_refusal(facts, result == MV_CHECK_DIGIT_ERROR ? MV_CHECK_DIGIT : MV_INVALID_FIELD);
}

static void expected_digit(struct facts *facts, const char *name, const char *number, size_t length)
{
    int digit = length > 1 ? mv_luhn_digit(number, (unsigned)length - 1) : -1;
    if (digit >= 0)
        facts_number(facts, name, (uint64_t)digit);
}

static void whole_drn(struct facts *facts, const struct vector *vector, const char *drn)
{
    size_t length = strlen(drn);
    enum mv_result result = mv_drn_check(drn, (unsigned)length);
    bool asked = json_object_get(vector->expected, "valid") != NULL;
    if (asked)
        facts_text(facts, "valid", result == MV_DONE ? "true" : "false");
    else
        refuse(facts, result);
    expected_digit(facts, "expected_check_digit", drn, length);
    expected_digit(facts, "check_digit", drn, length);
}

static void maker_and_serial(struct facts *facts, const struct vector *vector)
{
    char maker[VECTOR_TEXT];
    char serial[VECTOR_TEXT];
    char drn[32];
    if (!vector_text(vector, "mfr_code", maker) || !vector_text(vector, "serial", serial) ||
        strlen(maker) + strlen(serial) + 2 > sizeof drn) {
        facts_trouble(facts, "inputs mfr_code and serial are missing or too long");
        return;
    }
    int length = snprintf(drn, sizeof drn, "%.4s%.20s", maker, serial);
    int digit = mv_luhn_digit(drn, (unsigned)length);
    if (digit < 0) {
        facts_refusal(facts, MV_INVALID_FIELD);
        return;
    }
    facts_number(facts, "check_digit", (uint64_t)digit);
    drn[length] = (char)('0' + digit);
    drn[length + 1] = '\0';
    facts_text(facts, "drn", drn);
    refuse(facts, mv_drn_check(drn, (unsigned)length + 1));
}

static void whole_pan(struct facts *facts, const struct vector *vector, const char *pan)
{
    enum mv_result result = strlen(pan) == 18 ? mv_pan_check(pan) : MV_FORMAT_ERROR;
    if (json_object_get(vector->expected, "error") != NULL)
        refuse(facts, result);
    else
        facts_text(facts, "valid", result == MV_DONE ? "true" : "false");
    if (strlen(pan) != 18)
        return;
    unsigned iin = mv_pan_iin_length(pan);
    char text[19];
    (void)snprintf(text, sizeof text, "%.*s", (int)iin, pan);
    facts_text(facts, "iin", text);
    (void)snprintf(text, sizeof text, "%.*s", (int)(17 - iin), pan + iin);
    facts_text(facts, "drn", text);
    expected_digit(facts, "drn_check_digit", text, strlen(text));
    expected_digit(facts, "pan_check_digit", pan, 18);
}

void kind_drn(struct facts *facts, const struct vector *vector)
{
    char text[VECTOR_TEXT];
    if (vector_text(vector, "digits", text))
        check_digit_of(facts, text);
    else if (vector_has(vector, "mfr_code"))
        maker_and_serial(facts, vector);
    else if (vector_text(vector, "drn", text))
        whole_drn(facts, vector, text);
    else if (vector_text(vector, "meter_pan", text))
        whole_pan(facts, vector, text);
    else
        facts_trouble(facts, "none of digits, mfr_code, drn, meter_pan is given");
}
