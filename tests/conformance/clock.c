/* Preloaded into the key process of the tests: it lives at the time that MV_CONFORMANCE_NOW says. Published key changes
 * are of keys that have since expired, and a key process refuses to lead a meter to an expired key. */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { DECIMAL = 10 };

time_t dated_time(time_t *result) __asm__("time");

time_t dated_time(time_t *result)
{
    const char *text = getenv("MV_CONFORMANCE_NOW");
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    time_t value = text == NULL ? now.tv_sec : (time_t)strtoll(text, NULL, DECIMAL);
    if (result != NULL)
        *result = value;
    return value;
}
