#include "config.h"

#include <confuse.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metervault/card_pboc.h"
#include "vending/cards.h"

struct text_key {
    const char *name;
    const char *preset;
    size_t offset;
    enum { NEEDED, NEEDED_FOR_TLS } need;
};

static const struct text_key texts[] = {
    {"listen", "127.0.0.1:7700", offsetof(struct config, listen), NEEDED},
    {"certificate_file", "", offsetof(struct config, certificate_file), NEEDED_FOR_TLS},
    {"key_file", "", offsetof(struct config, key_file), NEEDED_FOR_TLS},
    {"client_ca_file", "", offsetof(struct config, client_ca_file), NEEDED_FOR_TLS},
    {"ledger", "", offsetof(struct config, ledger), NEEDED},
    {"hsmd_socket", "", offsetof(struct config, hsmd_socket), NEEDED},
};

struct number_key {
    const char *name;
    long preset, lowest, highest;
    size_t offset;
};

static const struct number_key numbers[] = {
    {"queue_threads", 1, 1, 64, offsetof(struct config, queue_threads)},
    {"workers", 4, 1, 62, offsetof(struct config, workers)},
    {"stream_workers", 8, 1, 1024, offsetof(struct config, stream_workers)},
    {"card_sessions", VEND_CARD_SESSIONS, 1, VEND_CARD_SESSIONS, offsetof(struct config, card_sessions)},
    {"max_message_bytes", 65536, 1024, 16777216, offsetof(struct config, max_message_bytes)},
    {"max_repeated", 1024, 1, 65536, offsetof(struct config, max_repeated)},
    {"max_calls", 1024, 1, 65536, offsetof(struct config, max_calls)},
    {"max_connections", 1024, 1, 65536, offsetof(struct config, max_connections)},
    {"max_connections_per_peer", 256, 1, 65536, offsetof(struct config, max_connections_per_peer)},
    {"max_connection_age_s", 3600, 60, 604800, offsetof(struct config, max_connection_age_s)},
    {"drain_ms", 10000, 0, 600000, offsetof(struct config, drain_ms)},
    {"hsmd_timeout_ms", 3000, 100, 60000, offsetof(struct config, hsmd_timeout_ms)},
    {"group_max", 256, 1, 256, offsetof(struct config, group_max)},
    {"card_max_uses", 100000, 0, 2147483647, offsetof(struct config, card_max_uses)},
    {"card_key_max_uses", 0, 0, 2147483647, offsetof(struct config, card_key_max_uses)},
    {"card_pboc_class", 0, 0, 132, offsetof(struct config, card_pboc_class)},
};

static const struct {
    const char *name;
    enum mv_log_level level;
} levels[] = {
    {"error", MV_LOG_ERROR}, {"warning", MV_LOG_WARNING}, {"notice", MV_LOG_NOTICE},
    {"info", MV_LOG_INFO},   {"debug", MV_LOG_DEBUG},
};

enum {
    TEXTS = sizeof texts / sizeof texts[0],
    NUMBERS = sizeof numbers / sizeof numbers[0],
    LEVELS = sizeof levels / sizeof levels[0],
};

static void say_where(cfg_t *cfg, const char *format, va_list arguments)
{
    char line[256];
    (void)vsnprintf(line, sizeof line, format, arguments);
    mv_log(MV_LOG_ERROR, "%s:%d: %s", cfg != NULL && cfg->filename != NULL ? cfg->filename : "configuration",
           cfg != NULL ? cfg->line : 0, line);
}

static char **text_of(struct config *config, const struct text_key *key)
{
    return (char **)((char *)config + key->offset);
}

static mv_status take_texts(cfg_t *cfg, bool insecure, struct config *config)
{
    for (size_t i = 0; i < TEXTS; i++) {
        const char *value = cfg_getstr(cfg, texts[i].name);
        bool needed = texts[i].need == NEEDED || !insecure;
        if (needed && (value == NULL || value[0] == '\0'))
            return mv_fail(MV_CONFIG_INVALID, texts[i].name);
        char *copy = strdup(value == NULL ? "" : value);
        if (copy == NULL)
            return mv_fail(MV_OUT_OF_MEMORY, texts[i].name);
        *text_of(config, &texts[i]) = copy;
    }
    return mv_ok();
}

static mv_status take_numbers(cfg_t *cfg, struct config *config)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        long value = cfg_getint(cfg, numbers[i].name);
        if (value < numbers[i].lowest || value > numbers[i].highest)
            return mv_fail(MV_CONFIG_INVALID, numbers[i].name);
        *(uint32_t *)((char *)config + numbers[i].offset) = (uint32_t)value;
    }
    bool class = config->card_pboc_class == 0 || config->card_pboc_class == MV_PBOC_CLASS_04 ||
                 config->card_pboc_class == MV_PBOC_CLASS_84;
    return class ? mv_ok() : mv_fail(MV_CONFIG_INVALID, "card_pboc_class");
}

static mv_status take_level(cfg_t *cfg, struct config *config)
{
    const char *name = cfg_getstr(cfg, "log_level");
    for (size_t i = 0; i < LEVELS; i++)
        if (strcmp(name, levels[i].name) == 0) {
            config->log_level = levels[i].level;
            return mv_ok();
        }
    return mv_fail(MV_CONFIG_INVALID, "log_level");
}

static mv_status read_file(cfg_t *cfg, const char *path, bool insecure, struct config *config)
{
    (void)cfg_set_error_function(cfg, say_where);
    int parsed = cfg_parse(cfg, path);
    if (parsed == CFG_FILE_ERROR)
        return mv_fail_code(MV_FILE_FAILED, "configuration", (unsigned)errno);
    if (parsed != CFG_SUCCESS)
        return mv_fail(MV_CONFIG_INVALID, "syntax of the configuration");
    MV_TRY(take_texts(cfg, insecure, config));
    MV_TRY(take_numbers(cfg, config));
    return take_level(cfg, config);
}

mv_status config_load(const char *path, bool insecure, struct config *config)
{
    *config = (struct config){.log_level = MV_LOG_INFO};
    cfg_opt_t options[TEXTS + NUMBERS + 2];
    size_t count = 0;
    for (size_t i = 0; i < TEXTS; i++)
        options[count++] = (cfg_opt_t)CFG_STR(texts[i].name, texts[i].preset, CFGF_NONE);
    for (size_t i = 0; i < NUMBERS; i++)
        options[count++] = (cfg_opt_t)CFG_INT(numbers[i].name, numbers[i].preset, CFGF_NONE);
    options[count++] = (cfg_opt_t)CFG_STR("log_level", "info", CFGF_NONE);
    options[count] = (cfg_opt_t)CFG_END();
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    if (cfg == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "configuration");
    mv_status status = read_file(cfg, path, insecure, config);
    (void)cfg_free(cfg);
    return status;
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < TEXTS; i++) {
        free(*text_of(config, &texts[i]));
        *text_of(config, &texts[i]) = NULL;
    }
}
