#include "base/act.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/utf8.h"

static const char *const ACTS[] = {
    "init",    "generate", "import",      "export",         "export-meter",    "split",  "combine", "backup", "restore",
    "replace", "state",    "officer-add", "officer-remove", "officer-replace", "policy", "rotate",  "retire", "destroy",
};
enum { ACT_COUNT = sizeof ACTS / sizeof ACTS[0] };

const char *mv_act_name(size_t index)
{
    return index < ACT_COUNT ? ACTS[index] : NULL;
}

bool mv_act_known(const char *action)
{
    for (size_t i = 0; i < ACT_COUNT; i++)
        if (strcmp(ACTS[i], action) == 0)
            return true;
    return false;
}

static bool is_line(const char *text)
{
    return *text != '\0' && mv_text_printable(text, strlen(text));
}

static int order(const struct mv_act_option *option, const char *name, const char *value)
{
    int names = strcmp(option->name, name);
    return names != 0 ? names : strcmp(option->value, value);
}

mv_status mv_act_add(struct mv_act *act, const char *name, const char *value)
{
    struct mv_act_option option = {.name = ""};
    if (act->option_count == MV_ACT_OPTIONS)
        return mv_fail(MV_INVALID_FIELD, "options of an act: too many");
    if (strlen(name) >= sizeof option.name || strchr(name, ' ') != NULL || !is_line(name))
        return mv_fail(MV_INVALID_FIELD, "option of an act: name");
    if (strlen(value) >= sizeof option.value || !is_line(value))
        return mv_fail(MV_INVALID_FIELD, "option of an act: value");
    (void)snprintf(option.name, sizeof option.name, "%s", name);
    (void)snprintf(option.value, sizeof option.value, "%s", value);
    size_t at = 0;
    while (at < act->option_count && order(&act->options[at], name, value) <= 0)
        at++;
    memmove(&act->options[at + 1], &act->options[at], (act->option_count - at) * sizeof option);
    act->options[at] = option;
    act->option_count++;
    return mv_ok();
}

static mv_status check(const struct mv_act *act)
{
    if (!mv_act_known(act->action))
        return mv_fail(MV_INVALID_FIELD, "action");
    if (!is_line(act->token))
        return mv_fail(MV_INVALID_FIELD, "token");
    return act->expires_unix_s > 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "expires");
}

/* A line at the end of the text; false when there is no place for it. */
static bool put(char text[MV_ACT_TEXT], size_t *used, const char *name, const char *first, const char *second)
{
    size_t left = MV_ACT_TEXT - *used;
    int length = snprintf(text + *used, left, "%s %s%s%s\n", name, first, second[0] != '\0' ? " " : "", second);
    if (length < 0 || (size_t)length >= left)
        return false;
    *used += (size_t)length;
    return true;
}

mv_status mv_act_write(const struct mv_act *act, char text[MV_ACT_TEXT])
{
    char expires[24];
    char nonce[2 * MV_ACT_NONCE + 1];
    size_t used = 0;
    MV_TRY(check(act));
    (void)snprintf(expires, sizeof expires, "%" PRId64, act->expires_unix_s);
    mv_line_hex(act->nonce, MV_ACT_NONCE, nonce);
    bool fits = put(text, &used, "metervault-act", "1", "") && put(text, &used, "action", act->action, "") &&
                put(text, &used, "token", act->token, "");
    for (size_t i = 0; fits && i < act->option_count; i++)
        fits = put(text, &used, "option", act->options[i].name, act->options[i].value);
    fits = fits && put(text, &used, "expires", expires, "") && put(text, &used, "nonce", nonce, "");
    return fits ? mv_ok() : mv_fail(MV_INVALID_FIELD, "options of an act: too long");
}

static bool read_option(char *line, struct mv_act *act)
{
    char *space = strchr(line, ' ');
    if (space == NULL)
        return false;
    *space = '\0';
    return mv_act_add(act, line, space + 1).ok;
}

static bool read_lines(const char *text, struct mv_act *act)
{
    char version[2];
    char expires[20]; /* 19 digits are all that 63 bits need */
    char nonce[2 * MV_ACT_NONCE + 1];
    char line[MV_ACT_OPTION + MV_ACT_VALUE];
    if (!mv_line_take(&text, "metervault-act", version, sizeof version) ||
        !mv_line_take(&text, "action", act->action, sizeof act->action) ||
        !mv_line_take(&text, "token", act->token, sizeof act->token))
        return false;
    while (mv_line_take(&text, "option", line, sizeof line))
        if (!read_option(line, act))
            return false;
    if (!mv_line_take(&text, "expires", expires, sizeof expires) || strspn(expires, "0123456789") != strlen(expires) ||
        !mv_line_take(&text, "nonce", nonce, sizeof nonce) || !mv_line_unhex(nonce, act->nonce, MV_ACT_NONCE))
        return false;
    /* what does not fit becomes the greatest number, and then writes itself otherwise than it was read */
    act->expires_unix_s = strtoll(expires, NULL, 10);
    return true;
}

mv_status mv_act_read(const char *text, struct mv_act *act)
{
    char again[MV_ACT_TEXT];
    memset(act, 0, sizeof *act);
    /* one form: the text is good if it is what would be written for what it says */
    if (read_lines(text, act) && mv_act_write(act, again).ok && strcmp(text, again) == 0)
        return mv_ok();
    memset(act, 0, sizeof *act);
    return mv_fail(MV_APPROVAL_INVALID, "text of the act");
}

mv_status mv_act_compare(const struct mv_act *approved, const struct mv_act *asked, const char **option)
{
    *option = NULL;
    if (strcmp(approved->action, asked->action) != 0)
        return mv_fail(MV_APPROVAL_OTHER_ACT, "action");
    if (strcmp(approved->token, asked->token) != 0)
        return mv_fail(MV_APPROVAL_OTHER_ACT, "token");
    for (size_t i = 0; i < approved->option_count || i < asked->option_count; i++) {
        const struct mv_act_option *has = i < approved->option_count ? &approved->options[i] : NULL;
        const struct mv_act_option *wants = i < asked->option_count ? &asked->options[i] : NULL;
        if (has != NULL && wants != NULL && order(has, wants->name, wants->value) == 0)
            continue;
        /* both are sorted: the one that comes first is what the other lacks */
        bool lacks = wants == NULL || (has != NULL && order(has, wants->name, wants->value) < 0);
        *option = lacks ? has->name : wants->name;
        return mv_fail(MV_APPROVAL_OTHER_ACT, "options");
    }
    return mv_ok();
}
