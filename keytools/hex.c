#include "hex.h"

/* -1 when low <= c <= high, else 0. */
static int in_range(int c, int low, int high)
{
    return -(int)((unsigned)((low - 1 - c) & (c - high - 1)) >> 31);
}

/* 0..15, or -1; no table and no branch. */
static int digit_value(int c)
{
    int value = -1;
    value += in_range(c, '0', '9') & (c - '0' + 1);
    value += in_range(c, 'a', 'f') & (c - 'a' + 11);
    value += in_range(c, 'A', 'F') & (c - 'A' + 11);
    return value;
}

bool hex_decode(const char *text, uint8_t *bytes, size_t size)
{
    size_t digits = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '\t' || *text == '\r')
            continue;
        int value = digit_value((unsigned char)*text);
        if (value < 0 || digits == 2 * size)
            return false;
        uint8_t *byte = &bytes[digits / 2];
        *byte = (uint8_t)(digits % 2 == 0 ? value << 4 : *byte | value);
        digits++;
    }
    return digits == 2 * size;
}

static char digit_char(unsigned value)
{
    /* 'A' - '9' - 1 is added above 9 only */
    return (char)('0' + value + ((9U - value) >> 31) * ('A' - '9' - 1));
}

void hex_encode(const uint8_t *bytes, size_t size, char *text)
{
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digit_char(bytes[i] >> 4);
        text[2 * i + 1] = digit_char(bytes[i] & 15U);
    }
    text[2 * size] = '\0';
}
