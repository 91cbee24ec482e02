#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "remark.h"

static mv_status write_all(int fd, const char *data, size_t size, const char *what)
{
    while (size > 0) {
        ssize_t done = write(fd, data, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno);
        data += done;
        size -= (size_t)done;
    }
    if (fsync(fd) != 0)
        return mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno);
    return mv_ok();
}

/* So that the name survives a power cut. */
static mv_status sync_directory(const char *path, const char *what)
{
    char copy[PATH_MAX];
    int length = snprintf(copy, sizeof copy, "%s", path);
    if (length < 0 || (size_t)length >= sizeof copy)
        return mv_fail_code(MV_FILE_FAILED, what, ENAMETOOLONG);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno);
    int failed = fsync(fd) != 0 ? errno : 0;
    (void)close(fd);
    return failed == 0 ? mv_ok() : mv_fail_code(MV_FILE_FAILED, what, (unsigned)failed);
}

mv_status file_create(const char *path, const void *data, size_t size, const char *what)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return remark_file(mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno), path);
    mv_status status = write_all(fd, data, size, what);
    if (close(fd) != 0 && status.ok)
        status = mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno);
    if (status.ok)
        status = sync_directory(path, what);
    if (!status.ok)
        (void)unlink(path);
    return remark_file(status, path);
}
