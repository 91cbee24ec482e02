/* Between the messages of the protocol and the domain's structs. */
#ifndef MV_API_CONVERT_H
#define MV_API_CONVERT_H

#include <metervault/v1/common.pb-c.h>
#include <metervault/v1/meter_service.pb-c.h>
#include <metervault/v1/token_service.pb-c.h>

#include "rpc/rpc.h"
#include "vending/desk.h"

/* Whom the call is from and how long it may wait. Valid as long as the call. */
struct vend_caller api_caller(const struct rpc_call *call);
/* Fails the call; a fault of the request names its field in the metadata. */
void api_fail(struct rpc_call *call, mv_status status);

/* INVALID_FIELD "quantity" when there is none. */
MV_MUST_USE mv_status api_quantity_in(const Metervault__V1__Quantity *message, struct vend_quantity *quantity);
/* A request's key; INVALID_FIELD "key" when there is none. */
MV_MUST_USE mv_status api_key_in(const Metervault__V1__MeterKey *message, struct vend_meter_key *key);

/* 6 hex digits; false otherwise. */
bool api_domain_in(const char *text, uint8_t domain[STORE_DOMAIN]);
/* Not said where the message has no target at all. */
struct vend_key_target api_wanted_in(const Metervault__V1__WantedKey *message);

struct api_meter {
    Metervault__V1__Meter message;
    Metervault__V1__MeterKey key, pending;
    Metervault__V1__WantedKey wanted;
    Metervault__V1__RecordKeys records, pending_records;
    Metervault__V1__CardKeys cards;
    char domain[2 * STORE_DOMAIN + 1];
};
void api_meter_out(const struct vend_meter *meter, struct api_meter *out);

#endif
