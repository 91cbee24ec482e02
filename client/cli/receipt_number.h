/* The number of a receipt as people write it. */
#ifndef METERVAULT_CLI_RECEIPT_NUMBER_H
#define METERVAULT_CLI_RECEIPT_NUMBER_H

#include <stdbool.h>

#include "metervault/v1/token_service.pb-c.h"

enum { RECEIPT_NUMBER = 128 };
/* ORGANISATION/TERMINAL/NUMBER; the message points into `parts`. */
bool receipt_number_read(const char *text, char parts[RECEIPT_NUMBER], Metervault__V1__ReceiptNumber *receipt);

#endif
