#include "metervault/sts.h"

enum { DIGITS = 20, CLASS_LOW_BIT = 27 };
#define CLASS_BITS (UINT64_C(3) << CLASS_LOW_BIT)

/* The class takes the place of bits 28 and 27 of the block, which move to bits 65 and 64. */
static uint64_t put_class(uint64_t block, uint64_t class_bits)
{
    return (block & ~CLASS_BITS) | class_bits << CLASS_LOW_BIT;
}

void mv_sts_digits_from_block(uint8_t token_class, uint64_t cipher, char digits[21])
{
    uint64_t low = put_class(cipher, token_class & 3U);
    uint64_t limbs[3] = {(cipher & CLASS_BITS) >> CLASS_LOW_BIT, low >> 32, low & UINT32_MAX};
    for (unsigned i = DIGITS; i-- > 0;) {
        uint64_t rest = 0;
        for (unsigned k = 0; k < 3; k++) {
            uint64_t part = rest << 32 | limbs[k];
            limbs[k] = part / 10;
            rest = part % 10;
        }
        digits[i] = (char)('0' + (char)rest);
    }
    digits[DIGITS] = '\0';
}

enum mv_result mv_sts_digits_to_block(const char *digits, uint8_t *token_class, uint64_t *cipher)
{
    uint64_t high = 0; /* bits 64 and up */
    uint64_t low = 0;
    for (unsigned i = 0; i < DIGITS; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return MV_FORMAT_ERROR;
        uint64_t right = (low & UINT32_MAX) * 10 + (uint64_t)(digits[i] - '0');
        uint64_t left = (low >> 32) * 10 + (right >> 32);
        high = high * 10 + (left >> 32);
        low = left << 32 | (right & UINT32_MAX);
    }
    if (digits[DIGITS] != '\0' || high > 3)
        return MV_FORMAT_ERROR;
    *token_class = (uint8_t)((low & CLASS_BITS) >> CLASS_LOW_BIT);
    *cipher = put_class(low, high);
    return MV_DONE;
}
