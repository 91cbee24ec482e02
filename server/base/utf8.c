#include "base/utf8.h"

#include <stdint.h>

/* Bytes that follow `lead`, and the range of the first of them; 0 bytes and an empty range when it is no lead byte. */
static size_t following(uint8_t lead, uint8_t *low, uint8_t *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 1;
    if (lead >= 0xe0 && lead <= 0xef) {
        *low = lead == 0xe0 ? 0xa0 : 0x80;
        *high = lead == 0xed ? 0x9f : 0xbf;
        return 2;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        *low = lead == 0xf0 ? 0x90 : 0x80;
        *high = lead == 0xf4 ? 0x8f : 0xbf;
        return 3;
    }
    return 0;
}

bool mv_utf8_ok(const void *data, size_t size)
{
    const uint8_t *text = data;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == 0)
            return false;
        if (text[i] < 0x80)
            continue;
        uint8_t low;
        uint8_t high;
        size_t more = following(text[i], &low, &high);
        if (more == 0 || more >= size - i)
            return false;
        for (; more > 0; more--, low = 0x80, high = 0xbf) {
            i++;
            if (text[i] < low || text[i] > high)
                return false;
        }
    }
    return true;
}
