/* metervault-keys officer-remove: an officer who approves nothing any more. */
#include <stdio.h>

#include "hsm/quorum.h"
#include "quorum.h"

static const struct option_usage usage = {
    "Takes an officer out. The key process takes no approval of this officer any more, within a second. Refused when\n"
    "the policy would then need more officers than are left.",
    "  metervault-keys officer-remove --officer ben\n"};

static mv_status run(const char *config_path, const char *name, struct session *session, uint64_t *generation)
{
    MV_TRY(quorum_open(config_path, session));
    return hsm_officer_remove(session->hsm, name, generation);
}

int cmd_officer_remove(struct tool *tool, int argc, char **argv)
{
    const char *name = NULL;
    uint64_t generation = 0;
    const struct option_spec specs[] = {{"officer", OPTION_TEXT, "NAME", "who leaves", &name}};
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, 1, &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (name == NULL)
        return options_complain("officer", "is required");
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    mv_status status = run(tool->config_path, name, &session, &generation);
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:I}", "officer", name, "generation", (json_int_t)generation));
    else
        (void)printf("officer %s is removed\n", name);
    return TOOL_DONE;
}
