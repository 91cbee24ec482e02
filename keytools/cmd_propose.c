/* metervault-keys propose: the text of an act, for officers to approve. */
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "act_call.h"
#include "files.h"
#include "hsm/config.h"
#include "remark.h"
#include "terminal.h"

enum { HOUR_S = 3600, DEFAULT_HOURS = 24, MOST_HOURS = MV_ACT_LONGEST_S / HOUR_S };

static const char USAGE[] =
    "usage: metervault-keys [--config FILE] [--json] propose ACT [options of ACT] --out FILE\n\n"
    "Writes down what is to be done, in a new file of text that officers read and sign (`approve`). The act is then "
    "run\n"
    "with the same options and --approval FILE for each officer; another option makes it another act. Needs no PIN.\n\n"
    "  --out FILE       new file to write\n"
    "  --hours N        how long approvals of it are good (24 if absent, at most 720)\n"
    "  --serial SERIAL  of the token; from the configuration if absent\n\n"
    "Examples:\n"
    "  metervault-keys propose generate --use vending --sgc 123456 --krn 2 --replaces 1 --out krn2.act\n"
    "  metervault-keys propose destroy --label factory/acme --out destroy.act --hours 2\n";

static mv_status fill(const struct tool *tool, const struct act_proposal *proposal, long hours, struct mv_act *act)
{
    const char *serial = proposal->serial;
    struct hsm_config config;
    MV_TRY(act_call_act(act));
    if (serial == NULL) {
        MV_TRY(remark_file(hsm_config_load(tool->config_path, &config), tool->config_path));
        serial = config.token_serial;
    }
    if (serial[0] == '\0' || strlen(serial) >= sizeof act->token)
        return remark(mv_fail(MV_CONFIG_INVALID, "token_serial"), "the token's serial: give it with --serial");
    (void)snprintf(act->token, sizeof act->token, "%s", serial);
    act->expires_unix_s = (int64_t)time(NULL) + hours * HOUR_S;
    return RAND_bytes(act->nonce, sizeof act->nonce) == 1 ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "random bytes");
}

static int write_down(const struct tool *tool, const struct act_proposal *proposal)
{
    char text[MV_ACT_TEXT];
    struct mv_act act;
    long hours = DEFAULT_HOURS;
    if (proposal->out == NULL)
        return options_complain("out", "is required");
    if (proposal->hours != NULL && !options_number(proposal->hours, 1, MOST_HOURS, &hours))
        return options_complain("hours", "is 1 to 720");
    mv_status status = fill(tool, proposal, hours, &act);
    if (status.ok)
        status = mv_act_write(&act, text);
    if (status.ok)
        status = file_create(proposal->out, text, strlen(text), "proposal");
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:s, s:s}", "file", proposal->out, "action", act.action, "text", text));
    else
        (void)printf("%s\n%s: officers approve it with `metervault-keys approve`\n", text, proposal->out);
    return TOOL_DONE;
}

int cmd_propose(struct tool *tool, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(USAGE, stdout);
        return TOOL_DONE;
    }
    const struct tool_command *command = argc > 1 && mv_act_known(argv[1]) ? tool_find(argv[1]) : NULL;
    if (command == NULL || strcmp(argv[1], "init") == 0) {
        (void)fprintf(stderr, "propose: the first word is an act that officers approve: see propose --help\n");
        return TOOL_USAGE;
    }
    bool only_check = tool->only_check;
    tool->only_check = true;
    act_call_propose(true);
    /* who brings secrets to the act itself, and how, is no part of it */
    terminal_assume();
    int code = command->run(tool, argc - 1, argv + 1);
    const struct act_proposal *proposal = act_call_proposal();
    tool->only_check = only_check;
    if (code == TOOL_DONE && proposal != NULL && !only_check)
        code = write_down(tool, proposal);
    act_call_propose(false);
    return code;
}
