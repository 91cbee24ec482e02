/* metervault-keys destroy: the end of a key. */
#include <stdio.h>
#include <string.h>

#include "confirm.h"
#include "hsm/life.h"
#include "image_file.h"
#include "key_report.h"
#include "quorum.h"
#include "words.h"

static const struct option_usage usage = {
    "Destroys a key in the token. Two officers approve it, with or without a quorum policy, and the key's exact label "
    "is\n"
    "typed or given with --confirm. The key's line stays in the catalogue as destroyed; its label is never used "
    "again.\n"
    "Refused while meters or cards may be under a vending, record or card key, unless --no-meter-needs-it says that\n"
    "none is. Backups of the key are named and not touched: with the backup key each of them brings it back.",
    "  metervault-keys propose destroy --label factory/acme --out acme.act\n"
    "  metervault-keys destroy --label factory/acme --approval acme.act.ann --approval acme.act.ben\n"};

struct destroy {
    const char *label, *confirm;
    bool no_meter_needs_it;
};

static mv_status run(const struct destroy *destroy, const char *config_path, struct session *session,
                     struct hsm_key_info *info)
{
    MV_TRY(quorum_open(config_path, session));
    MV_TRY(confirm_label(destroy->confirm, destroy->label, "will be destroyed. This cannot be undone"));
    return hsm_key_destroy(session->hsm, destroy->label, destroy->no_meter_needs_it, info);
}

static void name_file(void *context, const char *path)
{
    (void)json_array_append_new(context, json_string(path));
}

static void report(const struct tool *tool, const struct session *session, const struct hsm_key_info *info)
{
    json_t *files = json_array();
    backup_files(session->config.backup_dir, info, name_file, files);
    if (tool->json) {
        tool_answer(json_pack("{s:s, s:s, s:I, s:o}", "label", info->label, "state", words_state(info->state),
                              "generation", (json_int_t)info->generation, "backups", files));
        return;
    }
    (void)printf("%s is destroyed in the token; its line stays\n", info->label);
    for (size_t i = 0; i < json_array_size(files); i++)
        (void)printf("%s %s\n", i == 0 ? "backups of it that are left, destroy them too:" : "   ",
                     json_string_value(json_array_get(files, i)));
    (void)printf(
        "so does every file that `backup` wrote while the key lived, wherever it lies, and every paper of it\n");
    json_decref(files);
}

int cmd_destroy(struct tool *tool, int argc, char **argv)
{
    struct destroy destroy = {.label = NULL};
    const struct option_spec specs[] = {
        {"label", OPTION_TEXT, "LABEL", "of the key, as `list` names it", &destroy.label},
        {"no-meter-needs-it", OPTION_FLAG, NULL, "no meter is under this key any more", &destroy.no_meter_needs_it},
        {"confirm", OPTION_TEXT, "LABEL", "the label once more; typed if absent", &destroy.confirm},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (destroy.label == NULL)
        return options_complain("label", "is required");
    if (!confirm_possible(destroy.confirm))
        return options_complain("confirm", "needs the key's label when there is no terminal to type it on");
    if (tool->only_check)
        return TOOL_DONE;
    struct session session = {.hsm = NULL};
    struct hsm_key_info info;
    mv_status status = run(&destroy, tool->config_path, &session, &info);
    if (status.ok)
        report(tool, &session, &info);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
