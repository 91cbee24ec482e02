#include "token66.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 wide; /* tests run on 64-bit hosts */

bool token66_from_digits(const char *digits, char hex[18])
{
    wide value = 0;
    if (strlen(digits) != 20 || strspn(digits, "0123456789") != 20)
        return false;
    for (; *digits != '\0'; digits++)
        value = value * 10 + (unsigned)(*digits - '0');
    if (value >> 66 != 0)
        return false;
    (void)snprintf(hex, 18, "%X%016llX", (unsigned)(value >> 64), (unsigned long long)value);
    return true;
}

bool token66_to_digits(const char *hex, char digits[21])
{
    wide value = 0;
    size_t length = strlen(hex);
    if (length == 0 || length > 17 || strspn(hex, "0123456789abcdefABCDEF") != length)
        return false;
    for (; *hex != '\0'; hex++) {
        char one[2] = {*hex, '\0'};
        value = value << 4 | strtoul(one, NULL, 16);
    }
    if (value >> 66 != 0)
        return false;
    digits[20] = '\0';
    for (int i = 19; i >= 0; i--, value /= 10)
        digits[i] = (char)('0' + (int)(value % 10));
    return true;
}
