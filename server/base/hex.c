#include "base/hex.h"

#include <string.h>

/* 0..15, or -1 */
static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool mv_hex_read(const char *text, uint8_t *bytes, size_t most, size_t *size)
{
    size_t length = strlen(text);
    if (length == 0 || length % 2 != 0 || length / 2 > most)
        return false;
    for (size_t i = 0; i < length; i += 2) {
        int high = digit_value(text[i]);
        int low = digit_value(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    *size = length / 2;
    return true;
}
