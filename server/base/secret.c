#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECURE_HEAP = 256 * 1024, SMALLEST = 32 };

static pid_t heap_owner;

mv_status mv_secret_init(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return mv_fail_code(MV_INTERNAL_ERROR, "core limit", (unsigned)errno);
    if (CRYPTO_secure_malloc_initialized()) {
        if (heap_owner == getpid())
            return mv_ok();
        /* a fork copies the heap but not its lock */
        if (CRYPTO_secure_malloc_done() != 1)
            return mv_fail(MV_INTERNAL_ERROR, "secrets of the process before the fork");
    }
    /* 1 means locked; 2 means allocated but not locked, and a swap file would then see keys. */
    if (CRYPTO_secure_malloc_init(SECURE_HEAP, SMALLEST) != 1) {
        (void)CRYPTO_secure_malloc_done();
        return mv_fail(MV_OUT_OF_MEMORY, "locked memory (raise RLIMIT_MEMLOCK)");
    }
    heap_owner = getpid();
    return mv_ok();
}

void *mv_secret_alloc(size_t size)
{
    return OPENSSL_secure_zalloc(size);
}

void mv_secret_free(void *secret, size_t size)
{
    OPENSSL_secure_clear_free(secret, size);
}

void mv_secret_wipe(void *secret, size_t size)
{
    OPENSSL_cleanse(secret, size);
}

bool mv_secret_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}

static mv_status check_private(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return mv_fail_code(MV_FILE_FAILED, "secret file", (unsigned)errno);
    bool mine = info.st_uid == geteuid() || info.st_uid == 0;
    if (!S_ISREG(info.st_mode) || !mine || (info.st_mode & 077) != 0)
        return mv_fail(MV_CONFIG_INVALID, "secret file: must be a regular file of mode 0600 owned by this user");
    return mv_ok();
}

/* Reads until the end of the file or until `size` bytes are there. */
static mv_status read_up_to(int fd, char *data, size_t size, size_t *used)
{
    *used = 0;
    while (*used < size) {
        ssize_t got = read(fd, data + *used, size - *used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mv_fail_code(MV_FILE_FAILED, "secret file", (unsigned)errno);
        if (got == 0)
            break;
        *used += (size_t)got;
    }
    return mv_ok();
}

static mv_status read_line(int fd, char *secret, size_t size)
{
    size_t used, more;
    char extra;
    MV_TRY(read_up_to(fd, secret, size, &used));
    /* the newline of the longest secret stands where its terminator will */
    MV_TRY(read_up_to(fd, &extra, used == size ? 1 : 0, &more));
    if (used > 0 && secret[used - 1] == '\n')
        used--;
    if (used == size || more > 0)
        return mv_fail(MV_CONFIG_INVALID, "secret file: too long");
    secret[used] = '\0';
    if (used == 0 || strlen(secret) != used)
        return mv_fail(MV_CONFIG_INVALID, "secret file: empty or not text");
    return mv_ok();
}

/* The descriptor that "fd:N" names, -1 if the path is none such. */
static int inherited(const char *path)
{
    enum { LEAST = 3, MOST = 1023 };
    char *end = NULL;
    if (strncmp(path, "fd:", 3) != 0 || path[3] < '0' || path[3] > '9')
        return -1;
    long fd = strtol(path + 3, &end, 10);
    return *end == '\0' && fd >= LEAST && fd <= MOST ? (int)fd : -1;
}

mv_status mv_secret_read_file(const char *path, char *secret, size_t size)
{
    int given = inherited(path);
    /* a pipe in the file system is refused, not waited for */
    int fd = given >= 0 ? given : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, "secret file", (unsigned)errno);
    mv_status status = given >= 0 ? mv_ok() : check_private(fd);
    if (status.ok)
        status = read_line(fd, secret, size);
    (void)close(fd);
    if (!status.ok)
        mv_secret_wipe(secret, size);
    return status;
}
