/* Rows of a receipt on paper of some width. */
#include <string.h>

#include "receipt.h"

/* One character of UTF-8; `size` is set to its bytes. What is no UTF-8 counts as a byte. */
static uint32_t character(const char *text, size_t *size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0 ? 1 : 0;
    uint32_t code = more == 3 ? at[0] & 0x07U : more == 2 ? at[0] & 0x0FU : more == 1 ? at[0] & 0x1FU : at[0];
    *size = 1;
    for (; more > 0 && (at[*size] & 0xC0U) == 0x80U; more--)
        code = code << 6 | (at[(*size)++] & 0x3FU);
    return code;
}

static size_t columns_of(uint32_t code)
{
    enum {
        COMBINING = 0x0300,
        COMBINING_END = 0x0370,
        HANGUL = 0x1100,
        RADICALS = 0x2E80,
        PRIVATE = 0xE000,
        WIDE_FORMS = 0xFF00,
        HALF_FORMS = 0xFF61,
        SIGNS = 0xFFE0,
        LAST = 0xFFE6,
        PLANE2 = 0x20000
    };
    if (code >= COMBINING && code < COMBINING_END)
        return 0;
    bool wide = (code >= HANGUL && code < HANGUL + 0x60) || (code >= RADICALS && code < PRIVATE) ||
                (code > WIDE_FORMS && code < HALF_FORMS) || (code >= SIGNS && code <= LAST) || code >= PLANE2;
    return wide ? 2 : 1;
}

size_t receipt_width(const char *text)
{
    size_t width = 0;
    for (size_t size; *text != '\0'; text += size)
        width += columns_of(character(text, &size));
    return width;
}

/* What no line begins with. */
static bool closes(uint32_t code)
{
    static const uint32_t signs[] = {0x3001, 0x3002, 0xFF01, 0xFF09, 0xFF0C, 0xFF1A, 0xFF1B, 0xFF1F};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (code == signs[i])
            return true;
    return false;
}

/* Bytes of the line that the text begins with: whole words, or characters where a word alone is too long or writing
 * has no blanks. At least one character. `*broken`: in the middle of a word. */
static size_t line_of(const char *text, size_t columns, bool *broken)
{
    size_t bytes = 0;
    size_t width = 0;
    size_t end = 0; /* where the line may end at the latest so far */
    size_t before = 0;
    *broken = false;
    while (text[bytes] != '\0') {
        size_t size;
        uint32_t code = character(text + bytes, &size);
        size_t taken = columns_of(code);
        bool apart = code == ' ' || (bytes > 0 && text[bytes - 1] == ' ') || taken > 1 || before > 1;
        if (bytes > 0 && taken > 0 && apart && !closes(code))
            end = bytes;
        width += taken;
        if (width > columns && bytes > 0) {
            *broken = end == 0;
            return end > 0 ? end : bytes;
        }
        before = taken;
        bytes += size;
    }
    return bytes;
}

/* The next line of `*text`, which moves on behind it and blanks. False when nothing is left. */
static bool next_line(const char **text, size_t columns, char line[RECEIPT_TEXT])
{
    *text += strspn(*text, " ");
    if (**text == '\0')
        return false;
    bool broken;
    size_t size = line_of(*text, columns, &broken);
    const char *from = *text;
    *text += size;
    while (size > 0 && from[size - 1] == ' ')
        size--;
    memcpy(line, from, size);
    line[size] = '\0';
    return true;
}

struct laying {
    size_t columns;
    receipt_put_fn *put;
    void *self;
    bool rule; /* one is due before the next row */
    bool begun;
};

static void put(struct laying *laying, enum receipt_style style, const char *left, const char *right)
{
    static const struct receipt_row rule = {.style = RECEIPT_RULE};
    struct receipt_row row = {.style = style};
    if (laying->rule && laying->begun)
        laying->put(laying->self, &rule);
    laying->rule = false;
    laying->begun = true;
    memcpy(row.left, left, strlen(left) + 1);
    memcpy(row.right, right, strlen(right) + 1);
    laying->put(laying->self, &row);
}

static void put_lines(struct laying *laying, enum receipt_style style, const char *text, bool at_right)
{
    char line[RECEIPT_TEXT];
    while (next_line(&text, laying->columns, line))
        put(laying, style, at_right ? "" : line, at_right ? line : "");
}

/* A short name on the left stays beside the first line of what is on the right. */
static void put_long_right(struct laying *laying, const char *left, const char *right)
{
    char line[RECEIPT_TEXT];
    const size_t room = laying->columns - receipt_width(left) - 1;
    while (next_line(&right, room, line)) {
        put(laying, RECEIPT_PLAIN, left, line);
        left = "";
    }
}

/* A short amount on the right stays beside the last line of what is on the left. */
static void put_long_left(struct laying *laying, const char *left, const char *right)
{
    char line[RECEIPT_TEXT];
    const size_t room = laying->columns - receipt_width(right) - 1;
    while (next_line(&left, room, line))
        put(laying, RECEIPT_PLAIN, line, left[strspn(left, " ")] == '\0' ? right : "");
}

/* Whether it begins with a word that is longer than so many columns. */
static bool long_word(const char *text, size_t columns)
{
    bool broken;
    (void)line_of(text, columns, &broken);
    return broken;
}

static void put_plain(struct laying *laying, const struct receipt_row *row)
{
    const size_t left = receipt_width(row->left);
    const size_t right = receipt_width(row->right);
    const bool both = left > 0 && right > 0;
    if (left + right + both <= laying->columns) {
        put(laying, RECEIPT_PLAIN, row->left, row->right);
    } else if (both && left <= laying->columns / 2 && !long_word(row->right, laying->columns - left - 1)) {
        put_long_right(laying, row->left, row->right);
    } else if (both && right <= laying->columns / 2) {
        put_long_left(laying, row->left, row->right);
    } else {
        put_lines(laying, RECEIPT_PLAIN, row->left, false);
        put_lines(laying, RECEIPT_PLAIN, row->right, true);
    }
}

void receipt_lay(const struct receipt *receipt, size_t columns, receipt_put_fn *to, void *self)
{
    struct laying laying = {.columns = columns, .put = to, .self = self};
    for (size_t i = 0; i < receipt->count; i++) {
        const struct receipt_row *row = &receipt->rows[i];
        switch (row->style) {
        case RECEIPT_RULE:
            laying.rule = true;
            break;
        case RECEIPT_QR:
            put(&laying, RECEIPT_QR, row->left, "");
            break;
        case RECEIPT_PLAIN:
            put_plain(&laying, row);
            break;
        case RECEIPT_CENTRE:
        case RECEIPT_BIG:
            put_lines(&laying, row->style, row->left, false);
            break;
        }
    }
}
