#include "quorum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act_call.h"
#include "approval_file.h"
#include "hsm/quorum.h"
#include "remark.h"

_Static_assert((int)MV_ACT_NONCE == (int)HSM_NONCE_BYTES, "the catalogue remembers whole nonces");

/* One judgement in work. */
struct judgement {
    const struct hsm_catalogue *catalogue;
    int64_t now_unix_s;
    struct mv_act approved;
    char text[MV_ACT_TEXT]; /* of the first approval */
    const struct hsm_officer *officers[OPTIONS_MAX_LIST];
    size_t count;
    struct approval approval;
};

static mv_status compare(struct judgement *judgement, const struct mv_act *act)
{
    const char *option = NULL;
    MV_TRY(mv_act_read(judgement->text, &judgement->approved));
    mv_status status = mv_act_compare(&judgement->approved, act, &option);
    if (!status.ok)
        return remark(status, "approved was %s of token %s%s%s", judgement->approved.action, judgement->approved.token,
                      option != NULL ? ", with another --" : "", option != NULL ? option : "");
    if (judgement->now_unix_s >= judgement->approved.expires_unix_s)
        return mv_fail(MV_APPROVAL_EXPIRED, NULL);
    if (judgement->approved.expires_unix_s - judgement->now_unix_s > MV_ACT_LONGEST_S)
        return mv_fail(MV_APPROVAL_INVALID, "expires in more than 30 days");
    return mv_ok();
}

/* A signature on this very text, by an officer who has a say in it and has said nothing yet. */
static mv_status count_officer(struct judgement *judgement, const struct mv_act *act)
{
    const struct hsm_signed_text word = approval_signed(&judgement->approval);
    const struct hsm_officer *officer = hsm_officer_of(judgement->catalogue, &word);
    if (officer == NULL)
        return mv_fail(MV_OFFICER_UNKNOWN, "the certificate is not an enrolled officer's");
    MV_TRY(hsm_officer_signed(&word, judgement->now_unix_s));
    if (!hsm_quorum_counts(judgement->catalogue, act->action, officer->name))
        return mv_fail(MV_OFFICER_UNKNOWN, "the policy gives this act to other officers");
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->officers[i] == officer)
            return remark(mv_fail(MV_SAME_OFFICER, "approval"), "%s has approved it already", officer->name);
    judgement->officers[judgement->count++] = officer;
    return mv_ok();
}

static mv_status judge_file(struct judgement *judgement, const char *path, const struct mv_act *act)
{
    struct approval *approval = &judgement->approval;
    MV_TRY(approval_read(path, approval));
    if (judgement->count == 0) {
        memcpy(judgement->text, approval->text, sizeof judgement->text);
        MV_TRY(compare(judgement, act));
    }
    if (strcmp(judgement->text, approval->text) != 0)
        return remark_file(mv_fail(MV_APPROVAL_OTHER_ACT, "the approvals are of two proposals"), path);
    mv_status status = count_officer(judgement, act);
    return remark_on(status) == NULL ? remark_file(status, path) : status;
}

mv_status quorum_judge(const struct hsm_catalogue *catalogue, const char *serial, struct mv_act *act,
                       const struct option_list *approvals, struct mv_act *approved)
{
    unsigned needed = hsm_quorum_needed(catalogue, act->action);
    (void)snprintf(act->token, sizeof act->token, "%s", serial);
    if (approvals->count < needed)
        return remark(mv_fail(MV_QUORUM_MISSING, "approval"), "%s needs the approvals of %u officers, %zu were given",
                      act->action, needed, approvals->count);
    struct judgement *judgement = calloc(1, sizeof *judgement);
    if (judgement == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "approval");
    judgement->catalogue = catalogue;
    judgement->now_unix_s = (int64_t)time(NULL);
    mv_status status = mv_ok();
    for (size_t i = 0; status.ok && i < approvals->count; i++)
        status = judge_file(judgement, approvals->items[i], act);
    *approved = judgement->approved;
    free(judgement);
    return status;
}

mv_status quorum_require(struct session *session, struct mv_act *act, const struct option_list *approvals)
{
    struct mv_act approved = {.option_count = 0};
    MV_TRY(quorum_judge(session->catalogue, hsm_serial(session->hsm), act, approvals, &approved));
    if (approvals->count == 0)
        return mv_ok();
    MV_TRY(hsm_nonce_spend(session->hsm, approved.nonce, approved.expires_unix_s, (int64_t)time(NULL)));
    return hsm_catalogue_read(session->hsm, session->catalogue);
}

mv_status quorum_open(const char *config_path, struct session *session)
{
    struct mv_act act;
    MV_TRY(session_open(config_path, session));
    MV_TRY(act_call_act(&act));
    MV_TRY(quorum_require(session, &act, act_call_approvals()));
    return session_clear_leftovers(session);
}
