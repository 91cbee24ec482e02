/* What a key change may do. The server and the key process share this, so that the server asks for nothing that the
 * key process would refuse. */
#ifndef MV_HSM_CHANGE_H
#define MV_HSM_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* A decoder key by what it is derived from (the meter aside), and its expiry number. */
struct hsm_decoder_key {
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
};

/* All but the expiry number. With another base date the number counts from another day. */
bool hsm_same_decoder_key(const struct hsm_decoder_key *a, const struct hsm_decoder_key *b);
/* KEY_CHANGE_NOT_ALLOWED, naming the field: from KT 0; to another KT than 1 or 2, or another together with another
 * supply group; another EA; an older DKGA; an earlier base date. A lower KEN under the same decoder key is allowed, as
 * published sets have it, though the set that brought the higher one can be entered again: the server makes none.
 * Whether the keys may be used, and who approved, is asked elsewhere. */
MV_MUST_USE mv_status hsm_change_allowed(const struct hsm_decoder_key *from, const struct hsm_decoder_key *to);

#endif
