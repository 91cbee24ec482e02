/* A file that is read whole: scripts, transcripts. */
#ifndef KEYTOOLS_CEREMONY_WHOLE_FILE_H
#define KEYTOOLS_CEREMONY_WHOLE_FILE_H

#include <stddef.h>

#include "base/status.h"

/* Into memory to free, terminated besides. FILE_FAILED, also when it is longer than `most`; the file is named. */
MV_MUST_USE mv_status whole_file_read(const char *path, size_t most, char **text, size_t *size);

#endif
