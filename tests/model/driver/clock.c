#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "driver.h"

static char path[PATH_MAX];
static volatile int64_t *shared; /* for the key process */
static _Atomic int64_t real_us, boot_us;

void clock_open(const char *folder)
{
    (void)snprintf(path, sizeof path, "%s/clock", folder);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, sizeof *shared) != 0)
        give_up("cannot make", path);
    void *map = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    if (map == MAP_FAILED)
        give_up("cannot map", path);
    shared = map;
}

void clock_set(int64_t real_s, int64_t boot_s)
{
    real_us = real_s * 1000000;
    boot_us = boot_s * 1000000;
    *shared = real_s;
}

struct vend_time clock_read(void *self)
{
    (void)self;
    return (struct vend_time){.real_us = real_us, .boot_us = boot_us};
}

int64_t clock_boot_s(void)
{
    return boot_us / 1000000;
}

const char *clock_path(void)
{
    return path;
}
