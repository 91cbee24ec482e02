#include "tool.h"

#include <jansson.h>
#include <stdio.h>

#include "remark.h"

static mv_status last = {.ok = true};

static int exit_code(mv_status status)
{
    switch ((enum mv_reason)status.reason) {
    case MV_MODULE_NOT_LOADED:
    case MV_MODULE_FAILED:
    case MV_TOKEN_NOT_FOUND:
    case MV_SELF_TEST_FAILED:
    case MV_KEY_SERVICE_UNAVAILABLE:
        return TOOL_NOT_READY;
    default:
        return TOOL_REFUSED;
    }
}

static void refuse_json(mv_status status)
{
    const struct mv_reason_info *info = mv_reason_info((enum mv_reason)status.reason);
    json_t *answer =
        json_pack("{s:{s:s, s:s, s:s, s:s*, s:I, s:s*}}", "error", "reason", info->name, "what", info->what, "todo",
                  info->todo, "where", status.where, "code", (json_int_t)status.detail, "about", remark_on(status));
    if (answer == NULL)
        return;
    tool_answer(answer);
}

int tool_refuse(const struct tool *tool, mv_status status)
{
    char text[512];
    last = status;
    if (tool->json) {
        refuse_json(status);
        return exit_code(status);
    }
    const char *about = remark_on(status);
    (void)fprintf(stderr, "metervault-keys: %s\n", mv_status_text(status, text, sizeof text));
    if (about != NULL)
        (void)fprintf(stderr, "metervault-keys: %s\n", about);
    return exit_code(status);
}

mv_status tool_refused(void)
{
    return last;
}

void tool_forget_refusal(void)
{
    last = mv_ok();
}

void tool_answer(json_t *answer)
{
    (void)json_dumpf(answer, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(answer);
}
