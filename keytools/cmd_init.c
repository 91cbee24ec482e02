/* metervault-keys init: the first use of a token. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backup_file.h"
#include "base/secret.h"
#include "custodians.h"
#include "key_entry.h"
#include "officer.h"
#include "options.h"
#include "remark.h"
#include "session.h"
#include "share_options.h"
#include "terminal.h"
#include "token_birth.h"

static const struct option_usage usage = {
    "Initialises the token named in the configuration with a security officer's PIN and the user PIN, makes the\n"
    "internal keys, and enrols the first officers; with two of them at the terminal the first sets the security\n"
    "officer's PIN and the second the user PIN. With --quorum N every act needs N officers' approvals from then on,\n"
    "until `policy` says otherwise. The key that wraps all backups goes to officers and exists nowhere\n"
    "else: with --shares K/N as shares of which any K rebuild it, otherwise as two components whose XOR it is. Each "
    "is\n"
    "shown once to its holder on the terminal, or written once to a new file of mode 0600.\n"
    "The user PIN comes from pin_file of the configuration if that file exists.",
    "  metervault-keys --config hsmd.conf init --officer ann --officer-certificate ann.pem \\\n"
    "      --so-pin-file so.pin --backup-component-file /media/a/backup.hex \\\n"
    "      --backup-component-file /media/b/backup.hex\n"
    "  metervault-keys --config hsmd.conf init --officer ann --officer-certificate ann.pem --officer ben \\\n"
    "      --officer-certificate ben.pem --quorum 2 --shares 3/5\n"};

enum { CUSTODIANS = 2 };

struct init {
    struct option_list names, certificates;
    const char *so_pin_file, *quorum_text;
    struct option_list backup_files;
    struct share_options shares;
    bool use_existing;
    bool exists; /* the files of the backup key, all or some */
    bool begun;  /* an earlier init was cut short after it handed the backup key out and made keys under it */
    struct hsm_officer officers[OPTIONS_MAX_LIST];
    struct birth_officers people;
};

static int check_officers(struct init *init)
{
    long quorum = 0;
    if (init->names.count == 0)
        return options_complain("officer", "is required");
    if (init->certificates.count == 0)
        return options_complain("officer-certificate", "is required");
    if (init->certificates.count != init->names.count)
        return options_complain("officer-certificate", "give one for each --officer, in the same order");
    if (init->quorum_text != NULL && !options_number(init->quorum_text, 1, (long)init->names.count, &quorum))
        return options_complain("quorum", "is 1 to the number of officers that are given");
    init->people =
        (struct birth_officers){.officers = init->officers, .count = init->names.count, .quorum = (unsigned)quorum};
    return TOOL_DONE;
}

static int check_options(struct init *init)
{
    int code = check_officers(init);
    if (code != TOOL_DONE)
        return code;
    if (init->shares.text != NULL && init->backup_files.count > 0)
        return options_complain("backup-component-file", "components or shares, not both");
    if (init->shares.text != NULL)
        return share_options_check(&init->shares);
    if (init->shares.files.count > 0)
        return options_complain("new-share-file", "goes with --shares");
    if (init->backup_files.count == 0 && !terminal_present())
        return options_complain("backup-component-file", "is required twice when there is no terminal to show them on");
    if (init->backup_files.count != 0 && init->backup_files.count != CUSTODIANS)
        return options_complain("backup-component-file", "give it twice, one for each custodian");
    return TOOL_DONE;
}

/* The files that are to hold the backup key. */
static const struct option_list *key_files(const struct init *init)
{
    return init->shares.text != NULL ? &init->shares.files : &init->backup_files;
}

static const char *existing_file(const struct init *init)
{
    const struct option_list *files = key_files(init);
    for (size_t i = 0; i < files->count; i++)
        if (access(files->items[i], F_OK) == 0)
            return files->items[i];
    return NULL;
}

static mv_status make_components(const struct init *init, struct hsm *hsm, struct components *components)
{
    for (size_t i = 0; init->exists && i < init->backup_files.count; i++)
        MV_TRY(components_add_file(components, init->backup_files.items[i]));
    if (init->exists)
        return mv_ok();
    if (init->begun)
        return custodians_type(&(const struct hsm_key_request){.use = HSM_USE_BACKUP_KEK}, CUSTODIANS, components);
    MV_TRY(key_entry_random_components(hsm, components, CUSTODIANS));
    if (init->backup_files.count == 0)
        return custodians_show(components);
    return components_write_files(components, init->backup_files.items);
}

static mv_status finish_with_components(struct init *init, struct session *session)
{
    struct components *components = components_new(HSM_BACKUP_KEK_BYTES);
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = make_components(init, session->hsm, components);
    if (status.ok)
        status = token_birth_finish(session->hsm, &session->config, components, &init->people);
    components_free(components);
    return status;
}

/* Shares that an init which was cut short has handed out, or new ones. */
static mv_status make_kek(const struct init *init, struct hsm *hsm, struct shares *shares, uint8_t *kek)
{
    if (init->exists) {
        MV_TRY(shares_read_files(shares, init->shares.files.items, init->shares.k));
        return shares_combine(shares, kek, HSM_BACKUP_KEK_BYTES);
    }
    if (init->begun) {
        MV_TRY(shares_type(shares));
        return shares_combine(shares, kek, HSM_BACKUP_KEK_BYTES);
    }
    MV_TRY(hsm_random(hsm, kek, HSM_BACKUP_KEK_BYTES));
    return share_options_hand_out(&init->shares, hsm, kek, shares);
}

static mv_status finish_with_shares(struct init *init, struct session *session)
{
    struct shares *shares = shares_new();
    uint8_t *kek = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    mv_status status = shares == NULL || kek == NULL ? mv_fail(MV_OUT_OF_MEMORY, "share") : mv_ok();
    if (status.ok)
        status = make_kek(init, session->hsm, shares, kek);
    if (status.ok)
        status = token_birth_finish_kek(session->hsm, &session->config, kek, &init->people);
    mv_secret_free(kek, HSM_BACKUP_KEK_BYTES);
    shares_free(shares);
    return status;
}

static mv_status read_officers(struct init *init)
{
    for (size_t i = 0; i < init->names.count; i++) {
        struct hsm_officer *officer = &init->officers[i];
        MV_TRY(officer_from_certificate(init->names.items[i], init->certificates.items[i], officer));
        for (size_t j = 0; j < i; j++) {
            bool same = strcmp(init->officers[j].name, officer->name) == 0 ||
                        memcmp(init->officers[j].certificate_sha256, officer->certificate_sha256,
                               sizeof officer->certificate_sha256) == 0 ||
                        memcmp(init->officers[j].key_sha256, officer->key_sha256, sizeof officer->key_sha256) == 0;
            if (same)
                return mv_fail(MV_SAME_OFFICER, "officer: given twice");
        }
    }
    return mv_ok();
}

/* Everything that can be refused is looked at before the token is touched. */
static mv_status prepare(struct init *init, struct hsm_config *config)
{
    MV_TRY(backup_directory(config->backup_dir));
    MV_TRY(read_officers(init));
    const char *existing = existing_file(init);
    init->exists = existing != NULL;
    if (existing != NULL && !init->use_existing)
        return remark_file(mv_fail(MV_FILE_FAILED, "file of the backup key: exists; --use-existing takes it as it is"),
                           existing);
    return mv_ok();
}

/* Two officers: each types a PIN that the other does not learn. */
static mv_status ask_pins(const struct init *init, const struct hsm_config *config, char *so_pin, char *user_pin)
{
    char for_so[HSM_OFFICER_SIZE + 80];
    char for_user[HSM_OFFICER_SIZE + 80];
    bool two = init->names.count > 1;
    bool typed = init->so_pin_file == NULL && !session_pin_is_stored(config);
    (void)snprintf(for_so, sizeof for_so,
                   "%s%sChoose the security officer's PIN of the token: ", two ? init->officers[0].name : "",
                   two ? ", alone at the keyboard. " : "");
    (void)snprintf(for_user, sizeof for_user,
                   "%s%sChoose the user PIN of the token: ", two ? init->officers[1].name : "",
                   two ? ", alone at the keyboard. " : "");
    MV_TRY(session_ask_pin(init->so_pin_file, for_so, true, so_pin));
    MV_TRY(session_user_pin(config, for_user, user_pin));
    if (typed && strcmp(so_pin, user_pin) == 0)
        return mv_fail(MV_INVALID_FIELD, "PIN: both are the same; each has its own person");
    return mv_ok();
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

static mv_status run(const char *config_path, struct init *init, struct session *session)
{
    MV_TRY(remark_file(hsm_config_load(config_path, &session->config), config_path));
    MV_TRY(prepare(init, &session->config));
    MV_TRY(open_token(init, session));
    MV_TRY(token_birth_begun(session->hsm, &init->begun));
    if (init->begun && !init->exists)
        terminal_say(
            "An earlier init was cut short after the backup key was handed out: its holders bring it again.\n");
    MV_TRY(init->shares.text != NULL ? finish_with_shares(init, session) : finish_with_components(init, session));
    return remark_file(hsm_config_set_serial(&session->config, hsm_serial(session->hsm)), config_path);
}

static void report(const struct tool *tool, const struct init *init, const char *serial)
{
    if (tool->json) {
        tool_answer(json_pack("{s:s, s:s, s:i, s:i}", "token_serial", serial, "officer", init->officers[0].name,
                              "officers", (int)init->people.count, "quorum", (int)init->people.quorum));
        return;
    }
    (void)printf("token %s is ready, officer%s", serial, init->people.count == 1 ? "" : "s");
    for (size_t i = 0; i < init->people.count; i++)
        (void)printf("%s %s", i == 0 ? "" : ",", init->officers[i].name);
    (void)printf("%s\n", init->people.count == 1 ? " is enrolled" : " are enrolled");
    if (init->people.quorum > 0)
        (void)printf("every act needs the approvals of %u officers\n", init->people.quorum);
    if (init->backup_files.count == CUSTODIANS)
        (void)printf("backup components were %s %s and %s: move each to its own holder, away from this machine\n",
                     init->exists ? "read from" : "written to", init->backup_files.items[0],
                     init->backup_files.items[1]);
    if (init->shares.text != NULL)
        (void)printf("any %u of the %u shares rebuild the backup key\n", init->shares.k, init->shares.n);
}

int cmd_init(struct tool *tool, int argc, char **argv)
{
    struct init init;
    memset(&init, 0, sizeof init);
    const struct option_spec specs[] = {
        {"officer", OPTION_LIST, "NAME", "an officer; the first and as many as are there", &init.names},
        {"officer-certificate", OPTION_LIST, "FILE", "PEM, with the URI urn:metervault:principal:NAME; one for each",
         &init.certificates},
        {"quorum", OPTION_TEXT, "N", "every act needs N officers' approvals", &init.quorum_text},
        {"so-pin-file", OPTION_TEXT, "FILE", "PIN to give the token's security officer; typed if absent",
         &init.so_pin_file},
        {"backup-component-file", OPTION_LIST, "FILE", "component of the backup key; give it twice",
         &init.backup_files},
        SHARE_OPTIONS(init.shares),
        {"use-existing", OPTION_FLAG, NULL, "read components or shares if their files exist", &init.use_existing},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&init);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session = {0};
    mv_status status = run(tool->config_path, &init, &session);
    if (status.ok)
        report(tool, &init, hsm_serial(session.hsm));
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
