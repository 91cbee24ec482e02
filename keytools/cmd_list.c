/* metervault-keys list: the key catalogue. */
#include "key_report.h"
#include "options.h"
#include "session.h"

static const struct option_usage usage = {
    "Shows every key of the token with its use, scope, state, dates and key check value, and the officers.",
    "  metervault-keys list\n"
    "  metervault-keys --json list\n"};

int cmd_list(struct tool *tool, int argc, char **argv)
{
    enum options_outcome outcome = options_parse(tool, argc, argv, NULL, 0, &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    mv_status status = session_open(tool->config_path, &session);
    if (status.ok)
        key_report_catalogue(tool, hsm_serial(session.hsm), session.catalogue);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
