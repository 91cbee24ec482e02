/* metervault-keys export: a key for another system, in a TR-31 block. */
#include <stdio.h>
#include <string.h>

#include "act_call.h"
#include "base/secret.h"
#include "files.h"
#include "image_file.h"
#include "kbpk_entry.h"
#include "kek_entry.h"
#include "key_block.h"
#include "key_entry.h"
#include "quorum.h"
#include "scope.h"
#include "terminal.h"
#include "token_random.h"
#include "words.h"

static const struct option_usage usage = {
    "Writes a vending or factory key as a TR-31 block of version D for another system. The token gives no key out: "
    "the\n"
    "holders of the backup key bring it together, the key's backup is opened with it in this program's memory, its "
    "KCV\n"
    "is compared with the catalogue, and it is sealed under the block's protection key, whose custodians bring their\n"
    "components. The host's memory sees the key in clear: --accept-host-visible says that this is known.",
    "  metervault-keys export --sgc 123456 --krn 1 --out key.block --accept-host-visible\n"
    "  metervault-keys export --name acme --out acme.block --accept-host-visible --exportability N \\\n"
    "      --share-file 1.share --share-file 2.share --kbpk-component-file a --kbpk-component-file b \\\n"
    "      --kbpk-kcv 3FA2C1\n"};

struct export
{
    struct scope_name_options scope;
    struct kek_options kek;
    struct kbpk_options kbpk;
    const char *name, *out, *exportability;
    bool accept_host_visible, tr31;
    char label[HSM_LABEL_SIZE];
};

static int check_label(struct export *export)
{
    struct scope_name name;
    bool vending = export->scope.sgc != NULL || export->scope.krn != NULL || export->scope.kt != NULL;
    if (export->name != NULL && vending)
        return options_complain("name", "is for a factory key; a vending key is named by its scope");
    if (export->name != NULL) {
        int length = snprintf(export->label, sizeof export->label, "factory/%s", export->name);
        return length < (int)sizeof export->label ? TOOL_DONE : options_complain("name", "is too long for a label");
    }
    int code = scope_name(&export->scope, &name);
    if (code == TOOL_DONE)
        (void)snprintf(export->label, sizeof export->label, "vending/%s/%u/%u", name.sgc, name.krn, name.kt);
    return code;
}

static int check_options(struct export *export)
{
    int code = check_label(export);
    if (code == TOOL_DONE)
        code = kek_options_check(&export->kek);
    if (code == TOOL_DONE)
        code = kbpk_options_check(&export->kbpk);
    if (code != TOOL_DONE)
        return code;
    if (export->kbpk.kcv == NULL && act_call_is_approved())
        return options_complain("kbpk-kcv",
                                "is required: officers approve the block's protection key by its check value");
    if (export->out == NULL)
        return options_complain("out", "is required");
    if (export->exportability == NULL)
        export->exportability = "E";
    if (strlen(export->exportability) != 1 || strchr("ENS", export->exportability[0]) == NULL)
        return options_complain("exportability", "is E, N or S");
    return TOOL_DONE;
}

/* The plain text of a backup as the key that the block carries. */
static mv_status key_of(const struct hsm_key_info *info, const uint8_t *plain, size_t size, struct tr31_key *key)
{
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    key->size = key_entry_size(info->use, info->scope.dkga);
    if (key->size == 0 || key->size > size)
        return mv_fail(MV_BACKUP_REFUSED, "backup: length of a wrapped key");
    memcpy(key->bytes, plain, key->size);
    MV_TRY(hsm_kcv(info->use, info->scope.dkga, key->bytes, key->size, &method, kcv));
    return memcmp(kcv, info->kcv, sizeof kcv) == 0 ? mv_ok() : mv_fail(MV_KCV_MISMATCH, "key of a backup");
}

struct opening {
    const uint8_t *kek;
    struct tr31_key *key;
};

static mv_status open_backup(void *context, const struct hsm_key_info *info, const uint8_t *wrapped, size_t size)
{
    const struct opening *opening = context;
    uint8_t *plain = mv_secret_alloc(HSM_MAX_WRAPPED);
    if (plain == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "key");
    mv_status status = kek_open(opening->kek, wrapped, size, plain);
    if (status.ok)
        status = key_of(info, plain, size - 8, opening->key);
    mv_secret_free(plain, HSM_MAX_WRAPPED);
    return status;
}

/* Everything secret of one export. */
struct secrets {
    uint8_t kek[HSM_BACKUP_KEK_BYTES], kbpk[COMPONENT_MAX_KEY];
    struct tr31_key key;
};

static mv_status seal(const struct export *export, struct session *session, const struct hsm_key_info *info,
                      struct secrets *secrets)
{
    char text[TR31_TEXT + 1];
    struct opening opening = {secrets->kek, &secrets->key};
    const struct backup_user user = {open_backup, &opening};
    const struct tr31_random random = {token_random, session->hsm};
    MV_TRY(kek_collect(&export->kek, secrets->kek));
    MV_TRY(kek_prove(secrets->kek, session->catalogue));
    MV_TRY(kbpk_collect(&export->kbpk, secrets->kbpk));
    MV_TRY(backup_find(session->config.backup_dir, info, &user));
    MV_TRY(key_block_attributes(info->use, info->scope.dkga, export->exportability[0], &secrets->key.attributes));
    MV_TRY(tr31_seal(&secrets->key, secrets->kbpk, kbpk_size(&export->kbpk), &random, text));
    size_t length = strlen(text);
    text[length] = '\n';
    return file_create(export->out, text, length + 1, "key block");
}

/* Refused before anybody brings a secret. */
static mv_status permitted(const struct export *export, const struct hsm_key_entry *key)
{
    if (key == NULL)
        return mv_fail(MV_KEY_UNKNOWN, NULL);
    const struct hsm_key_info *info = &key->info;
    if (info->no_export)
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: its sender forbids to export the key (exportability N)");
    if (info->state == HSM_DESTROYED || info->state == HSM_COMPROMISED)
        return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "state");
    return export->accept_host_visible ? mv_ok() : mv_fail(MV_HOST_VISIBLE_NOT_ACCEPTED, "key block");
}

static mv_status run(const struct export *export, struct session *session, const struct hsm_key_entry *key)
{
    MV_TRY(permitted(export, key));
    terminal_say("%s: the memory of this host sees the key in clear while it is sealed. Two people or more watch.\n",
                 key->info.label);
    struct secrets *secrets = mv_secret_alloc(sizeof *secrets);
    if (secrets == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "key");
    mv_status status = seal(export, session, &key->info, secrets);
    mv_secret_free(secrets, sizeof *secrets);
    return status;
}

static void report(const struct tool *tool, const struct export *export, const struct hsm_key_info *info)
{
    char kcv[WORDS_KCV];
    (void)words_kcv(info->kcv, kcv);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:s, s:s}", "label", info->label, "kcv", kcv, "file", export->out));
    else
        (void)printf("%s: %s in a TR-31 block, KCV %s, %s; the host saw the key in clear\n", export->out, info->label,
                     kcv, words_kcv_method(info->kcv_method));
}

int cmd_export(struct tool *tool, int argc, char **argv)
{
    struct export export;
    memset(&export, 0, sizeof export);
    const struct option_spec specs[] = {
        {"tr31", OPTION_FLAG, NULL, "the form of the block (there is one so far)", &export.tr31},
        SCOPE_NAME_OPTIONS(export.scope),
        {"name", OPTION_TEXT, "NAME", "of a factory key", &export.name},
        {"out", OPTION_TEXT, "FILE", "new file to write", &export.out},
        {"exportability", OPTION_TEXT, "X", "E (the default), N: not to be sent on, S: sensitive",
         &export.exportability},
        {"accept-host-visible", OPTION_FLAG, NULL, "it is known that the host sees the key",
         &export.accept_host_visible},
        KBPK_OPTIONS(export.kbpk),
        KEK_OPTIONS(export.kek),
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&export);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    mv_status status = quorum_open(tool->config_path, &session);
    const struct hsm_key_entry *key = status.ok ? hsm_catalogue_by_label(session.catalogue, export.label) : NULL;
    if (status.ok)
        status = run(&export, &session, key);
    if (status.ok)
        report(tool, &export, &key->info);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
