/* Receipts: a template and what was done become rows, and rows become text, a PDF or a printer's bytes. Templates:
 * receipt_template.md. */
#ifndef METERVAULT_CLI_RECEIPT_H
#define METERVAULT_CLI_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "metervault/v1/account_money_service.pb-c.h"

enum { RECEIPT_TEXT = 320, RECEIPT_ROWS = 200, RECEIPT_WRONG = 160 };
/* What fits on a line of a terminal, and of paper of 80 mm; and what can be asked for. */
enum { RECEIPT_COLUMNS = 40, RECEIPT_PRINTER_COLUMNS = 48, RECEIPT_COLUMNS_LEAST = 24, RECEIPT_COLUMNS_MOST = 64 };

/* What the receipt is of: one of the four, the others NULL. */
struct receipt_of {
    const Metervault__V1__Sold *sold;           /* a priced sale */
    const Metervault__V1__IssuedTokens *issued; /* tokens without a price here */
    const Metervault__V1__AccountAct *act;      /* money of an account besides sales, or a debt */
    const Metervault__V1__Claim *claim;
    const char *currency; /* of the office, 3 letters; "" while it has none */
    unsigned minor_digits;
    int32_t utc_offset_min;
};

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

/* The template of a language, "en" or "zh", for receipts of every kind; NULL for others. */
const char *receipt_builtin(const char *language);
/* False after it wrote into `wrong` which line of the template has what that cannot be: an unknown field is refused,
 * not left out. */
bool receipt_make(const struct receipt_of *of, const char *template, struct receipt *receipt,
                  char wrong[RECEIPT_WRONG]);

/* Columns that a terminal or printer needs: Chinese characters and pictures take two, marks that combine with the
 * character before them none, in the writing that receipt_lay.c lists. */
size_t receipt_width(const char *text);
/* Rows as they come on paper of so many columns: what is too long goes on in further rows, between words where it can.
 * A rule stands neither first nor last nor behind another. */
typedef void receipt_put_fn(void *self, const struct receipt_row *row);
void receipt_lay(const struct receipt *receipt, size_t columns, receipt_put_fn *to, void *self);

/* UTF-8; the QR code in half blocks when `qr`. */
void receipt_text(const struct receipt *receipt, size_t columns, bool qr, FILE *out);
/* One page of 80 mm. False when it could not be written. */
bool receipt_pdf(const struct receipt *receipt, FILE *out);
/* ESC/POS: CP850, or GB18030 when Chinese. False when it could not be written. */
bool receipt_escpos(const struct receipt *receipt, size_t columns, FILE *out);

#endif
