/* What a refusal is about, beyond the static text that a mv_status carries: a file's name and the system's reason, the
 * option to give. One is remembered, that of the last failure; the tool has one thread and refuses once. No secrets. */
#ifndef KEYTOOLS_REMARK_H
#define KEYTOOLS_REMARK_H

#include "base/status.h"

/* Both return the status as it is, and remember nothing when it is ok. The file is named with the system's reason where
 * that is the status's detail (FILE_FAILED). */
MV_MUST_USE mv_status remark(mv_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
MV_MUST_USE mv_status remark_file(mv_status status, const char *path);

/* The remark on this failure; without one the system's reason of FILE_FAILED; NULL if there is neither. Valid until the
 * next call of any function here. */
const char *remark_on(mv_status status);

#endif
