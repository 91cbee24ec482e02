#include "small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *check_owner(int descriptor)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode))
        return "not a regular file";
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return "belongs to another user";
    return (info.st_mode & 077) == 0 ? NULL : "must be closed to group and others (chmod 600)";
}

static const char *read_all(int descriptor, char *text, size_t size, size_t *length)
{
    *length = 0;
    for (;;) {
        char more = 0;
        bool full = *length == size;
        ssize_t got = read(descriptor, full ? &more : text + *length, full ? 1 : size - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return "cannot be read";
        if (got == 0)
            return NULL;
        if (full)
            return "too long";
        *length += (size_t)got;
    }
}

const char *small_file_read(const char *path, bool secret, char *text, size_t size, size_t *length)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT ? "there is no such file" : "cannot be opened";
    const char *fault = secret ? check_owner(descriptor) : NULL;
    if (fault == NULL)
        fault = read_all(descriptor, text, size, length);
    close(descriptor);
    return fault;
}
