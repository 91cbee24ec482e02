/* What ends when. */
#ifndef KEYTOOLS_ENDS_H
#define KEYTOOLS_ENDS_H

#include "hsm/hsm.h"

enum end_kind {
    END_BEGINS,      /* a key becomes active */
    END_ISSUING,     /* issued_until: no token is issued after it */
    END_KEY_EXPIRY,  /* the key expiry number: meters refuse tokens of this key from then on */
    END_IDENTIFIERS, /* the base date's identifiers are used up: meters need the next base date before */
};

struct end {
    int64_t unix_s;
    enum end_kind kind;
    const struct hsm_key_info *key;
};

enum { ENDS_MOST = 3 * HSM_MAX_KEYS };

/* Of all vending and factory keys that are not destroyed or compromised, sorted by time; the number of them. Of
 * moments that have passed only the end of issuing is there. */
size_t ends_of(const struct hsm_catalogue *catalogue, int64_t now_unix_s, struct end ends[ENDS_MOST]);
/* For people; static. */
const char *end_text(enum end_kind kind);

#endif
