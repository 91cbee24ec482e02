/* The form of names and numbers that callers send. INVALID_FIELD names the field; nothing here looks at the ledger. */
#ifndef MV_VENDING_FORM_H
#define MV_VENDING_FORM_H

#include "vending/vending.h"

/* 1..longest of [A-Za-z0-9._-]. */
MV_MUST_USE mv_status vend_form_name(const char *text, size_t longest, const char *field);
MV_MUST_USE mv_status vend_form_sgc(const char *text);
/* 18 digits of a known issuer with both check digits: INVALID_FIELD or CHECK_DIGIT. */
MV_MUST_USE mv_status vend_form_pan(const char *text);
/* The PAN as the object of an audit record, or NULL: what is no PAN may be the digits of a token. */
const char *vend_form_object(const char *pan);
/* 20 digits. */
MV_MUST_USE mv_status vend_form_digits(const char *text, const char *field);
/* An order as it is said; whether the meter takes it is asked when it is admitted. A trial has no request id. */
MV_MUST_USE mv_status vend_form_order(const struct vend_order *order);
/* All ranges, and that algorithm, key generation and key type belong together and to a keypad meter. */
MV_MUST_USE mv_status vend_form_meter(const struct vend_meter_request *request);
/* At least one role, no unknown one. */
MV_MUST_USE mv_status vend_form_roles(uint32_t roles);
/* 0 gives the default. */
/* Of a priced order: who buys what, and how it is paid. */
MV_MUST_USE mv_status vend_form_purchase(const struct vend_order *order);
MV_MUST_USE mv_status vend_form_page(uint32_t *page_size);
/* Copies what vend_form_* has bounded. */
void vend_copy(char *to, size_t size, const char *from);

#endif
