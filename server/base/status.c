#include "base/status.h"

#include <stdio.h>
#include <string.h>

static const struct mv_reason_info table[] = {
#include "base/reasons_table.inc"
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct mv_reason_info *mv_reason_info(enum mv_reason reason)
{
    for (size_t i = 0; i < ROWS; i++)
        if (table[i].reason == reason)
            return &table[i];
    return &table[0];
}

const struct mv_reason_info *mv_reason_by_name(const char *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

const char *mv_status_text(mv_status status, char *text, uint32_t size)
{
    if (status.ok) {
        (void)snprintf(text, size, "ok");
        return text;
    }
    const struct mv_reason_info *info = mv_reason_info((enum mv_reason)status.reason);
    char at[96] = "";
    if (status.where != NULL && status.detail != 0)
        (void)snprintf(at, sizeof at, " (at %s, code 0x%X)", status.where, status.detail);
    else if (status.where != NULL)
        (void)snprintf(at, sizeof at, " (at %s)", status.where);
    (void)snprintf(text, size, "%s: %s %s%s", info->name, info->what, info->todo, at);
    return text;
}
