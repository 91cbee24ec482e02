/* A row of a batch file as an order. */
#ifndef METERVAULT_CLI_CSV_ORDER_H
#define METERVAULT_CLI_CSV_ORDER_H

#include "csv.h"
#include "sale.h"

/* The columns by their names in the first row; meter is needed. */
enum csv_column {
    CSV_REQUEST_ID,
    CSV_METER,
    CSV_KIND,
    CSV_AMOUNT,
    CSV_UNIT,
    CSV_ACTION,
    CSV_VALUE,
    CSV_SGC,
    CSV_KRN,
    CSV_TI,
    CSV_KT,
    CSV_COLUMNS
};
struct csv_columns {
    size_t at[CSV_COLUMNS]; /* the field's number from 1, 0: no such column */
    size_t count;
};
/* NULL, or what is wrong with the first row; `name` is then the column that it is about, or "". */
const char *csv_columns_read(const struct csv_reader *first, struct csv_columns *columns, const char **name);

/* The text of a field, "" when there is none. */
const char *csv_field(const struct csv_reader *row, const struct csv_columns *columns, enum csv_column column);

struct csv_order {
    Metervault__V1__BatchItem item;
    Metervault__V1__IssueCreditRequest credit;
    Metervault__V1__Quantity quantity;
    Metervault__V1__IssueManagementRequest management_request;
    Metervault__V1__Management management;
    Metervault__V1__ExtendedToken extended;
    Metervault__V1__IssueTestRequest test_request;
    Metervault__V1__MeterTest test;
    Metervault__V1__IssueKeyChangeRequest key_change;
    Metervault__V1__KeyTarget target;
};
/* Fills order->item, which points into *order and into the row. NULL, or what is wrong with the row. */
const char *csv_order_read(const struct csv_reader *row, const struct csv_columns *columns, const char *terminal,
                           const char *request_id, struct csv_order *order);

#endif
