/* metervault-keys officer-replace: a new certificate, or a successor. */
#include <stdio.h>

#include "hsm/quorum.h"
#include "officer.h"
#include "quorum.h"

static const struct option_usage usage = {
    "Gives an officer a new certificate, or with --successor puts another officer in the place of one who leaves, "
    "also\n"
    "where a rule of the policy names the old one. Approvals signed with the old certificate are taken no more, "
    "within\n"
    "a second.",
    "  metervault-keys officer-replace --officer ben --officer-certificate ben-2027.pem\n"
    "  metervault-keys officer-replace --officer ben --successor cas --officer-certificate cas.pem\n"};

static mv_status run(const char *config_path, const char *name, struct hsm_officer *officer, struct session *session)
{
    MV_TRY(quorum_open(config_path, session));
    return hsm_officer_replace(session->hsm, name, officer);
}

static int replace(struct tool *tool, const char *name, const char *successor, const char *certificate)
{
    struct hsm_officer officer;
    struct session session = {.hsm = NULL};
    mv_status status = officer_from_certificate(successor, certificate, &officer);
    if (status.ok)
        status = run(tool->config_path, name, &officer, &session);
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:s, s:I}", "officer", name, "successor", officer.name, "generation",
                              (json_int_t)officer.generation));
    else if (successor == name)
        (void)printf("officer %s has a new certificate\n", name);
    else
        (void)printf("officer %s takes the place of %s\n", officer.name, name);
    return TOOL_DONE;
}

int cmd_officer_replace(struct tool *tool, int argc, char **argv)
{
    const char *name = NULL;
    const char *successor = NULL;
    const char *certificate = NULL;
    const struct option_spec specs[] = {
        {"officer", OPTION_TEXT, "NAME", "whose certificate ends, or who leaves", &name},
        {"successor", OPTION_TEXT, "NAME", "another officer in this one's place", &successor},
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
    return replace(tool, name, successor != NULL ? successor : name, certificate);
}
