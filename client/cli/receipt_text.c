#include <string.h>

#include "base/qr.h"
#include "receipt_parts.h"

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
        HANGUL = 0x1100,
        RADICALS = 0x2E80,
        PRIVATE = 0xE000,
        WIDE_FORMS = 0xFF00,
        HALF_FORMS = 0xFF61,
        SIGNS = 0xFFE0,
        LAST = 0xFFE6,
        PLANE2 = 0x20000
    };
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

size_t receipt_fit(const char *text, size_t columns)
{
    size_t bytes = 0;
    size_t width = 0;
    while (text[bytes] != '\0') {
        size_t size;
        width += columns_of(character(text + bytes, &size));
        if (width > columns && bytes > 0)
            return bytes;
        bytes += size;
    }
    return bytes;
}

static void pad(FILE *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)fputc(' ', out);
}

static void centred(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t bytes = receipt_fit(text, RECEIPT_COLUMNS);
        char part[RECEIPT_TEXT];
        memcpy(part, text, bytes);
        part[bytes] = '\0';
        size_t width = receipt_width(part);
        pad(out, width < RECEIPT_COLUMNS ? (RECEIPT_COLUMNS - width) / 2 : 0);
        (void)fprintf(out, "%s\n", part);
        text += bytes;
    }
}

/* Left, and right at the other edge; on a line of its own when both do not fit. */
static void both_edges(FILE *out, const char *left, const char *right)
{
    size_t used = 0;
    if (left[0] == '\0' && right[0] == '\0')
        (void)fputc('\n', out);
    while (*left != '\0') {
        size_t bytes = receipt_fit(left, RECEIPT_COLUMNS);
        (void)fprintf(out, "%.*s", (int)bytes, left);
        left += bytes;
        if (*left != '\0' || right[0] == '\0')
            (void)fputc('\n', out);
        else
            used = receipt_width(left - bytes);
    }
    if (right[0] == '\0')
        return;
    size_t width = receipt_width(right);
    if (used > 0 && used + 1 + width > RECEIPT_COLUMNS) {
        (void)fputc('\n', out);
        used = 0;
    }
    pad(out, used + width < RECEIPT_COLUMNS ? RECEIPT_COLUMNS - used - width : 0);
    (void)fprintf(out, "%s\n", right);
}

static void code(FILE *out, const char *text)
{
    struct qr qr;
    char blocks[QR_TEXT];
    if (!qr_make(text, &qr))
        return;
    qr_text(&qr, blocks);
    (void)fputs(blocks, out);
}

void receipt_row_text(const struct receipt_row *row, FILE *out)
{
    if (row->style == RECEIPT_RULE)
        (void)fprintf(out, "%.*s\n", RECEIPT_COLUMNS, "----------------------------------------");
    else if (row->style == RECEIPT_CENTRE || row->style == RECEIPT_BIG)
        centred(out, row->left);
    else
        both_edges(out, row->left, row->right);
}

void receipt_text(const struct receipt *receipt, bool qr, FILE *out)
{
    for (size_t i = 0; i < receipt->count; i++) {
        const struct receipt_row *row = &receipt->rows[i];
        if (row->style != RECEIPT_QR)
            receipt_row_text(row, out);
        else if (qr)
            code(out, row->left);
    }
}
