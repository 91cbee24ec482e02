/* The wrapped backup of a key as a text file: one `name value` pair a line. It holds no secret without backup-kek.
 * Room for it is taken on the disk before the key is made, so that a full disk or a wrong path leaves nothing in the
 * token: backup_reserve, make the key, backup_fill, and backup_release in any case. */
#ifndef KEYTOOLS_BACKUP_FILE_H
#define KEYTOOLS_BACKUP_FILE_H

#include "base/status.h"
#include "hsm/hsm.h"

struct backup_place {
    char directory[HSM_PATH_SIZE];
    char path[HSM_PATH_SIZE + 32]; /* of the reserved file; empty when there is none */
    int fd;
};

/* `directory` is made with mode 0700 if it is not there. */
MV_MUST_USE mv_status backup_reserve(const char *directory, struct backup_place *place);
/* Fills the reserved file and names it DIRECTORY/LABEL_SERIAL_TIME.backup (slashes of the label become '-'); mode 0600,
 * never over another file, flushed. */
MV_MUST_USE mv_status backup_fill(struct backup_place *place, const char *serial, const struct hsm_backup *backup);
/* Removes the reserved file unless it was filled. */
void backup_release(struct backup_place *place);

#endif
