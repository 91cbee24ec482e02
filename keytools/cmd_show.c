/* metervault-keys show: one vending key. */
#include "key_report.h"
#include "scope.h"
#include "session.h"

static const struct option_usage usage = {
    "Shows one vending key: scope, state now and as it was set, dates, expiry, successor and key check value.",
    "  metervault-keys show --sgc 123456 --krn 1\n"
    "  metervault-keys --json show --sgc 123456 --krn 1 --kt 2\n"};

int cmd_show(struct tool *tool, int argc, char **argv)
{
    struct scope_name_options options = {NULL, NULL, NULL};
    struct scope_name name;
    const struct option_spec specs[] = {SCOPE_NAME_OPTIONS(options)};
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = scope_name(&options, &name);
    if (code != TOOL_DONE)
        return code;
    struct session session;
    mv_status status = session_open(tool->config_path, &session);
    if (status.ok) {
        const struct hsm_key_entry *key = hsm_catalogue_vending(session.catalogue, name.sgc, name.krn, name.kt);
        if (key != NULL)
            key_report_key(tool, &key->info);
        else
            status = mv_fail(MV_KEY_UNKNOWN, NULL);
    }
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
