/* What was issued, and what a token says, as messages. Everything points into these structs and into what they were
 * made from. */
#ifndef MV_API_TOKEN_CONVERT_H
#define MV_API_TOKEN_CONVERT_H

#include <metervault/v1/token_service.pb-c.h>

#include "vending/desk.h"

struct api_management {
    Metervault__V1__Management message;
    Metervault__V1__ExtendedToken extended;
};
void api_management_out(const struct vend_management *management, struct api_management *out);
/* INVALID_FIELD names what is missing or cannot be told; whether the value fits its token is the domain's to check. */
MV_MUST_USE mv_status api_management_in(const Metervault__V1__Management *message, struct vend_management *management);

void api_test_out(const struct vend_test *test, Metervault__V1__MeterTest *out);
/* The meter PAN says how many digits its maker's code has when the request does not. */
MV_MUST_USE mv_status api_test_in(const Metervault__V1__MeterTest *message, const char *pan, struct vend_test *test);

void api_key_out(const struct store_key *key, Metervault__V1__MeterKey *out);
void api_quantity_out(enum vend_unit unit, int64_t amount, Metervault__V1__Quantity *out);

struct api_token {
    Metervault__V1__Token message;
    Metervault__V1__Quantity carried;
    Metervault__V1__MeterKey key;
    char kcv[7];
};
struct api_issued {
    Metervault__V1__IssuedTokens message;
    Metervault__V1__Quantity requested;
    struct api_token tokens[VEND_MAX_TOKENS];
    Metervault__V1__Token *pointers[VEND_MAX_TOKENS];
    Metervault__V1__ReceiptNumber receipt;
    struct api_management management;
    Metervault__V1__MeterTest test;
    Metervault__V1__KeyChange key_change;
    Metervault__V1__MeterKey from, to;
};
void api_issued_out(const struct vend_issued *issued, struct api_issued *out);

struct api_verified {
    Metervault__V1__VerifyResponse message;
    struct api_issued issued;
    Metervault__V1__ForeignToken foreign;
    Metervault__V1__Quantity quantity;
    struct api_management management;
};
void api_verified_out(const struct vend_verified *verified, struct api_verified *out);

#endif
