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

struct range {
    uint32_t first, last;
};

/* Marks that stand over, under or in the character before them, and joiners (Unicode's classes Mn, Me and Cf): those of
 * the writing that names are likely to be in. */
static bool is_mark(uint32_t code)
{
    static const struct range marks[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670},
        {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED}, {0x0900, 0x0902}, {0x093A, 0x093A},
        {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0951, 0x0957}, {0x0962, 0x0963}, {0x0981, 0x0981},
        {0x09BC, 0x09BC}, {0x09C1, 0x09C4}, {0x09CD, 0x09CD}, {0x0A41, 0x0A51}, {0x0AC1, 0x0AC8}, {0x0ACD, 0x0ACD},
        {0x0BC0, 0x0BC0}, {0x0BCD, 0x0BCD}, {0x0C3E, 0x0C40}, {0x0C46, 0x0C56}, {0x0CCC, 0x0CCD}, {0x0D41, 0x0D44},
        {0x0D4D, 0x0D4D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x0EB1, 0x0EB1}, {0x0EB4, 0x0EBC},
        {0x0EC8, 0x0ECE}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2060, 0x2060}, {0x20D0, 0x20F0},
        {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (code >= marks[i].first && code <= marks[i].last)
            return true;
    return false;
}

/* Chinese, Japanese, Korean and pictures. */
static bool is_wide(uint32_t code)
{
    static const struct range wide[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                        {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
                                        {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (code >= wide[i].first && code <= wide[i].last)
            return true;
    return false;
}

static size_t columns_of(uint32_t code)
{
    if (is_mark(code))
        return 0;
    return is_wide(code) ? 2 : 1;
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
