/* New files that must be on the disk before anybody relies on them. */
#ifndef KEYTOOLS_FILES_H
#define KEYTOOLS_FILES_H

#include <stddef.h>

#include "base/status.h"

/* Writes a new file of mode 0600 and flushes it and its directory; never overwrites. On failure no file remains.
 * `what` is static text for the status. */
MV_MUST_USE mv_status file_create(const char *path, const void *data, size_t size, const char *what);

#endif
