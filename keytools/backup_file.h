/* The wrapped backup of a key as a text file: one `name value` pair a line. It holds no secret without backup-kek. */
#ifndef KEYTOOLS_BACKUP_FILE_H
#define KEYTOOLS_BACKUP_FILE_H

#include "base/status.h"
#include "hsm/hsm.h"

/* Whether backups can go there; it is made with mode 0700 if it is not there. CONFIG_INVALID when the name is empty,
 * FILE_FAILED. */
MV_MUST_USE mv_status backup_directory(const char *directory);

struct backup_place {
    const char *directory;
    const char *serial; /* of the token */
};

/* For struct hsm_keeper; `context` is a struct backup_place. Writes DIRECTORY/LABEL_SERIAL_TIME.backup (slashes of the
 * label become '-'): mode 0600, never over another file, flushed. */
MV_MUST_USE mv_status backup_keep(void *context, const struct hsm_backup *backup);

#endif
