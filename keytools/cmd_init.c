/* metervault-keys init: the first use of a token. */
#include <stdio.h>
#include <unistd.h>

#include "backup_file.h"
#include "base/secret.h"
#include "custodians.h"
#include "key_entry.h"
#include "officer.h"
#include "options.h"
#include "session.h"
#include "terminal.h"
#include "token_birth.h"

static const struct option_usage usage = {
    "Initialises the token named in the configuration with a security officer's PIN and the user PIN, makes the\n"
    "internal keys, and enrols the first officer. The key that wraps all backups is the XOR of two components; each\n"
    "is written once to a new file of mode 0600, or shown once on the terminal, and exists nowhere else.\n"
    "The user PIN comes from pin_file of the configuration if that file exists.",
    "  metervault-keys --config hsmd.conf init --officer ann --officer-certificate ann.pem \\\n"
    "      --so-pin-file so.pin --backup-component-file /media/a/backup.hex \\\n"
    "      --backup-component-file /media/b/backup.hex\n"};

enum { CUSTODIANS = 2 };

struct init {
    const char *officer_name, *certificate, *so_pin_file;
    struct option_list backup_files;
    bool use_existing;
    struct hsm_officer officer;
};

static int check_options(const struct init *init)
{
    if (init->officer_name == NULL)
        return options_complain("officer", "is required");
    if (init->certificate == NULL)
        return options_complain("officer-certificate", "is required");
    if (init->backup_files.count == 0 && !terminal_present())
        return options_complain("backup-component-file", "is required twice when there is no terminal to show them on");
    if (init->backup_files.count != 0 && init->backup_files.count != CUSTODIANS)
        return options_complain("backup-component-file", "give it twice, one for each custodian");
    return TOOL_DONE;
}

static mv_status read_components(const struct init *init, struct components *components)
{
    for (size_t i = 0; i < init->backup_files.count; i++)
        MV_TRY(components_add_file(components, init->backup_files.items[i]));
    return mv_ok();
}

static bool any_exists(const struct init *init)
{
    for (size_t i = 0; i < init->backup_files.count; i++)
        if (access(init->backup_files.items[i], F_OK) == 0)
            return true;
    return false;
}

static mv_status make_components(const struct init *init, struct hsm *hsm, struct components *components)
{
    MV_TRY(key_entry_random_components(hsm, components, CUSTODIANS));
    if (init->backup_files.count == 0)
        return custodians_show(components);
    return components_write_files(components, init->backup_files.items);
}

/* Everything that can be refused is looked at before the token is touched. */
static mv_status prepare(struct init *init, struct hsm_config *config, struct components *components)
{
    MV_TRY(backup_directory(config->backup_dir));
    MV_TRY(officer_from_certificate(init->officer_name, init->certificate, &init->officer));
    if (init->use_existing && any_exists(init))
        return read_components(init, components);
    if (any_exists(init))
        return mv_fail(MV_FILE_FAILED, "backup component file: exists; --use-existing takes it as it is");
    return mv_ok();
}

static mv_status ask_pins(const struct init *init, const struct hsm_config *config, char *so_pin, char *user_pin)
{
    MV_TRY(session_ask_pin(init->so_pin_file, "Choose the security officer's PIN of the token: ", true, so_pin));
    return session_user_pin(config, true, user_pin);
}

static mv_status open_token(const struct init *init, struct session *session)
{
    char *pins = mv_secret_alloc((size_t)2 * HSM_PIN_SIZE);
    if (pins == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "PIN");
    mv_status status = ask_pins(init, &session->config, pins, pins + HSM_PIN_SIZE);
    if (status.ok)
        status = token_birth_open(&session->config, pins, pins + HSM_PIN_SIZE, &session->hsm);
    mv_secret_free(pins, (size_t)2 * HSM_PIN_SIZE);
    return status;
}

static mv_status run(const char *config_path, struct init *init, struct session *session, struct components *components)
{
    MV_TRY(hsm_config_load(config_path, &session->config));
    MV_TRY(prepare(init, &session->config, components));
    MV_TRY(open_token(init, session));
    if (components->count == 0)
        MV_TRY(make_components(init, session->hsm, components));
    MV_TRY(token_birth_finish(session->hsm, &session->config, components, &init->officer));
    return hsm_config_set_serial(&session->config, hsm_serial(session->hsm));
}

static void report(const struct tool *tool, const struct init *init, const char *serial)
{
    if (tool->json) {
        tool_answer(json_pack("{s:s, s:s}", "token_serial", serial, "officer", init->officer.name));
        return;
    }
    (void)printf("token %s is ready, officer %s is enrolled\n", serial, init->officer.name);
    if (init->backup_files.count == CUSTODIANS)
        (void)printf("backup components: %s and %s; give each to another person and delete the files\n",
                     init->backup_files.items[0], init->backup_files.items[1]);
}

int cmd_init(struct tool *tool, int argc, char **argv)
{
    struct init init = {0};
    const struct option_spec specs[] = {
        {"officer", OPTION_TEXT, "NAME", "first officer", &init.officer_name},
        {"officer-certificate", OPTION_TEXT, "FILE", "PEM, with the URI urn:metervault:principal:NAME",
         &init.certificate},
        {"so-pin-file", OPTION_TEXT, "FILE", "PIN to give the token's security officer; typed if absent",
         &init.so_pin_file},
        {"backup-component-file", OPTION_LIST, "FILE", "component of the backup key; give it twice",
         &init.backup_files},
        {"use-existing", OPTION_FLAG, NULL, "read the components if the files exist", &init.use_existing},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&init);
    if (code != TOOL_DONE)
        return code;
    struct session session = {0};
    struct components *components = components_new(HSM_BACKUP_KEK_BYTES);
    mv_status status = components == NULL ? mv_fail(MV_OUT_OF_MEMORY, "component")
                                          : run(tool->config_path, &init, &session, components);
    if (status.ok)
        report(tool, &init, hsm_serial(session.hsm));
    session_close(&session);
    components_free(components);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
