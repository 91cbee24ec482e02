/* What the files of a receipt share. */
#ifndef METERVAULT_CLI_RECEIPT_PARTS_H
#define METERVAULT_CLI_RECEIPT_PARTS_H

#include "receipt.h"

struct receipt_source {
    const Metervault__V1__Sold *sold;
    int32_t utc_offset_min;
    bool chinese;
};
/* False when there is no such field. */
bool receipt_field(const struct receipt_source *source, const char *name, size_t length, char text[RECEIPT_TEXT]);
void receipt_bill_line(const struct receipt_source *source, const Metervault__V1__BillLine *line,
                       struct receipt_row *row);
const char *receipt_money(const Metervault__V1__Sold *sold, int64_t amount, char text[RECEIPT_TEXT]);
/* As text; not for a QR code. */
void receipt_row_text(const struct receipt_row *row, FILE *out);

#endif
