/* metervault-keys import: a key that custodians carry as components. */
#include <stdio.h>
#include <string.h>

#include "act_call.h"
#include "custodians.h"
#include "hex.h"
#include "import_block.h"
#include "key_entry.h"
#include "key_report.h"
#include "quorum.h"
#include "remark.h"
#include "scope.h"
#include "succession.h"
#include "terminal.h"

static const struct option_usage usage = {
    "Imports a key whose components two or more custodians hold; the key is the XOR of all components.\n"
    "Components are typed without echo, or read from files of mode 0600. The combined key check value must match\n"
    "the key's paper. A wrapped backup is written to backup_dir of the configuration.\n"
    "With --tr31 the key comes in a key block instead, and the components are those of the block's protection key. "
    "The\n"
    "host's memory sees such a key in clear: --accept-host-visible says that this is known.",
    "  metervault-keys import --use vending --sgc 123456 --krn 1 --base-date 2014 --ea 7,11\n"
    "  metervault-keys import --use vending --sgc 123456 --krn 1 --kcv 3FA2C1 \\\n"
    "      --component-file a.hex --component-file b.hex\n"
    "  metervault-keys import --use factory-kek --name acme --custodians 3\n"
    "  metervault-keys import --use factory-kek --name acme --tr31 acme.block --accept-host-visible\n"};

struct import {
    struct scope_options scope;
    struct option_list files;
    struct block_options block;
    const char *kcv;
    const char *custodians;
    struct hsm_key_request request;
    uint8_t replaces; /* a revision, 0: none */
    size_t custodian_count;
    uint8_t expected[HSM_KCV_BYTES];
};

static int check_options(struct import *import)
{
    long count = COMPONENTS_LEAST;
    int code = scope_request(&import->scope, &import->request, &import->replaces);
    if (code != TOOL_DONE)
        return code;
    if (hsm_use_is_master(import->request.use) && !hsm_use_is_pboc(import->request.use))
        return options_complain("use",
                                "record and card keys are generated in the token; only card-pboc keys come along");
    if (import->kcv != NULL && !hex_decode(import->kcv, import->expected, sizeof import->expected))
        return options_complain("kcv", "needs 6 hex digits");
    if (import->custodians != NULL && !options_number(import->custodians, COMPONENTS_LEAST, COMPONENTS_MOST, &count))
        return options_complain("custodians", "is 2 to 8");
    import->custodian_count = (size_t)count;
    if (import->block.file != NULL && (import->files.count > 0 || import->custodians != NULL))
        return options_complain("tr31", "the key comes in a block or on components, not both");
    code = block_options_check(&import->block);
    if (code != TOOL_DONE)
        return code;
    if (import->files.count == 1)
        return options_complain("component-file", "at least two custodians: give it twice or more");
    if (import->files.count > 0 && import->custodians != NULL)
        return options_complain("custodians", "is for typed components");
    if (import->kcv == NULL && act_call_is_approved())
        return options_complain("kcv", "is required: officers approve a key by its check value");
    bool unseen = import->files.count > 0 || import->block.file != NULL;
    if (unseen && import->kcv == NULL && !terminal_present())
        return options_complain("kcv", "is required when nobody can confirm it on a terminal");
    return TOOL_DONE;
}

static mv_status collect(const struct import *import, struct components *components)
{
    if (import->files.count == 0 && !terminal_present())
        return remark(mv_fail(MV_FILE_FAILED, "terminal: none to ask on"),
                      "without a terminal give --component-file for each component, and --kcv");
    if (import->files.count == 0)
        return custodians_type(&import->request, import->custodian_count, components);
    for (size_t i = 0; i < import->files.count; i++)
        MV_TRY(components_add_file(components, import->files.items[i]));
    return mv_ok();
}

/* Refused here already, before custodians spend time on their components. */
static mv_status check_host_visible(const struct hsm_key_request *request)
{
    if (request->scope.dkga == 2 && !request->accept_host_visible)
        return mv_fail(MV_HOST_VISIBLE_NOT_ACCEPTED, "dkga");
    return mv_ok();
}

static mv_status enter_block(struct import *import, struct session *session, struct hsm_key_info *info)
{
    MV_TRY(succession_prepare(session->catalogue, &import->scope, &import->request, import->replaces));
    MV_TRY(
        block_import(&import->block, session, &import->request, import->kcv != NULL ? import->expected : NULL, info));
    return succession_enter(session->hsm, info, import->replaces);
}

static mv_status enter(struct import *import, struct session *session, struct components *components,
                       struct hsm_key_info *info)
{
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    MV_TRY(succession_prepare(session->catalogue, &import->scope, &import->request, import->replaces));
    MV_TRY(collect(import, components));
    MV_TRY(key_entry_kcv(&import->request, components, &method, kcv));
    if (import->kcv == NULL) {
        MV_TRY(custodians_confirm(kcv, method));
        for (size_t i = 0; i < sizeof kcv; i++)
            import->expected[i] = kcv[i];
    }
    MV_TRY(key_entry_import(session->hsm, session->config.backup_dir, &import->request, components, import->expected,
                            info));
    return succession_enter(session->hsm, info, import->replaces);
}

static mv_status run(const char *config_path, struct import *import, struct hsm_key_info *info)
{
    MV_TRY(check_host_visible(&import->request));
    struct components *components = components_new(key_entry_size(import->request.use, import->request.scope.dkga));
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    struct session session;
    mv_status status = quorum_open(config_path, &session);
    if (status.ok)
        status = import->block.file != NULL ? enter_block(import, &session, info)
                                            : enter(import, &session, components, info);
    session_close(&session);
    components_free(components);
    return status;
}

int cmd_import(struct tool *tool, int argc, char **argv)
{
    struct import import;
    memset(&import, 0, sizeof import);
    const struct option_spec specs[] = {
        SCOPE_OPTIONS(import.scope),
        {"component-file", OPTION_LIST, "FILE", "one component, a line of hex, mode 0600; give it twice or more",
         &import.files},
        {"custodians", OPTION_TEXT, "N", "how many type their components (2 if absent)", &import.custodians},
        BLOCK_OPTIONS(import.block),
        {"kcv", OPTION_TEXT, "HEX", "expected KCV of the combined key; asked for if absent", &import.kcv},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&import);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct hsm_key_info info = {.label = ""};
    mv_status status = run(tool->config_path, &import, &info);
    /* the key may be there although its predecessor was not told: `replace` does that again */
    if (info.label[0] != '\0')
        key_report_made(tool, "imported", &info);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
