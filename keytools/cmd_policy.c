/* metervault-keys policy: how many officers, and which, must approve an act. */
#include <stdio.h>
#include <string.h>

#include "hsm/quorum.h"
#include "policy_text.h"
#include "quorum.h"

static const struct option_usage usage = {
    "Shows who must approve what, or changes it with --set: ACT=N for any N officers, ACT=N:NAME,NAME for N of these\n"
    "(up to 6), ACT=none to take a rule back. ACT `all` is every act without a rule of its own. A change needs the\n"
    "officers that the act in most need of them has needed so far, as officer-add, -remove and -replace do; destroy\n"
    "always needs two. No rule may need more officers than there are.",
    "  metervault-keys policy\n"
    "  metervault-keys policy --set all=2 --set export=3 --set 'destroy=2:ann,ben,cas'\n"};

static mv_status change(const char *config_path, const struct hsm_rule *rules, size_t count, struct session *session)
{
    MV_TRY(quorum_open(config_path, session));
    MV_TRY(hsm_rules_set(session->hsm, rules, count));
    return hsm_catalogue_read(session->hsm, session->catalogue);
}

static void report(const struct tool *tool, const struct hsm_catalogue *catalogue)
{
    if (tool->json) {
        tool_answer(
            json_pack("{s:o, s:I}", "policy", policy_json(catalogue), "generation", (json_int_t)catalogue->generation));
        return;
    }
    policy_print_summary(catalogue);
    for (size_t i = 0; mv_act_name(i) != NULL; i++)
        (void)printf("  %-16s %u\n", mv_act_name(i), hsm_quorum_needed(catalogue, mv_act_name(i)));
}

static int parse_rules(const struct option_list *texts, struct hsm_rule *rules)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (!policy_rule_parse(texts->items[i], &rules[i]))
            return options_complain("set", "is ACT=N, ACT=N:NAME,NAME or ACT=none");
        for (size_t j = 0; j < i; j++)
            if (strcmp(rules[j].act, rules[i].act) == 0)
                return options_complain("set", "names an act twice");
    }
    return TOOL_DONE;
}

int cmd_policy(struct tool *tool, int argc, char **argv)
{
    struct option_list texts = {.count = 0};
    struct hsm_rule rules[OPTIONS_MAX_LIST];
    const struct option_spec specs[] = {
        {"set", OPTION_LIST, "RULE", "a rule; several are set in one step", &texts},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, 1, &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = parse_rules(&texts, rules);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    mv_status status = texts.count == 0 ? session_open(tool->config_path, &session)
                                        : change(tool->config_path, rules, texts.count, &session);
    if (status.ok)
        report(tool, session.catalogue);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
