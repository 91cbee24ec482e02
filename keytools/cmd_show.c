/* metervault-keys show: one key. */
#include "key_report.h"
#include "scope.h"
#include "session.h"

static const struct option_usage usage = {
    "Shows one key: use, state now and as it was set, dates and key check value; of a vending key also scope, expiry\n"
    "and successor.",
    "  metervault-keys show --sgc 123456 --krn 1\n"
    "  metervault-keys --json show --sgc 123456 --krn 1 --kt 2\n"
    "  metervault-keys show --label factory/acme\n"};

static mv_status show(const struct tool *tool, const struct hsm_catalogue *catalogue, const char *label,
                      const struct scope_name *name)
{
    const struct hsm_key_entry *key = label != NULL ? hsm_catalogue_by_label(catalogue, label)
                                                    : hsm_catalogue_vending(catalogue, name->sgc, name->krn, name->kt);
    if (key == NULL)
        return mv_fail(MV_KEY_UNKNOWN, NULL);
    key_report_key(tool, &key->info);
    return mv_ok();
}

int cmd_show(struct tool *tool, int argc, char **argv)
{
    struct scope_name_options options = {NULL, NULL, NULL};
    struct scope_name name = {.krn = 0};
    const char *label = NULL;
    const struct option_spec specs[] = {
        SCOPE_NAME_OPTIONS(options),
        {"label", OPTION_TEXT, "LABEL", "any key, as `list` names it", &label},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    bool scoped = options.sgc != NULL || options.krn != NULL || options.kt != NULL;
    if (label != NULL && scoped)
        return options_complain("label", "names the key by itself");
    int code = label != NULL ? TOOL_DONE : scope_name(&options, &name);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    mv_status status = session_open(tool->config_path, &session);
    if (status.ok)
        status = show(tool, session.catalogue, label, &name);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
