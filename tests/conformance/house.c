#include "house.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/secret.h"
#include "files.h"
#include "hsmd_process.h"
#include "key_entry.h"
#include "token_birth.h"

enum { FILE_TEXT = 2048, CALL_TIMEOUT_MS = 10000 };

static const char pin[] = "conformance";

static mv_status make_file(const struct house *house, const char *name, const char *text)
{
    char path[HOUSE_PATH + 32];
    (void)snprintf(path, sizeof path, "%s/%s", house->directory, name);
    return file_create(path, text, strlen(text), "temporary file");
}

static mv_status make_directory(const char *parent, const char *name)
{
    char path[HOUSE_PATH + 32];
    (void)snprintf(path, sizeof path, "%s/%s", parent, name);
    if (mkdir(path, 0700) != 0)
        return mv_fail_code(MV_FILE_FAILED, "temporary directory", (unsigned)errno);
    return mv_ok();
}

/* SoftHSM finds its tokens by a file named in the environment. */
static mv_status softhsm_files(const struct house *house)
{
    char text[FILE_TEXT];
    char path[HOUSE_PATH + 32];
    MV_TRY(make_directory(house->directory, "tokens"));
    (void)snprintf(text, sizeof text,
                   "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
                   house->directory);
    MV_TRY(make_file(house, "softhsm2.conf", text));
    (void)snprintf(path, sizeof path, "%s/softhsm2.conf", house->directory);
    if (setenv("SOFTHSM2_CONF", path, 1) != 0)
        return mv_fail(MV_OUT_OF_MEMORY, "environment");
    return mv_ok();
}

static mv_status hsmd_files(struct house *house)
{
    char text[FILE_TEXT];
    MV_TRY(make_file(house, "pin", pin));
    (void)snprintf(text, sizeof text,
                   "module = \"%s\"\ntoken_label = \"conformance\"\npin_file = \"%s/pin\"\n"
                   "socket = \"%s/hsmd.sock\"\nbackup_dir = \"%s/backup\"\nworkers = 1\ncall_timeout_s = 10\n",
                   house->config.module, house->directory, house->directory, house->directory);
    MV_TRY(make_file(house, "hsmd.conf", text));
    (void)snprintf(text, sizeof text, "%s/hsmd.conf", house->directory);
    return hsm_config_load(text, &house->config);
}

static mv_status finish_token(struct hsm *hsm, const struct hsm_config *config, struct hsm_officer *officer)
{
    const struct birth_officers officers = {.officers = officer, .count = 1};
    struct components *components = components_new(HSM_BACKUP_KEK_BYTES);
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = key_entry_random_components(hsm, components, COMPONENTS_LEAST);
    if (status.ok)
        status = token_birth_finish(hsm, config, components, &officers);
    components_free(components);
    return status;
}

/* The published key as two custodians would bring it: a random component, and the rest. */
static mv_status import_key(struct hsm *hsm, const struct hsm_config *config, const struct planned_key *key)
{
    const struct hsm_key_request request = {.use = HSM_USE_VENDING,
                                            .scope = key->scope,
                                            .issued_until_unix_s = INT64_MAX,
                                            .accept_host_visible = key->scope.dkga == 2};
    struct hsm_key_info info;
    uint8_t rest[COMPONENT_MAX_KEY];
    if (key->size == 0 || key->size != key_entry_size(HSM_USE_VENDING, key->scope.dkga))
        return mv_fail(MV_INVALID_FIELD, "vending_key_hex");
    struct components *components = components_new(key->size);
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = key_entry_random_components(hsm, components, 1);
    for (size_t i = 0; i < key->size; i++)
        rest[i] = components->bytes[0][i] ^ key->value[i];
    if (status.ok)
        status = components_add_bytes(components, rest);
    if (status.ok)
        status = key_entry_import(hsm, config->backup_dir, &request, components, NULL, &info);
    mv_secret_wipe(rest, sizeof rest);
    components_free(components);
    return status;
}

/* Files and configuration of the house in a new folder. */
static mv_status furnish(struct house *house)
{
    hsm_config_defaults(&house->config);
    MV_TRY(softhsm_files(house));
    return hsmd_files(house);
}

mv_status house_token(struct house *house, const char *directory, struct hsm **hsm)
{
    memset(house, 0, sizeof *house);
    *hsm = NULL;
    int length = snprintf(house->directory, sizeof house->directory, "%s/token-XXXXXX", directory);
    if (length < 0 || (size_t)length >= sizeof house->directory || mkdtemp(house->directory) == NULL)
        return mv_fail(MV_FILE_FAILED, "temporary directory");
    MV_TRY(furnish(house));
    struct hsm_officer officer = {.name = "conformance"};
    MV_TRY(token_birth_open(&house->config, pin, pin, hsm));
    return finish_token(*hsm, &house->config, &officer);
}

static mv_status fill_token(struct house *house, struct key_plan *plan, size_t token)
{
    struct hsm *hsm = NULL;
    struct hsm_officer officer;
    approver_enrol(&house->approver, &officer);
    mv_status status = token_birth_open(&house->config, pin, pin, &hsm);
    if (status.ok)
        status = finish_token(hsm, &house->config, &officer);
    if (status.ok)
        status = hsm_config_set_serial(&house->config, hsm_serial(hsm));
    for (size_t i = 0; status.ok && i < plan->count; i++)
        if (plan->keys[i].token == token)
            plan->keys[i].imported = import_key(hsm, &house->config, &plan->keys[i]);
    hsm_close(hsm);
    return status;
}

mv_status house_open(struct house *house, const char *directory, const char *hsmd_path, struct key_plan *plan,
                     size_t token)
{
    memset(house, 0, sizeof *house);
    char name[32];
    (void)snprintf(name, sizeof name, "%zu", token);
    MV_TRY(make_directory(directory, name));
    int length = snprintf(house->directory, sizeof house->directory, "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof house->directory)
        return mv_fail_code(MV_FILE_FAILED, "temporary directory", ENAMETOOLONG);
    MV_TRY(furnish(house));
    MV_TRY(approver_open(&house->approver, HOUSE_NOW));
    MV_TRY(fill_token(house, plan, token));
    MV_TRY(hsmd_process_start(hsmd_path, house->config.path, house->directory, HOUSE_NOW, &house->hsmd));
    MV_TRY(hsmd_client_new(house->config.socket, CALL_TIMEOUT_MS, &house->client));
    return hsmd_process_await(house->client, house->hsmd, house->directory);
}

void house_close(struct house *house)
{
    hsmd_client_free(house->client);
    hsmd_process_stop(house->hsmd);
    approver_close(&house->approver);
    memset(house, 0, sizeof *house);
}
