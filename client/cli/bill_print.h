/* Bills and priced sales, on screen. */
#ifndef METERVAULT_CLI_BILL_PRINT_H
#define METERVAULT_CLI_BILL_PRINT_H

#include "cli.h"
#include "metervault/v1/sale_service.pb-c.h"

/* Its lines and its total. */
void bill_print(const Metervault__V1__Bill *bill);
/* What was handed over, the change, and what the account holds then. */
void bill_print_payment(const Metervault__V1__Sold *sold);
/* As the settings say: bill, payment and tokens, or JSON. Returns the exit code; CLI_DONE only when it was written out.
 */
int bill_print_sold(const struct cli *cli, const Metervault__V1__Sold *sold);

/* Of a BillLineKind: a line's, or that of the sum of many. "?" for none of these. */
const char *bill_line_name(uint32_t kind, bool sum);
/* "cash", "bank", "card", "mobile", "balance". */
const char *bill_payment_name(Metervault__V1__Payment payment);
/* PAYMENT_UNSPECIFIED for none of these. */
Metervault__V1__Payment bill_payment_find(const char *name);

#endif
