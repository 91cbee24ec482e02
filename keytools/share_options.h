/* How a new set of shares is made: `split`, and `init --shares`. */
#ifndef KEYTOOLS_SHARE_OPTIONS_H
#define KEYTOOLS_SHARE_OPTIONS_H

#include "options.h"
#include "shares.h"

struct share_options {
    const char *text; /* "k/n"; NULL: no shares */
    struct option_list files;
    unsigned k, n; /* filled by share_options_check */
};

/* Rows of an option table whose targets lie in `options`. */
#define SHARE_OPTIONS(options)                                                                                         \
    {"shares", OPTION_TEXT, "K/N", "any K of N shares rebuild the backup key; K 2 to 9, N up to 16", &(options).text}, \
    {                                                                                                                  \
        "new-share-file", OPTION_LIST, "FILE", "write a share to this new file; N times, or shares are shown",         \
            &(options).files                                                                                           \
    }

/* TOOL_DONE, or TOOL_USAGE after saying what is wrong. */
int share_options_check(struct share_options *options);
/* Splits and shows or writes; `shares` is an empty set. */
MV_MUST_USE mv_status share_options_hand_out(const struct share_options *options, struct hsm *hsm, const uint8_t *kek,
                                             struct shares *shares);

#endif
