#include "backup_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backup_text.h"
#include "files.h"
#include "remark.h"

static mv_status failed(int error)
{
    return mv_fail_code(MV_FILE_FAILED, "backup_dir", (unsigned)error);
}

static mv_status usable(const char *directory)
{
    struct stat info;
    if (directory[0] == '\0')
        return mv_fail(MV_CONFIG_INVALID, "backup_dir: not set");
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return failed(errno);
    if (stat(directory, &info) != 0)
        return failed(errno);
    if (!S_ISDIR(info.st_mode))
        return failed(ENOTDIR);
    return access(directory, W_OK | X_OK) == 0 ? mv_ok() : failed(errno);
}

mv_status backup_directory(const char *directory)
{
    return remark_file(usable(directory), directory);
}

static mv_status file_name(const struct backup_place *place, const struct hsm_key_info *info, char path[PATH_MAX])
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
    int length = snprintf(path, PATH_MAX, "%s/%s_%s_%s.backup", place->directory, label, place->serial, stamp);
    return length > 0 && length < PATH_MAX ? mv_ok() : failed(ENAMETOOLONG);
}

mv_status backup_keep(void *context, const struct hsm_backup *backup)
{
    const struct backup_place *place = context;
    char path[PATH_MAX];
    char text[BACKUP_TEXT];
    size_t length = backup_text(place->serial, backup, text);
    if (length == 0)
        return mv_fail(MV_INTERNAL_ERROR, "backup file: too long");
    MV_TRY(file_name(place, &backup->info, path));
    return file_create(path, text, length, "backup file");
}
