/* Keys and officers as an officer or a program reads them. */
#ifndef KEYTOOLS_KEY_REPORT_H
#define KEYTOOLS_KEY_REPORT_H

#include <jansson.h>

#include "hsm/hsm.h"
#include "tool.h"

/* One key that was just made: a line, or {"key": {...}}. `verb` is "imported" or "generated". */
void key_report_made(const struct tool *tool, const char *verb, const struct hsm_key_info *info);
/* One key with all that is known of it, or {"key": {...}}. */
void key_report_key(const struct tool *tool, const struct hsm_key_info *info);
/* The whole catalogue: a table, or {"generation", "keys", "officers", "policy"}. */
void key_report_catalogue(const struct tool *tool, const char *serial, const struct hsm_catalogue *catalogue);

#endif
