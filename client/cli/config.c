#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

enum { PATH_SIZE = 4096 };

/* $VARIABLE/metervault/name, or ~/fallback/metervault/name. */
static bool home_path(const char *variable, const char *fallback, const char *name, char *path, size_t size)
{
    const char *base = getenv(variable); /* NOLINT(concurrency-mt-unsafe): nobody changes the environment */
    int length;
    if (base != NULL && base[0] == '/') {
        length = snprintf(path, size, "%s/metervault%s", base, name);
    } else {
        const char *home = getenv("HOME"); /* NOLINT(concurrency-mt-unsafe) */
        if (home == NULL || home[0] != '/')
            return false;
        length = snprintf(path, size, "%s/%s/metervault%s", home, fallback, name);
    }
    return length > 0 && (size_t)length < size;
}

bool cli_state_dir(const struct cli *cli, char *path, size_t size)
{
    if (cli->state_dir == NULL)
        return home_path("XDG_STATE_HOME", ".local/state", "", path, size);
    int length = snprintf(path, size, "%s", cli->state_dir);
    return length > 0 && (size_t)length < size;
}

static void complain(cfg_t *config, const char *format, va_list arguments)
{
    (void)fprintf(stderr, "metervault: %s:%d: ", config->filename != NULL ? config->filename : "configuration",
                  config->line);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
}

static void take(const char **setting, cfg_t *config, const char *name)
{
    const char *value = cfg_getstr(config, name);
    if (*setting == NULL && value != NULL && value[0] != '\0')
        *setting = value;
}

static bool parse(struct cli *cli, const char *path)
{
    cfg_opt_t settings[] = {CFG_STR("server", NULL, CFGF_NONE),
                            CFG_STR("ca_file", NULL, CFGF_NONE),
                            CFG_STR("certificate_file", NULL, CFGF_NONE),
                            CFG_STR("key_file", NULL, CFGF_NONE),
                            CFG_STR("terminal", NULL, CFGF_NONE),
                            CFG_STR("deadline_ms", NULL, CFGF_NONE),
                            CFG_STR("state_dir", NULL, CFGF_NONE),
                            CFG_BOOL("insecure_loopback", cfg_false, CFGF_NONE),
                            CFG_END()};
    cli->config = cfg_init(settings, CFGF_NONE);
    if (cli->config == NULL) {
        (void)fputs("metervault: memory ran out\n", stderr);
        return false;
    }
    (void)cfg_set_error_function(cli->config, complain);
    int result = cfg_parse(cli->config, path);
    if (result == CFG_FILE_ERROR)
        (void)fprintf(stderr, "metervault: configuration file %s: %s\n", path, strerrordesc_np(errno));
    if (result != CFG_SUCCESS)
        return false;
    take(&cli->server, cli->config, "server");
    take(&cli->ca_file, cli->config, "ca_file");
    take(&cli->certificate_file, cli->config, "certificate_file");
    take(&cli->key_file, cli->config, "key_file");
    take(&cli->terminal, cli->config, "terminal");
    take(&cli->deadline_ms, cli->config, "deadline_ms");
    take(&cli->state_dir, cli->config, "state_dir");
    cli->insecure_loopback = cli->insecure_loopback || cfg_getbool(cli->config, "insecure_loopback");
    return true;
}

static bool default_path(char path[PATH_SIZE])
{
    return home_path("XDG_CONFIG_HOME", ".config", "/client.conf", path, PATH_SIZE);
}

int cli_need_config(const struct cli *cli)
{
    char path[PATH_SIZE];
    if (cli->config != NULL || cli->server != NULL)
        return CLI_DONE;
    bool known = default_path(path);
    return cli_usage(cli,
                     "no configuration (%s%s): give --config FILE, or --server, --terminal, --ca-file, "
                     "--certificate-file and --key-file",
                     known ? path : "no home directory", known ? " is not there" : " is known");
}

bool cli_config_read(struct cli *cli)
{
    char path[PATH_SIZE];
    if (cli->config_file != NULL)
        return parse(cli, cli->config_file);
    if (!default_path(path) || access(path, F_OK) != 0)
        return true; /* options alone may be enough */
    return parse(cli, path);
}

void cli_config_free(struct cli *cli)
{
    if (cli->config != NULL)
        (void)cfg_free(cli->config);
    cli->config = NULL;
}
