/* Preloaded into the key process, so that it lives at the time of the model: time() reads what the driver wrote into a
 * shared file. Without the file it is the system's. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "clock_file.h"

static const volatile int64_t *shared;

__attribute__((constructor)) static void open_shared(void)
{
    const char *path = getenv(CLOCK_FILE_VARIABLE);
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    void *map = mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
    (void)close(file);
    if (map != MAP_FAILED)
        shared = map;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
time_t time(time_t *out)
{
    struct timespec now = {0};
    if (shared != NULL)
        now.tv_sec = (time_t)*shared;
    else
        (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
