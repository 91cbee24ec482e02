/* What ends when. */
#ifndef KEYTOOLS_ENDS_H
#define KEYTOOLS_ENDS_H

#include "hsm/hsm.h"

enum end_kind {
    END_BEGINS,      /* a key becomes active */
    END_ISSUING,     /* issued_until: no token is issued after it */
    END_KEY_EXPIRY,  /* the key expiry number: meters refuse tokens of this key from then on */
    END_IDENTIFIERS, /* the base date's identifiers are used up: meters need the next base date before */
    END_CERTIFICATE, /* of an officer, whose approvals are taken no more from then on */
};

struct end {
    int64_t unix_s;
    enum end_kind kind;
    const struct hsm_key_info *key;
    const struct hsm_officer *officer; /* of END_CERTIFICATE, which has no key */
};

enum { ENDS_MOST = 3 * HSM_MAX_KEYS + HSM_MAX_OFFICERS };

/* Of all vending and factory keys that are not destroyed or compromised, and of the officers, sorted by time; the
 * number of them. Of moments that have passed only the ends of issuing and of certificates are there. */
size_t ends_of(const struct hsm_catalogue *catalogue, int64_t now_unix_s, struct end ends[ENDS_MOST]);
/* For people; static. */
const char *end_text(enum end_kind kind);

#endif
