/* Receipts: a template and a sale become rows, and rows become text, a PDF or a printer's bytes. Templates:
 * receipt_template.md. */
#ifndef METERVAULT_CLI_RECEIPT_H
#define METERVAULT_CLI_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "metervault/v1/sale_service.pb-c.h"

enum { RECEIPT_COLUMNS = 40, RECEIPT_TEXT = 320, RECEIPT_ROWS = 200, RECEIPT_WRONG = 160 };

enum receipt_style {
    RECEIPT_PLAIN, /* `left`, and `right` at the other edge */
    RECEIPT_CENTRE,
    RECEIPT_BIG, /* centred, twice as large where that can be */
    RECEIPT_RULE,
    RECEIPT_QR, /* of `left` */
};
struct receipt_row {
    enum receipt_style style;
    char left[RECEIPT_TEXT], right[RECEIPT_TEXT];
};
struct receipt {
    struct receipt_row rows[RECEIPT_ROWS];
    size_t count;
    bool chinese; /* names of lines and payments, and the printer's character set */
};

/* The template of a language, "en" or "zh"; NULL for others. */
const char *receipt_builtin(const char *language);
/* False after it wrote into `wrong` which line of the template has what that cannot be: an unknown field is refused,
 * not left out. `utc_offset_min` is the office's. */
bool receipt_make(const Metervault__V1__Sold *sold, const char *template, int32_t utc_offset_min,
                  struct receipt *receipt, char wrong[RECEIPT_WRONG]);

/* Columns that a terminal or printer needs: Chinese characters take two. */
size_t receipt_width(const char *text);
/* Bytes of the beginning that fit into so many columns; at least one character. */
size_t receipt_fit(const char *text, size_t columns);

/* UTF-8, RECEIPT_COLUMNS wide; the QR code in half blocks when `qr`. */
void receipt_text(const struct receipt *receipt, bool qr, FILE *out);
/* One page of 80 mm. False when it could not be written. */
bool receipt_pdf(const struct receipt *receipt, FILE *out);
/* ESC/POS for 80 mm paper, 48 columns: CP850, or GB18030 when Chinese. False when it could not be written. */
bool receipt_escpos(const struct receipt *receipt, FILE *out);

#endif
