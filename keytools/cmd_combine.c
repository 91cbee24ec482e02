/* metervault-keys combine: proves that what the holders have is the backup key. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "component.h"
#include "kek_entry.h"
#include "key_entry.h"
#include "quorum.h"
#include "words.h"

static const struct option_usage usage = {
    "Brings the backup key together from k shares (or from all components) and compares it with the token's: the\n"
    "drill that shows that the holders could restore. Nothing of the key is shown. With --new-component-file, given\n"
    "twice or more, the key goes back to components in these new files of mode 0600.",
    "  metervault-keys combine\n"
    "  metervault-keys combine --share-file 1.share --share-file 4.share --share-file 5.share\n"};

struct combine {
    struct kek_options kek;
    struct option_list files;
};

/* Random components and the rest. */
static mv_status make_components(struct hsm *hsm, const uint8_t *kek, size_t count, struct components *components)
{
    uint8_t *rest = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    if (rest == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = key_entry_random_components(hsm, components, count - 1);
    memcpy(rest, kek, HSM_BACKUP_KEK_BYTES);
    for (size_t c = 0; c < components->count; c++)
        for (size_t i = 0; i < HSM_BACKUP_KEK_BYTES; i++)
            rest[i] ^= components->bytes[c][i];
    if (status.ok)
        status = components_add_bytes(components, rest);
    mv_secret_free(rest, HSM_BACKUP_KEK_BYTES);
    return status;
}

static mv_status write_components(const struct combine *combine, struct hsm *hsm, const uint8_t *kek)
{
    struct components *components = components_new(HSM_BACKUP_KEK_BYTES);
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = make_components(hsm, kek, combine->files.count, components);
    if (status.ok)
        status = components_write_files(components, combine->files.items);
    components_free(components);
    return status;
}

static mv_status run(const struct combine *combine, struct session *session, uint8_t *kek)
{
    MV_TRY(kek_collect(&combine->kek, kek));
    MV_TRY(kek_prove(kek, session->catalogue));
    return combine->files.count > 0 ? write_components(combine, session->hsm, kek) : mv_ok();
}

static void report(const struct tool *tool, const struct session *session)
{
    char kcv[WORDS_KCV] = "";
    for (size_t i = 0; i < session->catalogue->key_count; i++)
        if (session->catalogue->keys[i].info.use == HSM_USE_BACKUP_KEK)
            (void)words_kcv(session->catalogue->keys[i].info.kcv, kcv);
    if (tool->json)
        tool_answer(json_pack("{s:b, s:s}", "proven", 1, "kcv", kcv));
    else
        (void)printf("this is the backup key of token %s, KCV %s, %s\n", hsm_serial(session->hsm), kcv,
                     words_kcv_method(HSM_KCV_AES_CMAC));
}

int cmd_combine(struct tool *tool, int argc, char **argv)
{
    struct combine combine;
    memset(&combine, 0, sizeof combine);
    const struct option_spec specs[] = {
        KEK_OPTIONS(combine.kek),
        {"new-component-file", OPTION_LIST, "FILE", "write a component to this new file; give it twice or more",
         &combine.files},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = kek_options_check(&combine.kek);
    if (code != TOOL_DONE)
        return code;
    if (combine.files.count == 1 || combine.files.count > COMPONENTS_MOST)
        return options_complain("new-component-file", "give it twice or more, up to 8 times");
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    uint8_t *kek = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = kek == NULL ? mv_fail(MV_OUT_OF_MEMORY, "backup-kek") : run(&combine, &session, kek);
    mv_secret_free(kek, HSM_BACKUP_KEK_BYTES);
    if (status.ok)
        report(tool, &session);
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
