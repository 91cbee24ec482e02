#include <string.h>
#include <unistd.h>

#include "base/qr.h"
#include "receipt_parts.h"

static void pad(FILE *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)fputc(' ', out);
}

static void code(FILE *out, const char *text)
{
    struct qr qr;
    char blocks[QR_TEXT];
    if (!qr_make(text, &qr))
        return;
    qr_text(&qr, isatty(fileno(out)) == 0, blocks);
    (void)fputs(blocks, out);
}

void receipt_row_text(const struct receipt_row *row, size_t columns, FILE *out)
{
    const size_t left = receipt_width(row->left);
    const size_t used = left + receipt_width(row->right);
    const size_t room = used < columns ? columns - used : 0;
    if (row->style == RECEIPT_RULE) {
        for (size_t i = 0; i < columns; i++)
            (void)fputc('-', out);
    } else if (row->style == RECEIPT_PLAIN) {
        (void)fputs(row->left, out);
        pad(out, row->right[0] != '\0' ? room : 0);
        (void)fputs(row->right, out);
    } else {
        pad(out, room / 2);
        (void)fputs(row->left, out);
    }
    (void)fputc('\n', out);
}

struct writing {
    size_t columns;
    bool qr;
    FILE *out;
};

static void put(void *self, const struct receipt_row *row)
{
    const struct writing *writing = self;
    if (row->style != RECEIPT_QR)
        receipt_row_text(row, writing->columns, writing->out);
    else if (writing->qr)
        code(writing->out, row->left);
}

void receipt_text(const struct receipt *receipt, size_t columns, bool qr, FILE *out)
{
    struct writing writing = {columns, qr, out};
    receipt_lay(receipt, columns, put, &writing);
}
