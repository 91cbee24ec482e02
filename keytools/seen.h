/* The highest generation of a token's catalogue that was seen, kept outside of the token: an older copy of the token,
 * with officers and rules of before and nonces that were not used yet, is noticed. In backup_dir, SERIAL.seen. */
#ifndef KEYTOOLS_SEEN_H
#define KEYTOOLS_SEEN_H

#include <stdint.h>

#include "base/status.h"
#include "hsm/hsm.h"

struct seen {
    uint64_t generation; /* 0: nothing was seen yet */
    uint8_t digest[32];  /* of the catalogue of that generation */
    int64_t unix_s;      /* the latest time at which an act was judged */
};

/* TOKEN_ROLLED_BACK when this catalogue is older than what was seen, or another of the same generation; FILE_FAILED
 * when the file cannot be read or is none. */
MV_MUST_USE mv_status seen_check(const struct hsm_config *config, const char *serial,
                                 const struct hsm_catalogue *catalogue, struct seen *seen);
/* Writes down this catalogue, which was checked, and the time; `seen` is what it says then. FILE_FAILED. */
MV_MUST_USE mv_status seen_note(const struct hsm_config *config, const char *serial,
                                const struct hsm_catalogue *catalogue, int64_t now_unix_s, struct seen *seen);

#endif
