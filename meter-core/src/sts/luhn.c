#include "metervault/sts.h"

enum { IAIN_OF_LONG_IIN = 11, IAIN_OF_SHORT_IIN = 13, PAN_DIGITS = 18 };

int mv_luhn_digit(const char *digits, unsigned length)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return -1;
        unsigned value = (unsigned)(digits[i] - '0');
        if ((length - i) % 2 == 1)
            value = value > 4 ? 2 * value - 9 : 2 * value;
        sum += value;
    }
    return (int)((10 - sum % 10) % 10);
}

static enum mv_result check_last_digit(const char *digits, unsigned length)
{
    int expected = mv_luhn_digit(digits, length - 1);
    if (expected < 0 || digits[length - 1] < '0' || digits[length - 1] > '9')
        return MV_FORMAT_ERROR;
    return digits[length - 1] == (char)('0' + expected) ? MV_DONE : MV_CHECK_DIGIT_ERROR;
}

enum mv_result mv_drn_check(const char *drn, unsigned length)
{
    if (length != IAIN_OF_LONG_IIN && length != IAIN_OF_SHORT_IIN)
        return MV_FORMAT_ERROR;
    return check_last_digit(drn, length);
}

static bool starts_with(const char *digits, const char *prefix)
{
    while (*prefix != '\0') {
        if (*digits++ != *prefix++)
            return false;
    }
    return true;
}

unsigned mv_pan_iin_length(const char pan[18])
{
    if (starts_with(pan, "600727"))
        return 6;
    return starts_with(pan, "0000") ? 4 : 0;
}

enum mv_result mv_pan_check(const char pan[18])
{
    unsigned iin = mv_pan_iin_length(pan);
    if (iin == 0)
        return MV_FORMAT_ERROR;
    enum mv_result result = check_last_digit(pan, PAN_DIGITS);
    if (result != MV_DONE)
        return result;
    return mv_drn_check(pan + iin, PAN_DIGITS - 1 - iin);
}
