#include "remark.h"

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { REASON_TEXT = 128 };

static mv_status about; /* ok: nothing is remembered */
static char text[PATH_MAX + REASON_TEXT];

static bool same(mv_status a, mv_status b)
{
    return a.ok == b.ok && a.reason == b.reason && a.detail == b.detail && a.where == b.where;
}

/* NULL when the detail is no errno. */
static const char *system_reason(mv_status status)
{
    if (status.reason != MV_FILE_FAILED || status.detail == 0)
        return NULL;
    return strerrordesc_np((int)status.detail);
}

mv_status remark(mv_status status, const char *format, ...)
{
    if (status.ok)
        return status;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    about = status;
    return status;
}

mv_status remark_file(mv_status status, const char *path)
{
    const char *why = system_reason(status);
    return remark(status, "%s%s%s", path, why != NULL ? ": " : "", why != NULL ? why : "");
}

const char *remark_on(mv_status status)
{
    if (status.ok)
        return NULL;
    return same(about, status) ? text : system_reason(status);
}
