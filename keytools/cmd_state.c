/* metervault-keys state: what a vending key may still do. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "confirm.h"
#include "key_report.h"
#include "moment.h"
#include "quorum.h"
#include "scope.h"

static const struct option_usage usage = {
    "Sets the state of a vending key, or by --label of any key that officers make. The key process obeys within a "
    "second.\n"
    "  --active        in use, without an end\n"
    "  --issued-until  being replaced: its meters buy until then, no meter comes to it any more\n"
    "  --expired       no token but the way out of it\n"
    "  --compromised   the same, for ever: type the key's label to confirm\n"
    "An expired key issues again after --active or --issued-until; this too asks for its label.",
    "  metervault-keys state --sgc 123456 --krn 1 --issued-until 2027-06-30\n"
    "  metervault-keys state --sgc 123456 --krn 1 --compromised\n"
    "  metervault-keys state --sgc 123456 --krn 1 --active --confirm vending/123456/1/2\n"};

struct state {
    struct scope_name_options options;
    bool active, expired, compromised;
    const char *issued_until, *confirm, *given_label;
    char label[HSM_LABEL_SIZE];
    struct hsm_amendment amendment;
};

static int check_label(struct state *state)
{
    struct scope_name name;
    const struct scope_name_options *scope = &state->options;
    bool scoped = scope->sgc != NULL || scope->krn != NULL || scope->kt != NULL;
    if (state->given_label != NULL && (scoped || strlen(state->given_label) >= sizeof state->label))
        return options_complain("label", "names the key by itself, as `list` does");
    int code = state->given_label != NULL ? TOOL_DONE : scope_name(scope, &name);
    if (state->given_label != NULL)
        (void)snprintf(state->label, sizeof state->label, "%s", state->given_label);
    else if (code == TOOL_DONE)
        (void)snprintf(state->label, sizeof state->label, "vending/%s/%u/%u", name.sgc, name.krn, name.kt);
    return code;
}

static int check_options(struct state *state)
{
    int code = check_label(state);
    if (code != TOOL_DONE)
        return code;
    int given = state->active + state->expired + state->compromised + (state->issued_until != NULL);
    if (given != 1)
        return options_complain("compromised", "give one of --active, --issued-until, --expired, --compromised");
    state->amendment =
        (struct hsm_amendment){.what = HSM_AMEND_STATE, .state = HSM_ACTIVE, .issued_until_unix_s = INT64_MAX};
    if (state->compromised)
        state->amendment.state = HSM_COMPROMISED;
    else if (state->expired)
        state->amendment.state = HSM_EXPIRED;
    else if (state->issued_until != NULL)
        state->amendment.state = HSM_ISSUED_UNTIL;
    if (state->issued_until != NULL && !moment_parse(state->issued_until, &state->amendment.issued_until_unix_s))
        return options_complain("issued-until", "is not YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ");
    if (state->compromised && !confirm_possible(state->confirm))
        return options_complain("confirm", "needs the key's label when there is no terminal to type it on");
    return TOOL_DONE;
}

/* What asks for the key's label. The amendment takes an expired key back only with this word. */
static mv_status confirm(struct state *state, const struct hsm_key_info *key)
{
    bool to_issue = state->amendment.state == HSM_ACTIVE || state->amendment.state == HSM_ISSUED_UNTIL;
    if (state->compromised)
        return confirm_label(state->confirm, key->label, "will be compromised for ever. This cannot be undone");
    if (!to_issue || hsm_key_state_at(key, (int64_t)time(NULL)) != HSM_EXPIRED)
        return mv_ok();
    if (!confirm_possible(state->confirm))
        return mv_fail(MV_INVALID_FIELD, "confirm: the key is expired; its label is needed to let it issue again");
    MV_TRY(confirm_label(state->confirm, key->label, "is expired and will issue again"));
    state->amendment.revive = true;
    return mv_ok();
}

static mv_status run(struct state *state, struct session *session, struct hsm_key_info *info)
{
    const struct hsm_key_entry *key = hsm_catalogue_by_label(session->catalogue, state->label);
    if (key == NULL)
        return mv_fail(MV_KEY_UNKNOWN, NULL);
    MV_TRY(confirm(state, &key->info));
    return hsm_key_amend_label(session->hsm, state->label, &state->amendment, info);
}

int cmd_state(struct tool *tool, int argc, char **argv)
{
    struct state state;
    memset(&state, 0, sizeof state);
    const struct option_spec specs[] = {
        SCOPE_NAME_OPTIONS(state.options),
        {"label", OPTION_TEXT, "LABEL", "any key that officers make, as `list` names it", &state.given_label},
        {"active", OPTION_FLAG, NULL, "in use", &state.active},
        {"issued-until", OPTION_TEXT, "TIME", "being replaced; YYYY-MM-DD or YYYY-MM-DDTHH:MMZ, UTC",
         &state.issued_until},
        {"expired", OPTION_FLAG, NULL, "its time is over", &state.expired},
        {"compromised", OPTION_FLAG, NULL, "somebody else may have it; cannot be undone", &state.compromised},
        {"confirm", OPTION_TEXT, "LABEL", "the key's label, to compromise it or to bring it back; typed if absent",
         &state.confirm},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&state);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    struct hsm_key_info info;
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = run(&state, &session, &info);
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    key_report_key(tool, &info);
    return TOOL_DONE;
}
