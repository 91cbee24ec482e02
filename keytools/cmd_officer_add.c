/* metervault-keys officer-add: another officer, who may sign approvals. */
#include <stdio.h>

#include "officer.h"
#include "options.h"
#include "quorum.h"

static const struct option_usage usage = {
    "Enrols an officer by certificate. Approvals signed with its key are then taken by the key process; the first\n"
    "officer was enrolled by init. What needs two people needs two officers.",
    "  metervault-keys officer-add --officer ben --officer-certificate ben.pem\n"};

static mv_status enrol(const char *config_path, struct hsm_officer *officer)
{
    struct session session;
    mv_status status = quorum_open(config_path, &session);
    if (status.ok)
        status = hsm_officer_add(session.hsm, officer);
    session_close(&session);
    return status;
}

int cmd_officer_add(struct tool *tool, int argc, char **argv)
{
    const char *name = NULL;
    const char *certificate = NULL;
    const struct option_spec specs[] = {
        {"officer", OPTION_TEXT, "NAME", "of the officer", &name},
        {"officer-certificate", OPTION_TEXT, "FILE", "PEM, with the URI urn:metervault:principal:NAME", &certificate},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (name == NULL)
        return options_complain("officer", "is required");
    if (certificate == NULL)
        return options_complain("officer-certificate", "is required");
    if (tool->only_check)
        return TOOL_DONE;
    struct hsm_officer officer;
    mv_status status = officer_from_certificate(name, certificate, &officer);
    if (status.ok)
        status = enrol(tool->config_path, &officer);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:I}", "officer", officer.name, "generation", (json_int_t)officer.generation));
    else
        (void)printf("officer %s is enrolled\n", officer.name);
    return TOOL_DONE;
}
