/* Bills and priced sales as messages, which point into these structs and into what they were made from. */
#ifndef MV_API_BILL_CONVERT_H
#define MV_API_BILL_CONVERT_H

#include <metervault/v1/sale_service.pb-c.h>

#include "api/token_convert.h"
#include "vending/sales.h"

struct api_bill {
    Metervault__V1__Bill message;
    Metervault__V1__Quantity quantity;
    Metervault__V1__BillLine lines[STORE_BILL_LINES];
    Metervault__V1__BillLine *pointers[STORE_BILL_LINES];
    Metervault__V1__Quantity units[STORE_BILL_LINES];
};
void api_bill_out(const struct vend_charged *charged, struct api_bill *out);

struct api_sold {
    Metervault__V1__Sold message;
    struct api_issued issued;
    struct api_bill bill;
};
void api_sold_out(const struct vend_issued *issued, const struct vend_charged *charged, struct api_sold *out);

/* What is bought and how it is paid, without who: the rest of api_purchase_in. */
MV_MUST_USE mv_status api_payment_in(const Metervault__V1__Purchase *message, struct vend_order *order);
/* Into an order without request id and terminal. INVALID_FIELD names what is missing; ranges are the domain's to check.
 */
MV_MUST_USE mv_status api_purchase_in(const Metervault__V1__Purchase *message, struct vend_order *order);
/* The same where the account is said elsewhere: INVALID_FIELD "who" when it is said here too. */
MV_MUST_USE mv_status api_purchase_of_in(const Metervault__V1__Purchase *message, struct vend_order *order);

#endif
