/* metervault-keys verify: every key of the token against catalogue, policy and, where asked, its backup. */
#include <stdio.h>
#include <time.h>

#include "image_file.h"
#include "options.h"
#include "policy_text.h"
#include "session.h"
#include "words.h"

static const struct option_usage usage = {
    "Compares every key of the token with the catalogue and the policy of its use, and says of each what was found:\n"
    "attributes, KCV as far as its usage lets it be asked, state now. The key process judges a key by the same code\n"
    "before it serves. With --backups the wrapped backup of each key is opened inside the token and its KCV compared,\n"
    "which also proves the keys that nothing can be asked of. Keys that the catalogue does not know, such as a copy\n"
    "under another name, are findings too. Changes nothing.",
    "  metervault-keys verify --backups\n"
    "  metervault-keys --json verify\n"};

static mv_status good_backup(void *context, const struct hsm_key_info *info, const uint8_t *wrapped, size_t size)
{
    return hsm_backup_prove(context, info, wrapped, size);
}

static mv_status verify_key(const struct session *session, const struct hsm_key_info *info, bool backups)
{
    const struct backup_user user = {good_backup, session->hsm};
    MV_TRY(hsm_key_verify(session->hsm, info));
    if (!backups || !hsm_image_needs(info))
        return mv_ok();
    return backup_find(session->config.backup_dir, info, &user);
}

static json_t *finding_json(const struct hsm_key_info *info, const char *state, mv_status status)
{
    char kcv[WORDS_KCV];
    json_t *key = json_pack("{s:s, s:b, s:s, s:s}", "label", info->label, "ok", status.ok, "state_now", state, "kcv",
                            words_kcv(info->kcv, kcv));
    if (!status.ok) {
        (void)json_object_set_new(key, "reason", json_string(mv_reason_info((enum mv_reason)status.reason)->name));
        if (status.where != NULL)
            (void)json_object_set_new(key, "finding", json_string(status.where));
    }
    return key;
}

static void print_finding(const struct hsm_key_info *info, const char *state, mv_status status)
{
    char kcv[WORDS_KCV];
    (void)printf("%-28s %-12s %s  %s%s%s\n", info->label, state, words_kcv(info->kcv, kcv),
                 status.ok ? "in order" : mv_reason_info((enum mv_reason)status.reason)->name,
                 status.ok || status.where == NULL ? "" : ": ", status.ok || status.where == NULL ? "" : status.where);
}

static mv_status verify_strangers(const struct tool *tool, const struct session *session, json_t *answer)
{
    size_t count = 0;
    char label[HSM_LABEL_SIZE] = "";
    MV_TRY(hsm_strangers(session->hsm, session->catalogue, &count, label));
    if (tool->json)
        (void)json_object_set_new(answer, "strangers", json_integer((json_int_t)count));
    if (count == 0)
        return mv_ok();
    if (tool->json)
        (void)json_object_set_new(answer, "stranger", json_string(label));
    else
        (void)printf("%-28s %zu of the token's keys, this is one, are not in the catalogue\n", label, count);
    return mv_fail(MV_CATALOGUE_CORRUPT, "keys that the catalogue does not know");
}

/* Says what was found of every key; the status is the first that is not in order. */
static mv_status verify_all(const struct tool *tool, const struct session *session, bool backups)
{
    json_t *answer = json_object();
    mv_status first = mv_ok();
    json_t *keys = json_array();
    int64_t now = (int64_t)time(NULL);
    for (size_t i = 0; i < session->catalogue->key_count; i++) {
        const struct hsm_key_info *info = &session->catalogue->keys[i].info;
        const char *state = words_state(hsm_key_state_at(info, now));
        mv_status status = verify_key(session, info, backups);
        if (tool->json)
            (void)json_array_append_new(keys, finding_json(info, state, status));
        else
            print_finding(info, state, status);
        if (first.ok)
            first = status;
    }
    mv_status strangers = verify_strangers(tool, session, answer);
    if (first.ok)
        first = strangers;
    (void)json_object_set_new(answer, "token_serial", json_string(hsm_serial(session->hsm)));
    (void)json_object_set_new(answer, "generation", json_integer((json_int_t)session->catalogue->generation));
    (void)json_object_set_new(answer, "ok", json_boolean(first.ok));
    (void)json_object_set_new(answer, "keys", keys);
    (void)json_object_set_new(answer, "policy", policy_json(session->catalogue));
    if (tool->json) {
        tool_answer(answer);
        return first;
    }
    json_decref(answer);
    policy_print_summary(session->catalogue);
    return first;
}

int cmd_verify(struct tool *tool, int argc, char **argv)
{
    bool backups = false;
    const struct option_spec specs[] = {
        {"backups", OPTION_FLAG, NULL, "open each key's backup too", &backups},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, 1, &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    mv_status status = session_open(tool->config_path, &session);
    bool opened = status.ok;
    if (opened)
        status = verify_all(tool, &session, backups);
    session_close(&session);
    if (status.ok)
        return TOOL_DONE;
    /* what was found is in the answer already */
    return opened && tool->json ? TOOL_REFUSED : tool_refuse(tool, status);
}
