/* Bytes for a receipt printer, in the commands that Epson named and most printers know. */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "receipt_parts.h"

enum { ESC = 0x1B, GS = 0x1D, FS = 0x1C, LEFT = 0, CENTRE = 1, DOUBLE = 0x11, CP850_PAGE = 2, MODULE_DOTS = 5 };

struct printer {
    FILE *out;
    iconv_t convert;
    size_t columns;
};

/* What the printer's character set does not have becomes a question mark. */
static void put_text(struct printer *printer, const char *text, size_t size)
{
    char *from = (char *)text;
    while (size > 0) {
        char buffer[256];
        char *to = buffer;
        size_t room = sizeof buffer;
        size_t failed = iconv(printer->convert, &from, &size, &to, &room);
        (void)fwrite(buffer, 1, sizeof buffer - room, printer->out);
        if (failed != (size_t)-1 || errno == E2BIG)
            continue;
        (void)fputc('?', printer->out);
        do {
            from++;
            size--;
        } while (size > 0 && ((unsigned char)*from & 0xC0U) == 0x80U);
    }
}

static void put_bytes(struct printer *printer, const uint8_t *bytes, size_t size)
{
    (void)fwrite(bytes, 1, size, printer->out);
}

static void style(struct printer *printer, uint8_t align, uint8_t size)
{
    const uint8_t commands[] = {ESC, 'a', align, GS, '!', size};
    put_bytes(printer, commands, sizeof commands);
}

/* The printer draws the code itself: model 2, module size, level M, its data, print. */
static void put_qr(struct printer *printer, const char *text)
{
    const size_t size = strlen(text) + 3;
    const uint8_t set[] = {GS, '(', 'k', 4,           0,  '1', 'A', '2', 0, GS,  '(', 'k', 3,
                           0,  '1', 'C', MODULE_DOTS, GS, '(', 'k', 3,   0, '1', 'E', '1'};
    const uint8_t data[] = {GS, '(', 'k', (uint8_t)size, (uint8_t)(size >> 8), '1', 'P', '0'};
    const uint8_t print[] = {GS, '(', 'k', 3, 0, '1', 'Q', '0', '\n'};
    style(printer, CENTRE, 0);
    put_bytes(printer, set, sizeof set);
    put_bytes(printer, data, sizeof data);
    put_bytes(printer, (const uint8_t *)text, strlen(text));
    put_bytes(printer, print, sizeof print);
}

/* As text: left and right are already where they belong. */
static void put_plain(struct printer *printer, const struct receipt_row *row)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL)
        return;
    receipt_row_text(row, printer->columns, memory);
    if (fclose(memory) == 0)
        put_text(printer, text, size);
    free(text);
}

static void put_row(void *self, const struct receipt_row *row)
{
    struct printer *printer = self;
    if (row->style == RECEIPT_QR) {
        put_qr(printer, row->left);
        return;
    }
    bool large = row->style == RECEIPT_BIG && 2 * receipt_width(row->left) <= printer->columns;
    bool middle = row->style == RECEIPT_BIG || row->style == RECEIPT_CENTRE;
    style(printer, middle ? CENTRE : LEFT, large ? DOUBLE : row->style == RECEIPT_BIG ? 1 : 0);
    if (middle) {
        put_text(printer, row->left, strlen(row->left));
        (void)fputc('\n', printer->out);
    } else {
        put_plain(printer, row);
    }
}

bool receipt_escpos(const struct receipt *receipt, size_t columns, FILE *out)
{
    const uint8_t begin[] = {ESC, '@'};
    const uint8_t western[] = {ESC, 't', CP850_PAGE};
    const uint8_t hanzi[] = {FS, '&'};
    const uint8_t cut[] = {GS, 'V', 66, 0};
    struct printer printer = {out, iconv_open(receipt->chinese ? "GB18030" : "CP850", "UTF-8"), columns};
    if (printer.convert == (iconv_t)-1)
        return false;
    put_bytes(&printer, begin, sizeof begin);
    if (receipt->chinese)
        put_bytes(&printer, hanzi, sizeof hanzi);
    else
        put_bytes(&printer, western, sizeof western);
    receipt_lay(receipt, columns, put_row, &printer);
    put_bytes(&printer, cut, sizeof cut);
    (void)iconv_close(printer.convert);
    return fflush(out) == 0 && ferror(out) == 0;
}
