#include "text.h"

enum { DIGITS_MAX = 20 };

struct mv_text mv_text_on(char *line)
{
    line[0] = '\0';
    return (struct mv_text){.at = line};
}

void mv_text_char(struct mv_text *text, char c)
{
    if (text->length == MV_SCREEN_TEXT)
        return;
    text->at[text->length++] = c;
    text->at[text->length] = '\0';
}

void mv_text_add(struct mv_text *text, const char *words)
{
    for (; *words != '\0'; words++)
        mv_text_char(text, *words);
}

void mv_text_number(struct mv_text *text, uint64_t number, unsigned digits)
{
    char reversed[DIGITS_MAX];
    unsigned count = 0;
    for (; number > 0 || count < digits; number /= 10)
        reversed[count++] = (char)('0' + number % 10);
    while (count > 0)
        mv_text_char(text, reversed[--count]);
}

static unsigned length_of(uint64_t number)
{
    unsigned length = 1;
    while (number >= 10) {
        number /= 10;
        length++;
    }
    return length;
}

static uint64_t without(uint64_t number, unsigned digits)
{
    for (; digits > 0; digits--)
        number /= 10;
    return number;
}

void mv_text_decimal(struct mv_text *text, int64_t value, unsigned decimals, unsigned shown)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t whole = without(magnitude, decimals);
    unsigned room = (unsigned)MV_SCREEN_TEXT - text->length - (value < 0 ? 1U : 0U);
    unsigned width = length_of(whole);
    if (value < 0)
        mv_text_char(text, '-');
    if (width > room) {
        mv_text_add(text, "----------------");
        return;
    }
    while (shown > 0 && width + 1 + shown > room)
        shown--;
    mv_text_number(text, whole, 1);
    if (shown == 0)
        return;
    uint64_t part = without(magnitude, decimals - shown);
    uint64_t scale = 1;
    for (unsigned i = 0; i < shown; i++)
        scale *= 10;
    mv_text_char(text, '.');
    mv_text_number(text, part % scale, shown);
}
