/* metervault-keys retire: a key whose time is over. */
#include "confirm.h"
#include "hsm/life.h"
#include "key_report.h"
#include "quorum.h"

static const struct option_usage usage = {
    "Sets a key, or one version of a key, to expired: it signs nothing any more, and of a vending, record or card key\n"
    "only the way out of it is left. With --compromised its signatures and records are refused too, for ever: the "
    "label must "
    "be\n"
    "typed. The newest version of a key is retired only by its successor (`rotate`), unless it is compromised. An\n"
    "expired key can be brought back by `state --active`. The key process follows within a second.",
    "  metervault-keys retire --label record-mac/A1B2C3/1\n"
    "  metervault-keys retire --label audit-sign/2 --compromised --confirm audit-sign/2\n"};

struct retire {
    const char *label, *confirm;
    bool compromised;
};

static mv_status allowed(const struct retire *retire, const struct hsm_catalogue *catalogue)
{
    const struct hsm_key_entry *entry = hsm_catalogue_by_label(catalogue, retire->label);
    if (entry == NULL)
        return mv_fail(MV_KEY_UNKNOWN, NULL);
    const struct hsm_key_info *key = &entry->info;
    if (retire->compromised)
        return confirm_label(retire->confirm, key->label, "will be compromised for ever. This cannot be undone");
    bool newest = hsm_same_family(key, key) && hsm_family_newest(catalogue, key) == key;
    return newest ? mv_fail(MV_INVALID_FIELD, "label: the newest version; rotate first") : mv_ok();
}

static mv_status run(const struct retire *retire, struct session *session, struct hsm_key_info *info)
{
    const struct hsm_amendment amendment = {.what = HSM_AMEND_STATE,
                                            .state = retire->compromised ? HSM_COMPROMISED : HSM_EXPIRED};
    MV_TRY(allowed(retire, session->catalogue));
    return hsm_key_amend_label(session->hsm, retire->label, &amendment, info);
}

int cmd_retire(struct tool *tool, int argc, char **argv)
{
    struct retire retire = {.label = NULL};
    const struct option_spec specs[] = {
        {"label", OPTION_TEXT, "LABEL", "of the key, as `list` names it", &retire.label},
        {"compromised", OPTION_FLAG, NULL, "somebody else may have it; cannot be undone", &retire.compromised},
        {"confirm", OPTION_TEXT, "LABEL", "the label once more, to compromise it; typed if absent", &retire.confirm},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (retire.label == NULL)
        return options_complain("label", "is required");
    if (retire.compromised && !confirm_possible(retire.confirm))
        return options_complain("confirm", "needs the key's label when there is no terminal to type it on");
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    struct hsm_key_info info;
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = run(&retire, &session, &info);
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    key_report_key(tool, &info);
    return TOOL_DONE;
}
