/* The text that officers sign to let an act of metervault-keys happen. One form, so that everybody who signs or checks
 * it means the same bytes:
 *
 *   metervault-act 1
 *   action generate
 *   token 0123456789abcdef        (the token's serial)
 *   option krn 2                  (one line for each option, sorted by name and value)
 *   option sgc 123456
 *   expires 1893456000            (Unix seconds)
 *   nonce 32 lower-case hex digits
 *
 * with a line feed after each line and nothing else. The nonce makes each text one of its kind and good for one act. */
#ifndef MV_BASE_ACT_H
#define MV_BASE_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    MV_ACT_TEXT = 8192,
    MV_ACT_NAME = 24, /* this and the next with their terminators */
    MV_ACT_TOKEN = 33,
    MV_ACT_OPTION = 32,
    MV_ACT_VALUE = 512,
    MV_ACT_OPTIONS = 32,
    MV_ACT_NONCE = 16,
    /* no approval of an act is good for longer than this from now on: 30 days */
    MV_ACT_LONGEST_S = 30 * 24 * 60 * 60,
};

struct mv_act_option {
    char name[MV_ACT_OPTION];
    char value[MV_ACT_VALUE]; /* mv_text_printable */
};

struct mv_act {
    char action[MV_ACT_NAME];
    char token[MV_ACT_TOKEN];
    size_t option_count;
    struct mv_act_option options[MV_ACT_OPTIONS]; /* sorted */
    int64_t expires_unix_s;
    uint8_t nonce[MV_ACT_NONCE];
};

/* Whether it is one of the acts that a quorum policy knows. */
bool mv_act_known(const char *action);
/* The acts by number, for a list; NULL past the last. */
const char *mv_act_name(size_t index);

/* Puts an option where it belongs. INVALID_FIELD when it is too long, one too many, or not a line's text. */
MV_MUST_USE mv_status mv_act_add(struct mv_act *act, const char *name, const char *value);
/* `text` is terminated. INVALID_FIELD names what is not of its form. */
MV_MUST_USE mv_status mv_act_write(const struct mv_act *act, char text[MV_ACT_TEXT]);
/* Only exactly what mv_act_write gives is read: APPROVAL_INVALID otherwise. */
MV_MUST_USE mv_status mv_act_read(const char *text, struct mv_act *act);
/* Whether `approved` is the act that is asked for, its expiry and nonce aside: APPROVAL_OTHER_ACT (where "action",
 * "token" or "options"). With "options", *option is the name of the first that differs, in one of the two. */
MV_MUST_USE mv_status mv_act_compare(const struct mv_act *approved, const struct mv_act *asked, const char **option);

#endif
