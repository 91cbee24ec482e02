/* Vendors and batches as messages, which point into these structs and into what they were made from. */
#ifndef MV_API_VENDOR_CONVERT_H
#define MV_API_VENDOR_CONVERT_H

#include <metervault/v1/vendor_service.pb-c.h>

#include "rpc/rpc.h"
#include "vending/batches.h"
#include "vending/vendors.h"

struct api_vendor {
    Metervault__V1__Vendor message;
    Metervault__V1__VendorTerms terms, pending;
};
void api_vendor_out(const struct vend_vendor *vendor, struct api_vendor *out);
void api_deposit_out(const struct vend_deposit *deposit, Metervault__V1__DepositSlip *out);
void api_statement_row_out(const struct vend_statement_row *row, Metervault__V1__StatementRow *out);

struct api_till_batch {
    Metervault__V1__Batch message;
    Metervault__V1__BatchSum sums[STORE_BATCH_SUMS], *pointers[STORE_BATCH_SUMS];
};
void api_till_batch_out(const struct vend_batch *batch, struct api_till_batch *out);

/* ---- vendor_batches.c: calls of vendor_service.c ---- */
void api_start_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_total_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_end_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_get_batch(void *self, struct rpc_call *call, const ProtobufCMessage *message);
void api_settle(void *self, struct rpc_call *call, const ProtobufCMessage *message);

#endif
