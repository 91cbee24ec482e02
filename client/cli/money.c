#include "money.h"

#include <stdio.h>
#include <string.h>

#include "tariff_file.h"

enum { LONGEST = 32, THOUSANDS = 3 };

static bool refuse(const char *text, const char *reason, unsigned minor_digits, char why[MONEY_WHY])
{
    (void)snprintf(why, MONEY_WHY, "'%.40s' %s; write it like %s", text, reason,
                   minor_digits == 0   ? "20"
                   : minor_digits == 1 ? "20.0"
                   : minor_digits == 2 ? "20.00"
                                       : "20.000");
    return false;
}

/* Digits behind the point; 0 without one. */
static size_t decimals(const char *text)
{
    const char *point = strchr(text, '.');
    return point == NULL ? 0 : strlen(point + 1);
}

bool money_read(const char *text, unsigned minor_digits, int64_t *value, char why[MONEY_WHY])
{
    char plain[LONGEST + 1];
    size_t length = strlen(text);
    if (length == 0 || length > LONGEST || strspn(text, "0123456789.,") != length)
        return refuse(text, "is no amount", minor_digits, why);
    memcpy(plain, text, length + 1);
    char *comma = strchr(plain, ',');
    if (comma != NULL &&
        (strchr(plain, '.') != NULL || strchr(comma + 1, ',') != NULL || strlen(comma + 1) >= THOUSANDS))
        return refuse(text, "has a comma that may stand for thousands", minor_digits, why);
    if (comma != NULL)
        *comma = '.';
    if (tariff_decimal_read(plain, minor_digits, value))
        return *value > 0 ? true : refuse(text, "is not above 0", minor_digits, why);
    if (decimals(plain) > minor_digits)
        return refuse(text, "has more decimals than the currency", minor_digits, why);
    return refuse(text, "is no amount", minor_digits, why);
}
