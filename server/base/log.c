#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST = 1024 };

static _Atomic enum mv_log_level shown = MV_LOG_INFO;

void mv_log_set_level(enum mv_log_level level)
{
    atomic_store(&shown, level);
}

void mv_log(enum mv_log_level level, const char *format, ...)
{
    if (level > atomic_load(&shown))
        return;
    char line[LONGEST];
    int prefix = snprintf(line, sizeof line, "<%d>", (int)level);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + prefix, sizeof line - (size_t)prefix - 1, format, arguments);
    va_end(arguments);
    size_t length = strlen(line);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == '\x7f')
            line[i] = '?';
    line[length++] = '\n';
    /* one write, so that lines of several threads never mix */
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}
