/* Preloaded into daemons and client by tests that need another year: the wall clock is the system's and so many seconds
 * as METERVAULT_TEST_CLOCK_OFFSET says. Clocks that only measure are left alone. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset_s;

__attribute__((constructor)) static void read_offset(void)
{
    const char *text = getenv("METERVAULT_TEST_CLOCK_OFFSET"); /* NOLINT(concurrency-mt-unsafe): before main */
    offset_s = text != NULL ? strtol(text, NULL, 10) : 0;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int clock_gettime(clockid_t id, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, id, now);
    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        now->tv_sec += offset_s;
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
