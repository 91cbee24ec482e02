#include "hsm/config.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"

enum { MOST_WORKERS = 16, LONGEST_CALL_S = 60 };

static const char DEFAULT_MODULE[] = "/usr/lib/softhsm/libsofthsm2.so";
static const char DEFAULT_SOCKET[] = "/run/metervault-hsm/hsmd.sock";
static const char DEFAULT_BACKUP_DIR[] = "/var/lib/metervault-hsm/backup";
static const char DEFAULT_USER[] = "metervault";

/* False when it does not fit. */
static bool put_text(char *to, size_t size, const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    if (length >= size)
        return false;
    if (length > 0)
        memcpy(to, text, length);
    to[length] = '\0';
    return true;
}

void hsm_config_defaults(struct hsm_config *config)
{
    *config = (struct hsm_config){.workers = 1, .call_timeout_s = 5, .client_user_count = 1};
    (void)put_text(config->module, sizeof config->module, DEFAULT_MODULE);
    (void)put_text(config->socket, sizeof config->socket, DEFAULT_SOCKET);
    (void)put_text(config->backup_dir, sizeof config->backup_dir, DEFAULT_BACKUP_DIR);
    (void)put_text(config->client_users[0], HSM_USER_SIZE, DEFAULT_USER);
}

static void log_parse_error(cfg_t *cfg, const char *format, va_list arguments)
{
    char line[256];
    (void)vsnprintf(line, sizeof line, format, arguments);
    mv_log(MV_LOG_ERROR, "%s:%d: %s", cfg != NULL && cfg->filename != NULL ? cfg->filename : "configuration",
           cfg != NULL ? cfg->line : 0, line);
}

struct text_setting {
    const char *name;
    char *to;
    size_t size;
};

static mv_status take_texts(cfg_t *cfg, struct hsm_config *config)
{
    const struct text_setting settings[] = {
        {"module", config->module, sizeof config->module},
        {"module_init", config->module_init, sizeof config->module_init},
        {"token_label", config->token_label, sizeof config->token_label},
        {"token_serial", config->token_serial, sizeof config->token_serial},
        {"pin_file", config->pin_file, sizeof config->pin_file},
        {"socket", config->socket, sizeof config->socket},
        {"backup_dir", config->backup_dir, sizeof config->backup_dir},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (!put_text(settings[i].to, settings[i].size, cfg_getstr(cfg, settings[i].name)))
            return mv_fail(MV_CONFIG_INVALID, settings[i].name);
    return mv_ok();
}

static mv_status take_users(cfg_t *cfg, struct hsm_config *config)
{
    unsigned count = cfg_size(cfg, "client_users");
    if (count > HSM_CLIENT_USERS)
        return mv_fail(MV_CONFIG_INVALID, "client_users");
    for (unsigned i = 0; i < count; i++)
        if (!put_text(config->client_users[i], HSM_USER_SIZE, cfg_getnstr(cfg, "client_users", i)))
            return mv_fail(MV_CONFIG_INVALID, "client_users");
    config->client_user_count = count;
    return mv_ok();
}

static mv_status take(cfg_t *cfg, struct hsm_config *config)
{
    MV_TRY(take_texts(cfg, config));
    MV_TRY(take_users(cfg, config));
    long workers = cfg_getint(cfg, "workers");
    long timeout = cfg_getint(cfg, "call_timeout_s");
    if (workers < 1 || workers > MOST_WORKERS)
        return mv_fail(MV_CONFIG_INVALID, "workers");
    if (timeout < 1 || timeout > LONGEST_CALL_S)
        return mv_fail(MV_CONFIG_INVALID, "call_timeout_s");
    if (config->token_label[0] == '\0')
        return mv_fail(MV_CONFIG_INVALID, "token_label");
    if (config->module[0] == '\0')
        return mv_fail(MV_CONFIG_INVALID, "module");
    if (config->socket[0] == '\0')
        return mv_fail(MV_CONFIG_INVALID, "socket");
    config->workers = (unsigned)workers;
    config->call_timeout_s = (unsigned)timeout;
    config->factory_cards = cfg_getbool(cfg, "factory_cards") == cfg_true;
    return mv_ok();
}

mv_status hsm_config_load(const char *path, struct hsm_config *config)
{
    hsm_config_defaults(config);
    if (!put_text(config->path, sizeof config->path, path))
        return mv_fail(MV_CONFIG_INVALID, "path of the configuration");
    cfg_opt_t options[] = {
        CFG_STR("module", DEFAULT_MODULE, CFGF_NONE),
        CFG_STR("module_init", "", CFGF_NONE),
        CFG_STR("token_label", "", CFGF_NONE),
        CFG_STR("token_serial", "", CFGF_NONE),
        CFG_STR("pin_file", "", CFGF_NONE),
        CFG_STR("socket", DEFAULT_SOCKET, CFGF_NONE),
        CFG_STR("backup_dir", DEFAULT_BACKUP_DIR, CFGF_NONE),
        CFG_INT("workers", 1, CFGF_NONE),
        CFG_INT("call_timeout_s", 5, CFGF_NONE),
        CFG_STR_LIST("client_users", "{metervault}", CFGF_NONE),
        CFG_BOOL("factory_cards", cfg_false, CFGF_NONE),
        CFG_END(),
    };
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    if (cfg == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    (void)cfg_set_error_function(cfg, log_parse_error);
    int parsed = cfg_parse(cfg, path);
    int cause = errno;
    mv_status status = mv_fail(MV_CONFIG_INVALID, "syntax of the configuration");
    if (parsed == CFG_FILE_ERROR)
        status = mv_fail_code(MV_FILE_FAILED, "configuration of the key process", (unsigned)cause);
    else if (parsed == CFG_SUCCESS)
        status = take(cfg, config);
    (void)cfg_free(cfg);
    return status;
}

mv_status hsm_config_read_pin(const struct hsm_config *config, char *pin)
{
    if (config->pin_file[0] != '\0')
        return mv_secret_read_file(config->pin_file, pin, HSM_PIN_SIZE);
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    char path[2 * HSM_PATH_SIZE];
    if (directory == NULL || snprintf(path, sizeof path, "%s/pin", directory) >= (int)sizeof path)
        return mv_fail(MV_CONFIG_INVALID, "pin_file (and no systemd credential)");
    return mv_secret_read_file(path, pin, HSM_PIN_SIZE);
}
