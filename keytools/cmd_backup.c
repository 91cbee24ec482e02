/* metervault-keys backup: a whole token in one file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_file.h"
#include "options.h"
#include "quorum.h"

static const struct option_usage usage = {
    "Gathers the catalogue and the wrapped backup of every key, which was made when the key was born, into one new\n"
    "file. Each backup is opened inside the token and its KCV compared first, so the file is proven good. It is no\n"
    "secret without the backup key, and enough for `restore` with it. Make one after every change of the catalogue.",
    "  metervault-keys backup --out /media/safe/token-2026-11-22.backup\n"};

struct gathering {
    struct hsm *hsm;
    struct hsm_image *image;
};

static mv_status take(void *context, const struct hsm_key_info *info, const uint8_t *wrapped, size_t size)
{
    const struct gathering *gathering = context;
    struct hsm_image *image = gathering->image;
    MV_TRY(hsm_backup_prove(gathering->hsm, info, wrapped, size));
    size_t at = image->key_count++;
    memcpy(image->keys[at].label, info->label, sizeof image->keys[at].label);
    memcpy(image->keys[at].wrapped, wrapped, size);
    image->keys[at].size = size;
    return mv_ok();
}

static mv_status gather(struct session *session, struct hsm_image *image)
{
    struct gathering gathering = {session->hsm, image};
    const struct backup_user user = {take, &gathering};
    MV_TRY(hsm_image_read(session->hsm, image));
    for (size_t i = 0; i < session->catalogue->key_count; i++) {
        const struct hsm_key_info *info = &session->catalogue->keys[i].info;
        if (!hsm_image_needs(info))
            continue;
        mv_status status = backup_find(session->config.backup_dir, info, &user);
        if (status.ok)
            continue;
        (void)fprintf(stderr, "%s: no good backup of this key\n", info->label);
        return status;
    }
    return mv_ok();
}

static mv_status run(const char *out, struct session *session, size_t *keys)
{
    struct hsm_image *image = calloc(1, sizeof *image);
    if (image == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "backup");
    mv_status status = gather(session, image);
    if (status.ok)
        status = image_write(out, image);
    *keys = image->key_count;
    free(image);
    return status;
}

int cmd_backup(struct tool *tool, int argc, char **argv)
{
    const char *out = NULL;
    size_t keys = 0;
    const struct option_spec specs[] = {{"out", OPTION_TEXT, "FILE", "new file to write", &out}};
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, 1, &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (out == NULL)
        return options_complain("out", "is required");
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = run(out, &session, &keys);
    json_int_t generation = status.ok ? (json_int_t)session.catalogue->generation : 0;
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:I, s:I}", "file", out, "keys", (json_int_t)keys, "generation", generation));
    else
        (void)printf("%s: catalogue generation %lld and %zu wrapped keys, each proven by its KCV\n", out,
                     (long long)generation, keys);
    return TOOL_DONE;
}
