/* Custodians type their components, one after the other, without echo. Each sees the key check value of the own
 * component and confirms it; nobody sees another's. */
#ifndef KEYTOOLS_CUSTODIANS_H
#define KEYTOOLS_CUSTODIANS_H

#include "component.h"
#include "hsm/hsm.h"

/* CANCELLED_BY_CALLER after Ctrl-C. */
MV_MUST_USE mv_status custodians_type(const struct hsm_key_request *request, size_t count,
                                      struct components *components);
/* Shows the combined KCV; the officer types it from the paper that came with the key. KCV_MISMATCH. */
MV_MUST_USE mv_status custodians_confirm(const uint8_t kcv[HSM_KCV_BYTES], enum hsm_kcv_method method);
/* Shows each component to its custodian alone and clears the screen after it. FILE_FAILED without a terminal. */
MV_MUST_USE mv_status custodians_show(const struct components *components);

#endif
