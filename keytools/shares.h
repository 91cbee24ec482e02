/* The shares of backup-kek as their holders bring them: typed without echo, each checked as it is entered, or read from
 * files of mode 0600; and as they are handed out. */
#ifndef KEYTOOLS_SHARES_H
#define KEYTOOLS_SHARES_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "codex32.h"
#include "hsm/hsm.h"

/* Secret memory. */
struct shares {
    size_t count;
    struct codex32 items[CODEX32_MOST_SHARES];
};

struct shares *shares_new(void);
void shares_free(struct shares *shares);

/* Adds one share, as typed or written. FINE, or what is wrong with it or between it and the others: such a share is not
 * added. *at is the character at fault, 0 for none. */
enum codex32_fault shares_add(struct shares *shares, const char *text, size_t *at);
/* How many more are needed; all of them need at least one. */
size_t shares_missing(const struct shares *shares);

/* From files: SHARE_REFUSED, after the file, the fault and its place were named on standard error. */
MV_MUST_USE mv_status shares_read_files(struct shares *shares, const char *const *paths, size_t count);
/* At the terminal until there are enough. Faults are named at once, a correction is suggested and taken only after its
 * holder compared it with the paper. CANCELLED_BY_CALLER. */
MV_MUST_USE mv_status shares_type(struct shares *shares);

/* The secret, string size bytes; `size` is what it must be. SHARE_REFUSED. */
MV_MUST_USE mv_status shares_combine(const struct shares *shares, uint8_t *secret, size_t size);
/* `count` shares of which k rebuild, of an empty set; the identifier is the token's choice, so that sets differ. */
MV_MUST_USE mv_status shares_split(struct hsm *hsm, const uint8_t *secret, size_t size, unsigned k, size_t count,
                                   struct shares *shares);

/* Each to its holder alone, who writes it down and types it back; the screen is cleared after each. */
MV_MUST_USE mv_status shares_show(const struct shares *shares);
/* Each into its own new file of mode 0600, flushed; on failure none of the new files remains. */
MV_MUST_USE mv_status shares_write_files(const struct shares *shares, const char *const *paths);

#endif
