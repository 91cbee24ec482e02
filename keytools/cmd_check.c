/* metervault-keys check: what the key process checks before it serves. */
#include <stdio.h>

#include "options.h"
#include "policy_text.h"
#include "session.h"

static const struct option_usage usage = {
    "Loads the module, logs in, runs the known-answer self-test, verifies the catalogue's MACs, and compares every\n"
    "key's attributes with the policy of its use. Changes nothing.",
    "  metervault-keys check && echo fit to serve\n"};

static void report(const struct tool *tool, const struct session *session)
{
    if (tool->json) {
        tool_answer(json_pack("{s:b, s:s, s:I, s:I, s:o}", "ok", 1, "token_serial", hsm_serial(session->hsm), "keys",
                              (json_int_t)session->catalogue->key_count, "generation",
                              (json_int_t)session->catalogue->generation, "policy", policy_json(session->catalogue)));
        return;
    }
    (void)printf("module, token %s, %zu keys and catalogue generation %llu are in order\n", hsm_serial(session->hsm),
                 session->catalogue->key_count, (unsigned long long)session->catalogue->generation);
    policy_print_summary(session->catalogue);
}

int cmd_check(struct tool *tool, int argc, char **argv)
{
    enum options_outcome outcome = options_parse(tool, argc, argv, NULL, 0, &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    mv_status status = session_open(tool->config_path, &session);
    if (status.ok)
        status = hsm_keys_verify(session.hsm, session.catalogue);
    if (status.ok)
        status = hsm_strangers_verify(session.hsm, session.catalogue);
    if (status.ok)
        report(tool, &session);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
