#include "audit/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the character that `lead` opens, 0 when it opens none; `low` and `high` bound the byte after it. */
static size_t character_size(uint8_t lead, uint8_t *low, uint8_t *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (lead == 0xE0)
            *low = 0xA0; /* below: overlong */
        if (lead == 0xED)
            *high = 0x9F; /* above: surrogates */
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (lead == 0xF0)
            *low = 0x90;
        if (lead == 0xF4)
            *high = 0x8F;
        return 4;
    }
    return 0;
}

bool audit_utf8_ok(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length = strnlen(text, size);
    if (length == size)
        return false;
    size_t at = 0;
    while (at < length) {
        uint8_t low, high;
        size_t count = character_size(bytes[at], &low, &high);
        if (count == 0 || count > length - at)
            return false;
        if (count > 1 && (bytes[at + 1] < low || bytes[at + 1] > high))
            return false;
        for (size_t i = 2; i < count; i++)
            if ((bytes[at + i] & 0xC0) != 0x80)
                return false;
        at += count;
    }
    return true;
}
