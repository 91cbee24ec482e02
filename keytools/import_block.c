#include "import_block.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "custodians.h"
#include "key_block.h"
#include "once.h"
#include "terminal.h"

int block_options_check(const struct block_options *options)
{
    if (options->file == NULL && (options->usage != NULL || kbpk_options_given(&options->kbpk)))
        return options_complain("tr31", "is missing: the other options are for a key block");
    if (options->file == NULL)
        return TOOL_DONE;
    if (options->usage != NULL && strlen(options->usage) != 2)
        return options_complain("accept-usage", "is 2 characters");
    return kbpk_options_check(&options->kbpk);
}

/* One line; a block is no secret. */
static mv_status read_block(const char *path, char text[TR31_TEXT + 1])
{
    const char *data = NULL;
    size_t size = 0;
    MV_TRY(once_read(path, "key block", &data, &size));
    size_t line = strcspn(data, "\n");
    bool one = size > 0 && size <= TR31_TEXT && (line == size || line + 1 == size);
    if (!one || strlen(data) != size)
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: the file is not one line of up to 1024 characters");
    (void)snprintf(text, TR31_TEXT + 1, "%s", data);
    text[strcspn(text, "\r\n")] = '\0';
    return mv_ok();
}

static mv_status enter(const struct block_options *options, struct session *session,
                       const struct hsm_key_request *request, const char *text, const uint8_t *kbpk,
                       const uint8_t *expected_kcv, struct hsm_key_info *info)
{
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    struct tr31_key *key = mv_secret_alloc(sizeof *key);
    if (key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "key");
    mv_status status = tr31_open(text, kbpk, kbpk_size(&options->kbpk), key);
    if (status.ok)
        status = key_block_fits(request, key, options->usage);
    if (status.ok)
        status = hsm_kcv(request->use, request->scope.dkga, key->bytes, key->size, &method, kcv);
    if (status.ok && expected_kcv == NULL)
        status = custodians_confirm(kcv, method);
    mv_secret_free(key, sizeof *key);
    MV_TRY(status);
    return key_block_import(session->hsm, session->config.backup_dir, request, text, kbpk, kbpk_size(&options->kbpk),
                            options->usage, expected_kcv != NULL ? expected_kcv : kcv, info);
}

mv_status block_import(const struct block_options *options, struct session *session,
                       const struct hsm_key_request *request, const uint8_t *expected_kcv, struct hsm_key_info *info)
{
    char text[TR31_TEXT + 1];
    if (!request->accept_host_visible)
        return mv_fail(MV_HOST_VISIBLE_NOT_ACCEPTED, "key block");
    MV_TRY(read_block(options->file, text));
    terminal_say("The memory of this host sees the key in clear while its block is opened: two people watch.\n");
    uint8_t *kbpk = mv_secret_alloc(COMPONENT_MAX_KEY);
    if (kbpk == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "key block protection key");
    mv_status status = kbpk_collect(&options->kbpk, kbpk);
    if (status.ok)
        status = enter(options, session, request, text, kbpk, expected_kcv, info);
    mv_secret_free(kbpk, COMPONENT_MAX_KEY);
    return status;
}
