/* Whether enough officers approved the act that the command line asks for. Every act's command opens the token through
 * here, before it touches a key. */
#ifndef KEYTOOLS_QUORUM_H
#define KEYTOOLS_QUORUM_H

#include "base/act.h"
#include "options.h"
#include "session.h"

/* session_open, then the approvals that options_parse noted against the policy of the catalogue. QUORUM_MISSING,
 * APPROVAL_INVALID, APPROVAL_OTHER_ACT, APPROVAL_EXPIRED, APPROVAL_USED, OFFICER_UNKNOWN, SAME_OFFICER. When it is done
 * the approvals are used up, whatever becomes of the act, and the session's catalogue is read anew; when officers or
 * rules change after it, the act can write nothing any more (hsm_act_judge). Close the session in any case. */
MV_MUST_USE mv_status quorum_open(const char *config_path, struct session *session);
/* The same judgement on a catalogue that is not a token's yet (`restore`); nothing is used up. `state` that ends a key
 * needs what `retire` does too, and `generate` of a later version what `rotate` does. */
MV_MUST_USE mv_status quorum_judge(const struct hsm_catalogue *catalogue, const char *serial, struct mv_act *act,
                                   const struct option_list *approvals, int64_t now_unix_s, struct mv_act *approved);

#endif
