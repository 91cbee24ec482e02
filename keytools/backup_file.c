#include "backup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backup_text.h"
#include "files.h"

static mv_status failed(const char *where, int error)
{
    return mv_fail_code(MV_FILE_FAILED, where, (unsigned)error);
}

static mv_status take_room(struct backup_place *place)
{
    place->fd = mkostemp(place->path, O_CLOEXEC); /* mode 0600 */
    if (place->fd < 0) {
        place->path[0] = '\0';
        return failed("backup_dir", errno);
    }
    int error = posix_fallocate(place->fd, 0, BACKUP_TEXT);
    if (error == 0 && fsync(place->fd) != 0)
        error = errno;
    return error == 0 ? mv_ok() : failed("backup_dir", error);
}

mv_status backup_reserve(const char *directory, struct backup_place *place)
{
    memset(place, 0, sizeof *place);
    place->fd = -1;
    if (directory[0] == '\0')
        return mv_fail(MV_CONFIG_INVALID, "backup_dir: not set");
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return failed("backup_dir", errno);
    int length = snprintf(place->directory, sizeof place->directory, "%s", directory);
    if (length < 0 || (size_t)length >= sizeof place->directory)
        return failed("backup_dir", ENAMETOOLONG);
    (void)snprintf(place->path, sizeof place->path, "%s/.reserved-XXXXXX", place->directory);
    mv_status status = take_room(place);
    if (!status.ok)
        backup_release(place);
    return status;
}

void backup_release(struct backup_place *place)
{
    if (place->fd >= 0)
        (void)close(place->fd);
    if (place->path[0] != '\0')
        (void)unlink(place->path);
    place->fd = -1;
    place->path[0] = '\0';
}

static mv_status final_name(const struct backup_place *place, const char *serial, const struct hsm_key_info *info,
                            char path[PATH_MAX])
{
    char label[HSM_LABEL_SIZE];
    (void)snprintf(label, sizeof label, "%s", info->label);
    for (char *c = label; *c != '\0'; c++)
        if (*c == '/')
            *c = '-';
    time_t now = time(NULL);
    struct tm when;
    char stamp[32] = "";
    if (gmtime_r(&now, &when) != NULL)
        (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &when);
    int length = snprintf(path, PATH_MAX, "%s/%s_%s_%s.backup", place->directory, label, serial, stamp);
    return length > 0 && length < PATH_MAX ? mv_ok() : failed("backup file", ENAMETOOLONG);
}

mv_status backup_fill(struct backup_place *place, const char *serial, const struct hsm_backup *backup)
{
    char path[PATH_MAX];
    char text[BACKUP_TEXT];
    size_t length = backup_text(serial, backup, text);
    if (length == 0)
        return mv_fail(MV_INTERNAL_ERROR, "backup file: too long");
    MV_TRY(final_name(place, serial, &backup->info, path));
    if (pwrite(place->fd, text, length, 0) != (ssize_t)length || ftruncate(place->fd, (off_t)length) != 0 ||
        fsync(place->fd) != 0)
        return failed("backup file", errno);
    /* link and not rename: it refuses an existing name */
    if (link(place->path, path) != 0)
        return failed("backup file", errno);
    (void)unlink(place->path);
    place->path[0] = '\0';
    return file_sync_directory(path, "backup file");
}
