/* One audit record as one line of JSON and back (form: server/audit/README.md). */
#ifndef MV_AUDIT_AUDIT_EXPORT_H
#define MV_AUDIT_AUDIT_EXPORT_H

#include "audit/audit.h"

/* Longest line with its newline and terminator: every byte of a text may need six characters. */
enum { AUDIT_LINE = 6 * (4 * AUDIT_TEXT + AUDIT_DETAIL) + 512 };

/* Writes the line with its newline and a terminator. INVALID_FIELD when a text is not UTF-8 or the line does not fit.
 */
MV_MUST_USE mv_status audit_export_line(const struct audit_record *record, char *line, size_t size);

/* `length` bytes, with or without the newline. INVALID_FIELD unless it is exactly one record; `where` names the field.
 * The hash is read, not checked: that is audit_verify_next's business. */
MV_MUST_USE mv_status audit_import_line(const char *line, size_t length, struct audit_record *record);

#endif
