/* What the files of a receipt share. */
#ifndef METERVAULT_CLI_RECEIPT_PARTS_H
#define METERVAULT_CLI_RECEIPT_PARTS_H

#include "receipt.h"

struct receipt_source {
    const struct receipt_of *of;
    bool chinese;
};
/* The tokens of it; NULL when it has none. */
const Metervault__V1__IssuedTokens *receipt_tokens(const struct receipt_source *source);
/* False when there is no such field. */
bool receipt_field(const struct receipt_source *source, const char *name, size_t length, char text[RECEIPT_TEXT]);
void receipt_bill_line(const struct receipt_source *source, const Metervault__V1__BillLine *line,
                       struct receipt_row *row);

/* ---- receipt_words.c: what the receipt says by itself, in its language ---- */
/* What it is a receipt of. */
const char *receipt_title(const struct receipt_source *source);
const char *receipt_payment(const struct receipt_source *source, Metervault__V1__Payment payment);
/* "" when it is no claim. */
void receipt_claim_state(const struct receipt_source *source, char text[RECEIPT_TEXT]);
/* Over a token of an answer that begins with a key change of `sections` tokens; 0: there is none, nothing is said. */
void receipt_token_name(const struct receipt_source *source, size_t place, size_t sections, char text[RECEIPT_TEXT]);
/* How such tokens are typed; "" where there is nothing to say. */
void receipt_steps(const struct receipt_source *source, size_t sections, char text[RECEIPT_TEXT]);
const char *receipt_line_name(const struct receipt_source *source, const Metervault__V1__BillLine *line);

/* ---- receipt_text.c ---- */
/* A row that receipt_lay gave, as text, with its line's end; not for a QR code. */
void receipt_row_text(const struct receipt_row *row, size_t columns, FILE *out);

#endif
