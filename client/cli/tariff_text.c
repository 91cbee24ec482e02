/* Numbers of a tariff between a person and the contract, exactly. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tariff_file.h"

enum { MOST_DIGITS = 16, HOUR_S = 3600, MINUTE_S = 60, THOUSAND = 1000, UNIT_DECIMALS = 3 };

bool tariff_decimal_read(const char *text, unsigned decimals, int64_t *value)
{
    unsigned behind = 0;
    unsigned digits = 0;
    bool point = false;
    *value = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '.' && !point && digits > 0) {
            point = true;
            continue;
        }
        if (*at < '0' || *at > '9' || digits == MOST_DIGITS)
            return false;
        digits++;
        if (point && behind == decimals && *at != '0')
            return false;
        if (point && behind == decimals)
            continue;
        behind += point;
        *value = *value * 10 + (*at - '0');
    }
    if (digits == 0 || text[strlen(text) - 1] == '.')
        return false;
    for (; behind < decimals; behind++) {
        if (*value > INT64_MAX / 1024)
            return false;
        *value *= 10;
    }
    return *value < INT64_C(1) << 53;
}

const char *tariff_decimal_text(int64_t value, unsigned decimals, unsigned least, char text[TARIFF_DECIMAL])
{
    const char *sign = value < 0 ? "-" : "";
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    for (; decimals > least && size % 10 == 0; decimals--) {
        size /= 10;
        scale /= 10;
    }
    if (decimals == 0)
        (void)snprintf(text, TARIFF_DECIMAL, "%s%" PRIu64, sign, size);
    else
        (void)snprintf(text, TARIFF_DECIMAL, "%s%" PRIu64 ".%0*" PRIu64, sign, size / scale, (int)decimals,
                       size % scale);
    return text;
}

bool tariff_time_read(const char *text, int32_t utc_offset_min, int64_t *unix_s)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%d", &tm);
    if (end != NULL && *end == ' ') {
        end = strptime(end + 1, "%H:%M", &tm);
        if (end != NULL && *end == ':')
            end = strptime(end + 1, "%S", &tm);
    }
    if (end == NULL || *end != '\0')
        return false;
    struct tm asked = tm;
    *unix_s = timegm(&tm) - (int64_t)utc_offset_min * 60;
    return asked.tm_mday == tm.tm_mday && asked.tm_mon == tm.tm_mon &&
           asked.tm_sec == tm.tm_sec; /* there is such one */
}

const char *tariff_time_text(int64_t unix_s, int32_t utc_offset_min, char text[TARIFF_DECIMAL])
{
    struct tm tm;
    time_t local = (time_t)(unix_s + (int64_t)utc_offset_min * 60);
    bool minutes = local % MINUTE_S == 0;
    if (gmtime_r(&local, &tm) == NULL || (minutes ? strftime(text, TARIFF_DECIMAL, "%Y-%m-%d %H:%M", &tm)
                                                  : strftime(text, TARIFF_DECIMAL, "%Y-%m-%d %H:%M:%S", &tm)) == 0)
        (void)snprintf(text, TARIFF_DECIMAL, "-");
    return text;
}

/* "12:05:59": hours, minutes, seconds. */
static bool clock_read(const char *text, int64_t *seconds)
{
    enum { HOUR_DIGITS = 10, REST = sizeof ":mm:ss" - 1 };
    const size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    if (digits < 1 || digits > HOUR_DIGITS || strlen(rest) != REST || rest[0] != ':' || rest[3] != ':' ||
        strspn(rest + 1, "0123456789") != 2 || strspn(rest + 4, "0123456789") != 2 || rest[1] > '5' || rest[4] > '5')
        return false;
    *seconds = (int64_t)strtoll(text, NULL, 10) * HOUR_S + (int64_t)strtol(rest + 1, NULL, 10) * MINUTE_S +
               (int64_t)strtol(rest + 4, NULL, 10);
    return true;
}

bool tariff_units_read(const char *text, Metervault__V1__Utility utility, int64_t *units)
{
    if (utility == METERVAULT__V1__UTILITY__TIME && clock_read(text, units))
        return true;
    if (!tariff_decimal_read(text, UNIT_DECIMALS, units))
        return false;
    if (utility != METERVAULT__V1__UTILITY__TIME)
        return true;
    if (*units > INT64_MAX / HOUR_S || *units * HOUR_S % THOUSAND != 0)
        return false;
    *units = *units * HOUR_S / THOUSAND;
    return true;
}

const char *tariff_units_text(int64_t units, Metervault__V1__Utility utility, char text[TARIFF_DECIMAL])
{
    if (utility == METERVAULT__V1__UTILITY__TIME && units * THOUSAND % HOUR_S != 0) {
        (void)snprintf(text, TARIFF_DECIMAL, "%" PRId64 ":%02d:%02d", units / HOUR_S, (int)(units % HOUR_S / MINUTE_S),
                       (int)(units % MINUTE_S));
        return text;
    }
    if (utility == METERVAULT__V1__UTILITY__TIME)
        units = units * THOUSAND / HOUR_S;
    return tariff_decimal_text(units, UNIT_DECIMALS, 0, text);
}

static const char *const utilities[] = {"?", "electricity", "water", "gas", "time"};

Metervault__V1__Utility tariff_utility_read(const char *text)
{
    for (int i = METERVAULT__V1__UTILITY__ELECTRICITY; i <= METERVAULT__V1__UTILITY__TIME; i++)
        if (strcmp(text, utilities[i]) == 0)
            return (Metervault__V1__Utility)i;
    return METERVAULT__V1__UTILITY__UTILITY_UNSPECIFIED;
}

const char *tariff_utility_text(Metervault__V1__Utility utility)
{
    bool known = utility >= METERVAULT__V1__UTILITY__ELECTRICITY && utility <= METERVAULT__V1__UTILITY__TIME;
    return utilities[known ? utility : 0];
}

const char *tariff_account_unit(Metervault__V1__Utility utility)
{
    if (utility == METERVAULT__V1__UTILITY__ELECTRICITY)
        return "kWh";
    return utility == METERVAULT__V1__UTILITY__TIME ? "h" : "m3";
}
