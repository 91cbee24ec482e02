#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    enum mv_result result;
    const char *name;
    const char *explanation;
} results[] = {
    {MV_DONE, "DONE", "done"},
    {MV_ACCEPT, "ACCEPT", "accepted"},
    {MV_OVERFLOW_ERROR, "OVERFLOW_ERROR", "the credit register is full; the token stays valid"},
    {MV_KEY_TYPE_ERROR, "KEY_TYPE_ERROR", "the meter's key is not of a type for this"},
    {MV_FORMAT_ERROR, "FORMAT_ERROR", "a token is 20 digits"},
    {MV_RANGE_ERROR, "RANGE_ERROR", "a value lies outside what the meter takes"},
    {MV_FUNCTION_ERROR, "FUNCTION_ERROR", "this meter has no such function"},
    {MV_OLD_ERROR, "OLD_ERROR", "this token is older than those the meter remembers"},
    {MV_USED_ERROR, "USED_ERROR", "this token was entered before"},
    {MV_KEY_EXPIRED_ERROR, "KEY_EXPIRED_ERROR", "the meter's key had expired when this token was made"},
    {MV_DDTK_ERROR, "DDTK_ERROR", "the meter still has a default key and takes no credit"},
    {MV_CRC_ERROR, "CRC_ERROR", "wrong digits, or a token for another meter"},
    {MV_STORAGE_ERROR, "STORAGE_ERROR", "the meter's memory cannot be read or written"},
    {MV_CHECK_DIGIT_ERROR, "CHECK_DIGIT_ERROR", "a check digit is wrong"},
    {MV_KEY_INTEGRITY_ERROR, "KEY_INTEGRITY_ERROR", "the wrapped key does not open"},
    {MV_NOT_PROVISIONED, "NOT_PROVISIONED", "the meter has no key yet"},
    {MV_ALREADY_PROVISIONED, "ALREADY_PROVISIONED", "the meter has its key already"},
};

static const char *const services[MV_SERVICES] = {"electricity", "water", "gas", "time"};
static const char *const units[MV_SERVICES] = {"kWh", "m3", "m3", "s"};

const char *words_name(enum mv_result result)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (results[i].result == result)
            return results[i].name;
    }
    return "UNKNOWN";
}

const char *words_explain(enum mv_result result)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (results[i].result == result)
            return results[i].explanation;
    }
    return "no explanation";
}

const char *words_service(enum mv_service service)
{
    return services[service];
}

const char *words_unit(enum mv_service service)
{
    return units[service];
}

void words_quantity(enum mv_service service, int64_t value, char text[WORDS_QUANTITY])
{
    if (service == MV_SERVICE_TIME) {
        (void)snprintf(text, WORDS_QUANTITY, "%" PRId64, value);
        return;
    }
    (void)snprintf(text, WORDS_QUANTITY, "%" PRId64 ".%03d", value / 1000, (int)(value % 1000));
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    text[length] = '\0';
}
