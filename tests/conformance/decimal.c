#include "decimal.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 64, MOST_EXPONENT = 1000 };

struct digits {
    char text[MOST_DIGITS]; /* without leading zeros */
    int count;
    int point; /* digits before the decimal point; may be negative or beyond count */
};

static bool push(struct digits *digits, char digit)
{
    if (digits->count == 0 && digit == '0')
        return true;
    if (digits->count == MOST_DIGITS)
        return false;
    digits->text[digits->count++] = digit;
    return true;
}

static bool read_exponent(const char *text, int *exponent)
{
    char *end = NULL;
    if (*text == '\0') {
        *exponent = 0;
        return true;
    }
    if (*text != 'e' && *text != 'E')
        return false;
    long value = strtol(text + 1, &end, 10);
    if (end == text + 1 || *end != '\0' || value > MOST_EXPONENT || value < -MOST_EXPONENT)
        return false;
    *exponent = (int)value;
    return true;
}

static bool read_digits(const char *text, struct digits *digits)
{
    bool fraction = false;
    int any = 0;
    for (; (*text >= '0' && *text <= '9') || (*text == '.' && !fraction); text++) {
        if (*text == '.') {
            fraction = true;
            continue;
        }
        any++;
        if (!push(digits, *text))
            return false;
        if (fraction)
            digits->point -= digits->count == 0; /* a leading zero behind the point */
        else
            digits->point = digits->count;
    }
    int exponent = 0;
    if (any == 0 || !read_exponent(text, &exponent))
        return false;
    digits->point += exponent;
    return true;
}

/* value * 10 + digit; false on overflow. */
static bool shift_in(struct mv_u128 *value, unsigned digit)
{
    uint64_t low = (value->low & 0xFFFFFFFF) * 10 + digit;
    uint64_t middle = (value->low >> 32) * 10 + (low >> 32);
    if (value->high > (UINT64_MAX - (middle >> 32)) / 10)
        return false;
    value->high = value->high * 10 + (middle >> 32);
    value->low = middle << 32 | (low & 0xFFFFFFFF);
    return true;
}

static bool whole_part(const struct digits *digits, int length, struct mv_u128 *value)
{
    *value = (struct mv_u128){0, 0};
    for (int i = 0; i < length; i++) {
        unsigned digit = i < digits->count ? (unsigned)(digits->text[i] - '0') : 0;
        if (!shift_in(value, digit))
            return false;
        if (digits->count == 0)
            break;
    }
    return true;
}

static bool has_rest(const struct digits *digits, int length)
{
    for (int i = length < 0 ? 0 : length; i < digits->count; i++)
        if (digits->text[i] != '0')
            return true;
    return false;
}

bool decimal_parse(const char *text, int places, bool *negative, struct mv_u128 *magnitude)
{
    struct digits digits = {.count = 0};
    *negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    if (!read_digits(text, &digits) || !whole_part(&digits, digits.point + places, magnitude))
        return false;
    /* toward plus infinity: up for positive, toward zero for negative numbers */
    if (!*negative && has_rest(&digits, digits.point + places)) {
        magnitude->low++;
        magnitude->high += magnitude->low == 0;
        return magnitude->low != 0 || magnitude->high != 0;
    }
    if (magnitude->high == 0 && magnitude->low == 0)
        *negative = false;
    return true;
}
