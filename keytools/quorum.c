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

/* What an act needs by the rule of one name. */
struct need {
    const char *act;
    unsigned officers, given;
};

/* One judgement in work. */
struct judgement {
    const struct hsm_catalogue *catalogue;
    struct need needs[2];
    size_t need_count;
    int64_t now_unix_s;
    struct mv_act approved;
    char text[MV_ACT_TEXT]; /* of the first approval */
    const struct hsm_officer *officers[OPTIONS_MAX_LIST];
    uint8_t keys[OPTIONS_MAX_LIST][32];
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

static const char *value_of(const struct mv_act *act, const char *option)
{
    for (size_t i = 0; i < act->option_count; i++)
        if (strcmp(act->options[i].name, option) == 0)
            return act->options[i].value;
    return NULL;
}

/* The act that does the same under another name; its rule holds too. NULL: none. */
static const char *other_name(const struct mv_act *act)
{
    const char *version = value_of(act, "version");
    bool ends = value_of(act, "expired") != NULL || value_of(act, "compromised") != NULL;
    if (strcmp(act->action, "state") == 0 && ends)
        return "retire";
    if (strcmp(act->action, "generate") == 0 && version != NULL && strtol(version, NULL, 10) > 1)
        return "rotate";
    return NULL;
}

/* The most that any of its rules asks for. */
static unsigned find_needs(struct judgement *judgement, const struct mv_act *act)
{
    unsigned most = 0;
    const char *names[] = {act->action, other_name(act)};
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        unsigned officers = hsm_quorum_needed(judgement->catalogue, names[i]);
        judgement->needs[judgement->need_count++] = (struct need){.act = names[i], .officers = officers};
        if (officers > most)
            most = officers;
    }
    return most;
}

/* Two officers have two keys; lines that were written before keys were kept are told apart here alone. */
static mv_status other_than_before(struct judgement *judgement, const struct hsm_officer *officer,
                                   const struct hsm_signed_text *word)
{
    uint8_t *key = judgement->keys[judgement->count];
    MV_TRY(hsm_officer_word_key(word, key));
    for (size_t i = 0; i < judgement->count; i++) {
        if (judgement->officers[i] == officer)
            return remark(mv_fail(MV_SAME_OFFICER, "approval"), "%s has approved it already", officer->name);
        if (memcmp(judgement->keys[i], key, sizeof judgement->keys[i]) == 0)
            return remark(mv_fail(MV_SAME_OFFICER, "approval"), "%s has the same key as %s", officer->name,
                          judgement->officers[i]->name);
    }
    return mv_ok();
}

/* A signature on this very text, by an officer who has a say in it and has said nothing yet. */
static mv_status count_officer(struct judgement *judgement)
{
    bool counts = false;
    const struct hsm_signed_text word = approval_signed(&judgement->approval);
    const struct hsm_officer *officer = hsm_officer_of(judgement->catalogue, &word);
    if (officer == NULL)
        return mv_fail(MV_OFFICER_UNKNOWN, "the certificate is not an enrolled officer's");
    MV_TRY(hsm_officer_signed(&word, judgement->now_unix_s));
    MV_TRY(other_than_before(judgement, officer, &word));
    for (size_t i = 0; i < judgement->need_count; i++) {
        bool has_say = hsm_quorum_counts(judgement->catalogue, judgement->needs[i].act, officer->name);
        judgement->needs[i].given += has_say;
        counts = counts || has_say;
    }
    if (!counts)
        return mv_fail(MV_OFFICER_UNKNOWN, "the policy gives this act to other officers");
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
    mv_status status = count_officer(judgement);
    return remark_on(status) == NULL ? remark_file(status, path) : status;
}

static mv_status too_few(const char *act, unsigned needed, size_t given)
{
    return remark(mv_fail(MV_QUORUM_MISSING, "approval"), "%s needs the approvals of %u officers, %zu were given", act,
                  needed, given);
}

static mv_status judge(struct judgement *judgement, const struct mv_act *act, const struct option_list *approvals)
{
    unsigned most = find_needs(judgement, act);
    if (approvals->count < most)
        return too_few(act->action, most, approvals->count);
    for (size_t i = 0; i < approvals->count; i++)
        MV_TRY(judge_file(judgement, approvals->items[i], act));
    for (size_t i = 0; i < judgement->need_count; i++)
        if (judgement->needs[i].given < judgement->needs[i].officers)
            return too_few(judgement->needs[i].act, judgement->needs[i].officers, judgement->needs[i].given);
    return mv_ok();
}

mv_status quorum_judge(const struct hsm_catalogue *catalogue, const char *serial, struct mv_act *act,
                       const struct option_list *approvals, int64_t now_unix_s, struct mv_act *approved)
{
    (void)snprintf(act->token, sizeof act->token, "%s", serial);
    struct judgement *judgement = calloc(1, sizeof *judgement);
    if (judgement == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "approval");
    judgement->catalogue = catalogue;
    judgement->now_unix_s = now_unix_s;
    mv_status status = judge(judgement, act, approvals);
    *approved = judgement->approved;
    free(judgement);
    return status;
}

struct request {
    const char *serial;
    struct mv_act *act;
    const struct option_list *approvals;
    int64_t now_unix_s;
};

static mv_status judge_request(void *context, const struct hsm_catalogue *catalogue, struct hsm_verdict *verdict)
{
    const struct request *request = context;
    struct mv_act approved = {.option_count = 0};
    MV_TRY(quorum_judge(catalogue, request->serial, request->act, request->approvals, request->now_unix_s, &approved));
    verdict->spends = request->approvals->count > 0;
    verdict->expires_unix_s = approved.expires_unix_s;
    memcpy(verdict->nonce, approved.nonce, sizeof verdict->nonce);
    return mv_ok();
}

static mv_status require(struct session *session, struct mv_act *act, const struct option_list *approvals)
{
    struct request request = {hsm_serial(session->hsm), act, approvals, (int64_t)time(NULL)};
    /* a clock that was set back makes no expired approval good again */
    if (session->seen.unix_s > request.now_unix_s)
        request.now_unix_s = session->seen.unix_s;
    const struct hsm_judge judge_by = {judge_request, &request};
    MV_TRY(session_note(session));
    MV_TRY(hsm_act_judge(session->hsm, session->catalogue, &judge_by, request.now_unix_s));
    /* with the spent nonce, before anything is done */
    return session_note(session);
}

mv_status quorum_open(const char *config_path, struct session *session)
{
    struct mv_act act;
    MV_TRY(session_open(config_path, session));
    MV_TRY(act_call_act(&act));
    MV_TRY(require(session, &act, act_call_approvals()));
    return session_clear_leftovers(session);
}
