/* Files that an act and its approvals are about, read once for each command line: the digest that officers approved and
 * what the command does are of the same bytes, whatever becomes of the file meanwhile. No secrets. */
#ifndef KEYTOOLS_ONCE_H
#define KEYTOOLS_ONCE_H

#include <stddef.h>

#include "base/status.h"

enum { ONCE_MOST = 1 << 20 };

/* The bytes of a regular file that is no symbolic link, terminated besides; they stay until once_forget. The second
 * call for a path gives what the first one read. FILE_FAILED names the file, also when it is larger than ONCE_MOST. */
MV_MUST_USE mv_status once_read(const char *path, const char *what, const char **text, size_t *size);
/* Before a new command line. */
void once_forget(void);

#endif
