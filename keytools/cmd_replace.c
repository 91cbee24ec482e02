/* metervault-keys replace: the revision that a vending key's meters move to. */
#include <string.h>

#include "key_report.h"
#include "moment.h"
#include "quorum.h"
#include "scope.h"

static const struct option_usage usage = {
    "Names the successor of a vending key: another revision of the same supply group and key type, with the same or a\n"
    "later base date. Meters move to it with their next token, as soon as it is active. With --issued-until the old\n"
    "key is marked as being replaced in the same step. --by 0 takes a successor back.",
    "  metervault-keys replace --sgc 123456 --krn 1 --by 2 --issued-until 2027-06-30\n"};

struct replace {
    struct scope_name_options options;
    const char *by, *issued_until;
    struct scope_name name;
    struct hsm_amendment amendment;
};

static int check_options(struct replace *replace)
{
    long by = 0;
    int code = scope_name(&replace->options, &replace->name);
    if (code != TOOL_DONE)
        return code;
    if (!options_number(replace->by, 0, 9, &by))
        return options_complain("by", "is a key revision number, or 0 for none");
    replace->amendment = (struct hsm_amendment){.what = HSM_AMEND_SUCCESSOR, .successor_krn = (uint8_t)by};
    if (replace->issued_until == NULL)
        return TOOL_DONE;
    if (!moment_parse(replace->issued_until, &replace->amendment.issued_until_unix_s))
        return options_complain("issued-until", "is not YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ");
    if (by == 0)
        return options_complain("issued-until", "goes with a successor");
    replace->amendment.what |= HSM_AMEND_STATE;
    replace->amendment.state = HSM_ISSUED_UNTIL;
    return TOOL_DONE;
}

int cmd_replace(struct tool *tool, int argc, char **argv)
{
    struct replace replace;
    memset(&replace, 0, sizeof replace);
    const struct option_spec specs[] = {
        SCOPE_NAME_OPTIONS(replace.options),
        {"by", OPTION_TEXT, "N", "key revision number of the successor; 0: none", &replace.by},
        {"issued-until", OPTION_TEXT, "TIME", "no token of the old key is issued after it", &replace.issued_until},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&replace);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    struct hsm_key_info info;
    const struct scope_name *name = &replace.name;
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = hsm_key_amend(session.hsm, name->sgc, name->krn, name->kt, &replace.amendment, &info);
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    key_report_key(tool, &info);
    return TOOL_DONE;
}
