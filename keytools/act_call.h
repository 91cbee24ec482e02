/* The act that the command line asks for: its name and the options that matter, as officers approve them. options.c
 * notes it, `propose` writes it down, quorum.c compares it. The tool has one thread and does one act at a time. */
#ifndef KEYTOOLS_ACT_CALL_H
#define KEYTOOLS_ACT_CALL_H

#include "base/act.h"
#include "options.h"

enum { ACT_CALL_SPECS = 4 };

/* A new command line. Returns how many options it takes besides its own; they are written to `more`. */
size_t act_call_begin(const char *command, const struct option_spec *specs, size_t count,
                      struct option_spec more[ACT_CALL_SPECS]);
/* After its options were read; the specs and what they point to are copied. */
void act_call_note(const struct option_spec *specs, size_t count);

/* The act with the options that matter, token, expiry and nonce left empty. Files are read here, not before:
 * INVALID_FIELD names what cannot be part of an act. */
MV_MUST_USE mv_status act_call_act(struct mv_act *act);
const struct option_list *act_call_approvals(void);
/* Whether officers approve it: it is being proposed, or comes with approvals. Then it says which key it is about. */
bool act_call_is_approved(void);

/* ---- propose ---- */
struct act_proposal {
    const char *out, *serial, *hours;
};
/* Until act_call_propose(false) command lines take --out, --serial and --hours too. */
void act_call_propose(bool proposing);
/* What the last command line said; NULL when it was no act or only asked for help. */
const struct act_proposal *act_call_proposal(void);

#endif
