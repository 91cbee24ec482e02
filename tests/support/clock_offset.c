/* Preloaded into daemons and client by tests that need another year: the wall clock is the system's and so many seconds
 * as METERVAULT_TEST_CLOCK_OFFSET says. Where METERVAULT_TEST_CLOCK_FILE names a file of one int64_t, so many seconds
 * more, at every moment: a test lets time pass by writing into it, and CLOCK_BOOTTIME goes along, as no clock was set.
 * Clocks that only measure are left alone. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset_s;
static const volatile int64_t *passed_s;

__attribute__((constructor)) static void read_offset(void)
{
    const char *text = getenv("METERVAULT_TEST_CLOCK_OFFSET"); /* NOLINT(concurrency-mt-unsafe): before main */
    offset_s = text != NULL ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void open_file(void)
{
    const char *path = getenv("METERVAULT_TEST_CLOCK_FILE"); /* NOLINT(concurrency-mt-unsafe): before main */
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    void *map = mmap(NULL, sizeof *passed_s, PROT_READ, MAP_SHARED, file, 0);
    (void)close(file);
    if (map != MAP_FAILED)
        passed_s = map;
}

/* Who compares both clocks reads the wall clock first: time that is let pass in between counts for neither. */
static long ahead_s(clockid_t id)
{
    static _Thread_local long seen_s = -1;
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE || seen_s < 0)
        seen_s = passed_s == NULL ? 0 : (long)*passed_s;
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
        return offset_s + seen_s;
    return id == CLOCK_BOOTTIME ? seen_s : 0;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int clock_gettime(clockid_t id, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, id, now);
    if (result == 0)
        now->tv_sec += ahead_s(id);
    return result;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
time_t time(time_t *out)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now = {0};
    int result = clock_gettime(CLOCK_REALTIME, &now);
    (void)zone;
    *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return result;
}
