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

/* C0, DEL, and C1 as UTF-8 writes it: a terminal obeys them. Bytes of other characters pass. */
static void hide_controls(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i], next = (unsigned char)text[i + 1];
        if (byte < ' ' || byte == 0x7F)
            text[i] = '?';
        if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
            text[i] = '?';
            text[i + 1] = '?';
        }
    }
}

void mv_log(enum mv_log_level level, const char *format, ...)
{
    if (level > atomic_load(&shown))
        return;
    char line[LONGEST];
    int prefix = snprintf(line, sizeof line, "<%d>", (int)level);
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(line + prefix, sizeof line - (size_t)prefix - 1, format, arguments);
    va_end(arguments);
    if (wanted < 0)
        return;
    size_t length = strlen(line);
    hide_controls(line, length);
    line[length++] = '\n';
    /* one write, so that lines of several threads never mix */
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}
