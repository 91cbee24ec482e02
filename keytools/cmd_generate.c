/* metervault-keys generate: a new random key. */
#include <stdio.h>
#include <string.h>

#include "hsm/sign.h"
#include "key_entry.h"
#include "key_report.h"
#include "quorum.h"
#include "remark.h"
#include "scope.h"
#include "succession.h"

static const struct option_usage usage = {
    "Makes a random key: a 160-bit DKGA 4 vending key for pilots and tests (production keys come from the Key\n"
    "Management Centre), or a factory key. With --component-file, given twice or more, the key is made as components\n"
    "that are written to these new files of mode 0600, for custodians who carry the key to another place; without,\n"
    "nobody outside the token learns it. A factory key needs components, because the factory must load it too.\n"
    "Keys of native records, record-mac and record-enc, are of a domain and a version; what meters hold is derived. So "
    "are\n"
    "card keys: card-area of a domain; card-issuer, card-office, card-meter and card-transport of the whole system.\n"
    "With --use audit-sign a token that has none gets the key pair that signs transcripts of ceremonies.",
    "  metervault-keys generate --use vending --sgc 999901 --krn 1 --base-date 2014 --ea 7,11\n"
    "  metervault-keys generate --use vending --sgc 999901 --krn 2 --base-date 2035 --active-from 2035-01-01 "
    "--replaces 1\n"
    "  metervault-keys generate --use factory-kek --name acme --component-file a.hex --component-file b.hex\n"
    "  metervault-keys generate --use record-mac --domain A1B2C3\n"
    "  metervault-keys generate --use card-issuer\n"};

struct generate {
    struct scope_options scope;
    struct option_list files;
    struct hsm_key_request request;
    uint8_t replaces; /* a revision, 0: none */
};

/* The signing key has neither scope nor components. */
static bool is_audit_sign(const struct generate *generate)
{
    return generate->scope.use != NULL && strcmp(generate->scope.use, "audit-sign") == 0;
}

static int check_options(struct generate *generate)
{
    if (is_audit_sign(generate) && generate->files.count > 0)
        return options_complain("component-file", "audit-sign never leaves the token");
    if (is_audit_sign(generate))
        return TOOL_DONE;
    int code = scope_request(&generate->scope, &generate->request, &generate->replaces);
    if (code != TOOL_DONE)
        return code;
    if (generate->request.scope.dkga == 2)
        return options_complain("dkga", "new keys are for DKGA 4; a DKGA 2 key is imported");
    if (hsm_use_is_master(generate->request.use) && !hsm_use_is_pboc(generate->request.use) &&
        generate->files.count > 0)
        return options_complain("component-file", "a record or card key never leaves the token");
    if (generate->files.count == 1 || generate->files.count > COMPONENTS_MOST)
        return options_complain("component-file", "give it twice or more, up to 8 times");
    if (generate->request.use == HSM_USE_FACTORY_KEK && generate->files.count == 0)
        return options_complain("component-file", "is required: the factory must load the key too");
    if (hsm_use_is_pboc(generate->request.use) && generate->files.count == 0)
        return options_complain("component-file", "is required: whoever issues such cards must load the key too");
    return TOOL_DONE;
}

/* The files come first: a key whose components are lost would be a key that the factory can never load. */
static mv_status as_components(const struct generate *generate, struct session *session, struct components *components,
                               struct hsm_key_info *info)
{
    MV_TRY(key_entry_random_components(session->hsm, components, generate->files.count));
    MV_TRY(components_write_files(components, generate->files.items));
    mv_status status =
        key_entry_import(session->hsm, session->config.backup_dir, &generate->request, components, NULL, info);
    if (!status.ok)
        components_remove_files(components, generate->files.items);
    return status;
}

static mv_status make(const struct generate *generate, struct session *session, struct hsm_key_info *info)
{
    if (generate->files.count == 0)
        return key_entry_generate(session->hsm, session->config.backup_dir, &generate->request, info);
    struct components *components = components_new(key_entry_size(generate->request.use, generate->request.scope.dkga));
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = as_components(generate, session, components, info);
    components_free(components);
    return status;
}

static mv_status make_audit_sign(struct session *session, struct hsm_key_info *info)
{
    if (hsm_sign_newest(session->hsm, session->catalogue) != NULL)
        return remark(mv_fail(MV_KEY_EXISTS, "audit-sign"), "`rotate --use audit-sign` makes the next version");
    return hsm_sign_make(session->hsm, info);
}

static mv_status run(struct generate *generate, struct session *session, struct hsm_key_info *info)
{
    if (is_audit_sign(generate))
        return make_audit_sign(session, info);
    MV_TRY(succession_prepare(session->catalogue, &generate->scope, &generate->request, generate->replaces));
    MV_TRY(make(generate, session, info));
    return succession_enter(session->hsm, info, generate->replaces);
}

int cmd_generate(struct tool *tool, int argc, char **argv)
{
    struct generate generate = {0};
    const struct option_spec specs[] = {
        SCOPE_OPTIONS(generate.scope),
        {"component-file", OPTION_LIST, "FILE", "write a component to this new file; give it twice or more",
         &generate.files},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&generate);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    struct hsm_key_info info = {.label = ""};
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = run(&generate, &session, &info);
    session_close(&session);
    /* the key may be there although its predecessor was not told: `replace` does that again */
    if (info.label[0] != '\0')
        key_report_made(tool, "generated", &info);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
