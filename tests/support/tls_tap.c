/* Preloaded into the client by tests that look for secrets: appends all that it hands to TLS, and gets from it, to the
 * file METERVAULT_TEST_TLS_TAP, as it is before encryption. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct ssl_st SSL;
typedef int write_fn(SSL *ssl, const void *data, int size);
typedef int read_fn(SSL *ssl, void *data, int size);

static int tap = -1;
static write_fn *real_write;
static read_fn *real_read;

__attribute__((constructor)) static void open_tap(void)
{
    const char *path = getenv("METERVAULT_TEST_TLS_TAP"); /* NOLINT(concurrency-mt-unsafe): before main */
    tap = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    real_write = (write_fn *)dlsym(RTLD_NEXT, "SSL_write");
    real_read = (read_fn *)dlsym(RTLD_NEXT, "SSL_read");
}

static void note(const void *data, int size)
{
    if (tap >= 0 && size > 0 && write(tap, data, (size_t)size) != size)
        abort(); /* a hole would look like a good result */
}

// NOLINTNEXTLINE(readability-identifier-naming): OpenSSL's
int SSL_write(SSL *ssl, const void *data, int size)
{
    int done = real_write(ssl, data, size);
    note(data, done);
    return done;
}

// NOLINTNEXTLINE(readability-identifier-naming): OpenSSL's
int SSL_read(SSL *ssl, void *data, int size)
{
    int done = real_read(ssl, data, size);
    note(data, done);
    return done;
}
