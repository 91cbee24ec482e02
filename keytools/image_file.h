/* A token's image as a text file, and the wrapped backups of single keys. */
#ifndef KEYTOOLS_IMAGE_FILE_H
#define KEYTOOLS_IMAGE_FILE_H

#include "base/status.h"
#include "hsm/image.h"

/* A new file of mode 0600, flushed. */
MV_MUST_USE mv_status image_write(const char *path, const struct hsm_image *image);
/* BACKUP_REFUSED when it is not of its form; FILE_FAILED. */
MV_MUST_USE mv_status image_parse(char *text, struct hsm_image *image);
MV_MUST_USE mv_status image_read(const char *path, struct hsm_image *image);

/* Looks in `directory` for the backups of a key (files that backup_keep wrote) and gives each whose label and KCV fit
 * to `use` until that says it is good. BACKUP_REFUSED when there is none, or what `use` said last. */
struct backup_user {
    mv_status (*use)(void *context, const struct hsm_key_info *info, const uint8_t *wrapped, size_t size);
    void *context;
};
MV_MUST_USE mv_status backup_find(const char *directory, const struct hsm_key_info *info,
                                  const struct backup_user *user);
/* The files of a directory that are backups of this key; none when it cannot be read. */
void backup_files(const char *directory, const struct hsm_key_info *info, void (*each)(void *context, const char *path),
                  void *context);

#endif
