#include "once.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "remark.h"

/* An officer's certificate may have its key in the same file: what is as small as that lies in secret memory. */
enum { SECRET_MOST = 8192 };

struct once {
    struct once *next;
    char *path;
    char *text;
    size_t size, room;
};
static struct once *files;

static void drop(struct once *file)
{
    free(file->path);
    if (file->room > SECRET_MOST)
        free(file->text);
    else
        mv_secret_free(file->text, file->room);
    free(file);
}

void once_forget(void)
{
    while (files != NULL) {
        struct once *file = files;
        files = file->next;
        drop(file);
    }
}

static mv_status read_all(int fd, const char *what, struct once *file)
{
    while (file->size < file->room) {
        ssize_t got = read(fd, file->text + file->size, file->room - file->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno);
        if (got == 0) {
            file->text[file->size] = '\0';
            return mv_ok();
        }
        file->size += (size_t)got;
    }
    return mv_fail_code(MV_FILE_FAILED, what, EFBIG);
}

/* A pipe would block, and a device has no end. */
/* Room for one byte more than there are. */
static mv_status make_room(off_t size, const char *what, struct once *file)
{
    if (size < 0 || size > ONCE_MOST)
        return mv_fail_code(MV_FILE_FAILED, what, EFBIG);
    file->room = (size_t)size + 1;
    file->text = file->room > SECRET_MOST ? malloc(file->room) : mv_secret_alloc(file->room);
    return file->text != NULL ? mv_ok() : mv_fail(MV_OUT_OF_MEMORY, what);
}

static mv_status read_regular(const char *path, const char *what, struct once *file)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno);
    mv_status status;
    if (fstat(fd, &info) != 0)
        status = mv_fail_code(MV_FILE_FAILED, what, (unsigned)errno);
    else if (!S_ISREG(info.st_mode))
        status = mv_fail(MV_FILE_FAILED, "file of an option: not a regular file");
    else
        status = make_room(info.st_size, what, file);
    if (status.ok)
        status = read_all(fd, what, file);
    (void)close(fd);
    return status;
}

static mv_status take(const char *path, const char *what, struct once *file)
{
    file->path = strdup(path);
    if (file->path == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, what);
    return remark_file(read_regular(path, what, file), path);
}

mv_status once_read(const char *path, const char *what, const char **text, size_t *size)
{
    struct once *file = files;
    while (file != NULL && strcmp(file->path, path) != 0)
        file = file->next;
    if (file == NULL) {
        file = calloc(1, sizeof *file);
        if (file == NULL)
            return mv_fail(MV_OUT_OF_MEMORY, what);
        mv_status status = take(path, what, file);
        if (!status.ok) {
            drop(file);
            return status;
        }
        file->next = files;
        files = file;
    }
    *text = file->text;
    *size = file->size;
    return mv_ok();
}
