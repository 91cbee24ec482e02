/* The text that an officer signs to let meters leave one supply group for another. One form, so that everybody who
 * signs, stores or checks it means the same bytes:
 *
 *   metervault-approval 1
 *   action supply-group-change
 *   from 123456
 *   to 654321
 *   meter 600727000000000009      (or * for every meter of the group)
 *   expires 1893456000            (Unix seconds)
 *   nonce 32 lower-case hex digits
 *
 * with a line feed after each line and nothing else.
 *
 * The nonce makes each text one of its kind: a signature is for one proposal, whatever else two proposals share. The
 * key process keeps no state and does not remember nonces: until it expires an approval can be used again, for the
 * moves that it covers. Which revision, key type and tariff index the meter gets in its new group is the operator's
 * choice.
 *
 * `meter` is only as narrow as the meter's key is: DKGA 2 XORs the tariff index onto digits of the PAN, so that meters
 * of one group can share a decoder key under different indexes. An approval for one meter of a DKGA 2 group lets those
 * meters move too. */
#ifndef MV_BASE_APPROVAL_H
#define MV_BASE_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { MV_APPROVAL_TEXT = 256, MV_APPROVAL_NONCE = 16 };
/* The key process takes no approval that is good for longer than this from now on: 90 days. */
enum { MV_APPROVAL_LONGEST_S = 90 * 24 * 60 * 60 };

struct mv_approval {
    char from_sgc[7], to_sgc[7];
    char pan[19]; /* empty: every meter of the group */
    int64_t expires_unix_s;
    uint8_t nonce[MV_APPROVAL_NONCE];
};
/* `text` is terminated. INVALID_FIELD names what is not of its form. */
MV_MUST_USE mv_status mv_approval_write(const struct mv_approval *approval, char text[MV_APPROVAL_TEXT]);
/* Only exactly what mv_approval_write gives is read: APPROVAL_INVALID otherwise. */
MV_MUST_USE mv_status mv_approval_read(const char *text, struct mv_approval *approval);
/* Whether the approval lets this meter make this move now. */
bool mv_approval_covers(const struct mv_approval *approval, const char *pan, const char *from_sgc, const char *to_sgc,
                        int64_t now_unix_s);

#endif
