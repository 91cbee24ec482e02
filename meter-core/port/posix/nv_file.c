#include "nv_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool read_at(int descriptor, off_t offset, uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t got = pread(descriptor, data, size, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        data += got;
        size -= (size_t)got;
        offset += got;
    }
    return true;
}

static bool write_at(int descriptor, off_t offset, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t put = pwrite(descriptor, data, size, offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        size -= (size_t)put;
        offset += put;
    }
    return fdatasync(descriptor) == 0;
}

static bool within(const struct mv_nv_file *file, uint32_t sector, uint32_t offset, uint32_t size)
{
    return sector < MV_NV_FILE_SECTORS && offset <= file->sector_size && size <= file->sector_size - offset;
}

static off_t position(const struct mv_nv_file *file, uint32_t sector, uint32_t offset)
{
    return (off_t)sector * file->sector_size + (off_t)offset;
}

static bool nv_read(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size)
{
    const struct mv_nv_file *file = context;
    return within(file, sector, offset, size) && read_at(file->descriptor, position(file, sector, offset), data, size);
}

static bool nv_write(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    const struct mv_nv_file *file = context;
    uint8_t cells[MV_NV_FILE_SECTOR_SIZE];
    if (!within(file, sector, offset, size))
        return false;
    bool good = read_at(file->descriptor, position(file, sector, offset), cells, size);
    for (uint32_t i = 0; i < size && good; i++)
        cells[i] &= data[i];
    good = good && write_at(file->descriptor, position(file, sector, offset), cells, size);
    explicit_bzero(cells, sizeof cells); /* they may hold a key */
    return good;
}

static bool nv_erase(void *context, uint32_t sector)
{
    const struct mv_nv_file *file = context;
    uint8_t cells[MV_NV_FILE_SECTOR_SIZE];
    memset(cells, 0xFF, sizeof cells);
    return within(file, sector, 0, file->sector_size) &&
           write_at(file->descriptor, position(file, sector, 0), cells, file->sector_size);
}

static int64_t monotonic_s(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

static uint32_t seconds(void *context)
{
    const struct mv_nv_file *file = context;
    return (file->held ? 0 : (uint32_t)(monotonic_s() - file->opened_s)) + file->skipped_s;
}

void mv_nv_file_hold(struct mv_nv_file *file)
{
    file->skipped_s = seconds(file);
    file->held = true;
}

static int erase_all(struct mv_nv_file *file)
{
    for (uint32_t sector = 0; sector < MV_NV_FILE_SECTORS; sector++) {
        if (!nv_erase(file, sector))
            return errno;
    }
    return fsync(file->descriptor) == 0 ? 0 : errno;
}

static int sync_directory_of(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        (void)snprintf(directory, sizeof directory, ".");
    else
        (void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - path) + 1, path);
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return errno;
    int error = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    return error;
}

/* The file gets its name when it is whole: a crash leaves none, or one that can be used. Somebody else's of that name
 * stays. */
static int make_erased(const char *path)
{
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return ENAMETOOLONG;
    struct mv_nv_file file = {.descriptor = mkostemp(temporary, O_CLOEXEC), .sector_size = MV_NV_FILE_SECTOR_SIZE};
    if (file.descriptor < 0)
        return errno;
    int error = erase_all(&file);
    if (error == 0 && link(temporary, path) != 0 && errno != EEXIST)
        error = errno;
    (void)unlink(temporary);
    mv_nv_file_close(&file);
    return error == 0 ? sync_directory_of(path) : error;
}

static int take_size(struct mv_nv_file *file)
{
    struct stat info;
    if (fstat(file->descriptor, &info) != 0)
        return errno;
    file->sector_size = (uint32_t)(info.st_size / MV_NV_FILE_SECTORS);
    bool known = info.st_size == (off_t)MV_NV_FILE_SECTORS * MV_NV_FILE_SECTOR_SIZE ||
                 info.st_size == (off_t)MV_NV_FILE_SECTORS * MV_NV_FILE_SECTOR_SIZE_OLD;
    return S_ISREG(info.st_mode) && known ? 0 : EINVAL;
}

static int open_existing(struct mv_nv_file *file, const char *path)
{
    file->descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return file->descriptor < 0 ? errno : 0;
}

int mv_nv_file_open(struct mv_nv_file *file, const char *path, bool create)
{
    *file = (struct mv_nv_file){.opened_s = monotonic_s()};
    int error = open_existing(file, path);
    if (error == ENOENT && create) {
        error = make_erased(path);
        if (error == 0)
            error = open_existing(file, path);
    }
    if (error == 0)
        error = flock(file->descriptor, LOCK_EX) == 0 ? take_size(file) : errno;
    if (error != 0)
        mv_nv_file_close(file);
    return error;
}

void mv_nv_file_close(struct mv_nv_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

struct mv_meter_port mv_nv_file_port(struct mv_nv_file *file)
{
    return (struct mv_meter_port){.context = file,
                                  .sectors = MV_NV_FILE_SECTORS,
                                  .sector_size = file->sector_size,
                                  .nv_read = nv_read,
                                  .nv_write = nv_write,
                                  .nv_erase = nv_erase,
                                  .seconds = seconds};
}
