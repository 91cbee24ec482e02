/* metervault-keys restore: a clean token made of a backup. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act_call.h"
#include "backup_file.h"
#include "base/secret.h"
#include "image_file.h"
#include "kek_entry.h"
#include "key_report.h"
#include "quorum.h"
#include "remark.h"
#include "token_birth.h"

static const struct option_usage usage = {
    "Makes the token named in the configuration of a file that `backup` wrote. The holders of the backup key bring it\n"
    "together; every wrapped key is tried with it before a token is touched. Each key is then opened inside the token\n"
    "and proven by its KCV, and the catalogue is the same under the same generation. The token's serial, which is\n"
    "another one, is written into the configuration; wrapped keys that backup_dir lacks are written there.",
    "  metervault-keys --config hsmd.conf restore --from token.backup --so-pin-file so.pin\n"
    "  metervault-keys --config hsmd.conf restore --from token.backup --so-pin-file so.pin \\\n"
    "      --share-file 1.share --share-file 4.share --share-file 5.share\n"};

struct restore {
    struct kek_options kek;
    const char *from, *so_pin_file;
};

/* All that can be refused is refused before a token is made. */
static mv_status try_all(const uint8_t *kek, const struct hsm_image *image)
{
    uint8_t *plain = mv_secret_alloc(HSM_MAX_WRAPPED);
    if (plain == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "backup");
    mv_status status = image->key_count > 0 ? mv_ok() : mv_fail(MV_BACKUP_REFUSED, "backup: no key in it");
    for (size_t i = 0; status.ok && i < image->key_count; i++) {
        status = kek_open(kek, image->keys[i].wrapped, image->keys[i].size, plain);
        if (!status.ok)
            (void)fprintf(stderr, "%s: cannot be opened\n", image->keys[i].label);
    }
    mv_secret_free(plain, HSM_MAX_WRAPPED);
    return status;
}

static mv_status ask_pins(const struct restore *restore, const struct hsm_config *config, char *so_pin, char *user_pin)
{
    MV_TRY(session_ask_pin(restore->so_pin_file, "Choose the security officer's PIN of the token: ", true, so_pin));
    return session_user_pin(config, "Choose the user PIN of the token: ", user_pin);
}

static mv_status open_token(const struct restore *restore, struct session *session)
{
    char *pins = mv_secret_alloc((size_t)2 * HSM_PIN_SIZE);
    if (pins == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "PIN");
    /* the serial in the configuration is that of the token that was lost */
    session->config.token_serial[0] = '\0';
    mv_status status = ask_pins(restore, &session->config, pins, pins + HSM_PIN_SIZE);
    if (status.ok)
        status = token_birth_open(&session->config, pins, pins + HSM_PIN_SIZE, &session->hsm);
    mv_secret_free(pins, (size_t)2 * HSM_PIN_SIZE);
    return status;
}

static mv_status good_backup(void *context, const struct hsm_key_info *info, const uint8_t *wrapped, size_t size)
{
    return hsm_backup_prove(context, info, wrapped, size);
}

static mv_status keep_backup(const struct session *session, const struct hsm_image *image,
                             const struct hsm_key_info *info)
{
    struct backup_place place = {session->config.backup_dir, hsm_serial(session->hsm)};
    struct hsm_backup backup = {.info = *info};
    for (size_t i = 0; i < image->key_count; i++) {
        if (strcmp(image->keys[i].label, info->label) != 0)
            continue;
        backup.size = image->keys[i].size;
        memcpy(backup.wrapped, image->keys[i].wrapped, sizeof backup.wrapped);
        return backup_keep(&place, &backup);
    }
    return mv_fail(MV_BACKUP_REFUSED, "backup: a key of the catalogue is not in it");
}

/* On another machine backup_dir is empty, and the next `backup` needs what was in it. */
static mv_status keep_backups(const struct session *session, const struct hsm_image *image)
{
    const struct backup_user user = {good_backup, session->hsm};
    for (size_t i = 0; i < session->catalogue->key_count; i++) {
        const struct hsm_key_info *info = &session->catalogue->keys[i].info;
        if (hsm_image_needs(info) && !backup_find(session->config.backup_dir, info, &user).ok)
            MV_TRY(keep_backup(session, image, info));
    }
    return mv_ok();
}

static mv_status prove(struct session *session)
{
    MV_TRY(hsm_catalogue_read(session->hsm, session->catalogue));
    MV_TRY(hsm_keys_verify(session->hsm, session->catalogue));
    return remark_file(hsm_config_set_serial(&session->config, hsm_serial(session->hsm)), session->config.path);
}

/* The backup key's holders decide; officers besides them where the policy in the backup asks for it by name. */
static mv_status ask_officers(const struct hsm_image *image, struct hsm_catalogue *catalogue)
{
    struct mv_act act;
    struct mv_act approved;
    MV_TRY(hsm_image_catalogue(image, catalogue));
    MV_TRY(act_call_act(&act));
    return quorum_judge(catalogue, image->serial, &act, act_call_approvals(), (int64_t)time(NULL), &approved);
}

static mv_status run(const char *config_path, const struct restore *restore, struct session *session,
                     struct hsm_image *image, uint8_t *kek)
{
    MV_TRY(remark_file(hsm_config_load(config_path, &session->config), config_path));
    MV_TRY(image_read(restore->from, image));
    MV_TRY(ask_officers(image, session->catalogue));
    MV_TRY(kek_collect(&restore->kek, kek));
    MV_TRY(try_all(kek, image));
    MV_TRY(open_token(restore, session));
    MV_TRY(backup_directory(session->config.backup_dir));
    MV_TRY(hsm_image_restore(session->hsm, kek, image));
    MV_TRY(prove(session));
    return keep_backups(session, image);
}

static mv_status with_memory(const char *config_path, const struct restore *restore, struct session *session)
{
    struct hsm_image *image = calloc(1, sizeof *image);
    uint8_t *kek = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    session->catalogue = calloc(1, sizeof *session->catalogue);
    mv_status status = image == NULL || kek == NULL || session->catalogue == NULL
                           ? mv_fail(MV_OUT_OF_MEMORY, "backup")
                           : run(config_path, restore, session, image, kek);
    mv_secret_free(kek, HSM_BACKUP_KEK_BYTES);
    free(image);
    return status;
}

int cmd_restore(struct tool *tool, int argc, char **argv)
{
    struct restore restore;
    memset(&restore, 0, sizeof restore);
    const struct option_spec specs[] = {
        {"from", OPTION_TEXT, "FILE", "what `backup` wrote", &restore.from},
        {"so-pin-file", OPTION_TEXT, "FILE", "PIN to give the token's security officer; typed if absent",
         &restore.so_pin_file},
        KEK_OPTIONS(restore.kek),
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (restore.from == NULL)
        return options_complain("from", "is required");
    int code = kek_options_check(&restore.kek);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session = {.hsm = NULL};
    mv_status status = with_memory(tool->config_path, &restore, &session);
    if (status.ok)
        key_report_catalogue(tool, hsm_serial(session.hsm), session.catalogue);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
