/* A new vending key that replaces an older revision. */
#ifndef KEYTOOLS_SUCCESSION_H
#define KEYTOOLS_SUCCESSION_H

#include "base/status.h"
#include "hsm/hsm.h"
#include "scope.h"

/* Before the key is made: takes algorithms, base date and expiry number that were not given from revision `replaces`
 * (0: it follows none), and says whether the key may follow it. VENDING_KEY_UNKNOWN, VENDING_KEY_MISMATCH. */
MV_MUST_USE mv_status succession_prepare(const struct hsm_catalogue *catalogue, const struct scope_options *given,
                                         struct hsm_key_request *request, uint8_t replaces);
/* After it was made: enters it as the successor, which is the catalogue's next generation. */
MV_MUST_USE mv_status succession_enter(struct hsm *hsm, const struct hsm_key_info *made, uint8_t replaces);

#endif
