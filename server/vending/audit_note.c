#include "vending/audit_note.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void copy_clean(char *to, size_t size, const char *from)
{
    size_t length = strnlen(from, size - 1);
    for (size_t i = 0; i < length; i++) {
        char c = from[i];
        if (c <= ' ' || c >= '\x7f')
            c = '?';
        to[i] = c;
    }
    to[length] = '\0';
}

void vend_note(struct audit_record *record, const char *principal, const char *action, const char *object)
{
    *record = (struct audit_record){0};
    copy_clean(record->principal, sizeof record->principal, principal == NULL ? "-" : principal);
    copy_clean(record->action, sizeof record->action, action);
    copy_clean(record->object, sizeof record->object, object == NULL ? "" : object);
}

void vend_note_outcome(struct audit_record *record, mv_status status)
{
    const char *outcome = status.ok ? "ok" : mv_reason_info((enum mv_reason)status.reason)->name;
    copy_clean(record->outcome, sizeof record->outcome, outcome);
    if (!status.ok && status.where != NULL)
        vend_note_detail(record, "at=%s", status.where);
}

static void append(struct audit_record *record, const char *format, va_list arguments)
{
    size_t used = strlen(record->detail);
    (void)vsnprintf(record->detail + used, sizeof record->detail - used, format, arguments);
}

void vend_note_detail(struct audit_record *record, const char *format, ...)
{
    size_t used = strlen(record->detail);
    if (used > 0 && used + 2 < sizeof record->detail) {
        record->detail[used++] = ' ';
        record->detail[used] = '\0';
    }
    va_list arguments;
    va_start(arguments, format);
    append(record, format, arguments);
    va_end(arguments);
}

void vend_note_append(struct audit_record *record, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append(record, format, arguments);
    va_end(arguments);
}

bool vend_noted(mv_status refusal)
{
    if (refusal.ok)
        return false;
    switch (refusal.reason) {
    case MV_LEDGER_UNAVAILABLE:
    case MV_LEDGER_FULL:
    case MV_LEDGER_LOCKED:
    case MV_LEDGER_NEWER:
    case MV_LEDGER_CORRUPT:
    case MV_AUDIT_CHAIN_BROKEN:
    case MV_SERVER_BUSY:
    case MV_SHUTTING_DOWN:
    case MV_DEADLINE_PASSED:
    case MV_CANCELLED_BY_CALLER:
    case MV_INTERNAL_ERROR:
    case MV_OUT_OF_MEMORY:
        return false;
    default:
        return true;
    }
}
