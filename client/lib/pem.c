#include "pem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "error.h"

enum { PEM_SIZE = 32 * 1024 }; /* a chain of certificates and the terminator, with room; three fit in the secure heap */

static bool fail(struct mv_client_error *error, enum mv_reason reason, const char *setting, const char *path,
                 const char *why)
{
    char about[256];
    (void)snprintf(about, sizeof about, "(%s%s%s: %s)", setting, path != NULL ? " " : "", path != NULL ? path : "",
                   why);
    mv_error_local(error, reason, about);
    return false;
}

/* Number of bytes, or -1 with errno. */
static ssize_t read_all(int file, char *text, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(file, text + used, size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        used += (size_t)got;
    }
    return (ssize_t)used;
}

bool mv_pem_read(const char *setting, const char *path, struct mv_pem *pem, struct mv_client_error *error)
{
    if (path == NULL || path[0] == '\0')
        return fail(error, MV_CONFIG_INVALID, setting, NULL, "is not set");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(error, MV_FILE_FAILED, setting, path, strerrordesc_np(errno));
    pem->size = PEM_SIZE;
    pem->text = mv_secret_alloc(pem->size);
    ssize_t length = pem->text != NULL ? read_all(file, pem->text, PEM_SIZE - 1) : -1;
    int cause = pem->text != NULL ? errno : ENOMEM;
    (void)close(file);
    if (length < 0)
        return fail(error, MV_FILE_FAILED, setting, path, strerrordesc_np(cause));
    if (length == PEM_SIZE - 1)
        return fail(error, MV_CONFIG_INVALID, setting, path, "is larger than 32 KiB");
    if (strstr(pem->text, "-----BEGIN ") == NULL)
        return fail(error, MV_CONFIG_INVALID, setting, path, "is no PEM file");
    return true;
}

void mv_pem_wipe(struct mv_pem *pem)
{
    mv_secret_free(pem->text, pem->size);
    *pem = (struct mv_pem){0};
}
