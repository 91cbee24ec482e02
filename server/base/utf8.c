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

/* Bytes of the character at the beginning; 0: there is none. */
static size_t character(const uint8_t *text, size_t size)
{
    uint8_t low;
    uint8_t high;
    if (text[0] < 0x80)
        return text[0] != 0 ? 1 : 0;
    size_t more = following(text[0], &low, &high);
    if (more == 0 || more >= size)
        return 0;
    for (size_t i = 1; i <= more; i++, low = 0x80, high = 0xbf)
        if (text[i] < low || text[i] > high)
            return 0;
    return more + 1;
}

bool mv_utf8_ok(const void *data, size_t size)
{
    const uint8_t *text = data;
    for (size_t i = 0; i < size;) {
        /* almost every one is ASCII */
        bool plain = text[i] != 0 && text[i] < 0x80;
        size_t length = plain ? 1 : character(text + i, size - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

/* What moves the cursor, ends the line, or turns the direction of what stands beside it. */
static bool is_printable(const uint8_t *text, size_t length)
{
    if (length == 1)
        return text[0] >= ' ' && text[0] != 0x7f;
    if (length == 2) /* U+0080 to U+009F; U+061C */
        return !(text[0] == 0xc2 && text[1] < 0xa0) && !(text[0] == 0xd8 && text[1] == 0x9c);
    if (length != 3 || text[0] != 0xe2)
        return true;
    if (text[1] == 0x80) /* U+200E, U+200F; U+2028 to U+202E */
        return text[2] != 0x8e && text[2] != 0x8f && (text[2] < 0xa8 || text[2] > 0xae);
    return text[1] != 0x81 || text[2] < 0xa6 || text[2] > 0xa9; /* U+2066 to U+2069 */
}

size_t mv_text_printable_bytes(const void *data, size_t size)
{
    const uint8_t *text = data;
    size_t at = 0;
    while (at < size) {
        size_t length = character(text + at, size - at);
        if (length == 0 || !is_printable(text + at, length))
            break;
        at += length;
    }
    return at;
}

bool mv_text_printable(const void *data, size_t size)
{
    return mv_text_printable_bytes(data, size) == size;
}
