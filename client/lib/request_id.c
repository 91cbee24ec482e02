/* UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, 12 bits that count within one, 62 random bits. Ids of one
 * process rise strictly, also when the clock stands or steps back. */
#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "metervault.h"

enum { COUNT_BITS = 12, COUNT_MAX = (1 << COUNT_BITS) - 1 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_ms;
static uint32_t last_count;

static void next_stamp(uint64_t now_ms, uint64_t *ms, uint32_t *count)
{
    (void)pthread_mutex_lock(&lock);
    if (now_ms > last_ms) {
        last_ms = now_ms;
        last_count = 0;
    } else if (last_count < COUNT_MAX) {
        last_count++;
    } else {
        last_ms++;
        last_count = 0;
    }
    *ms = last_ms;
    *count = last_count;
    (void)pthread_mutex_unlock(&lock);
}

bool mv_client_request_id(char id[MV_REQUEST_ID_SIZE])
{
    uint64_t random;
    struct timespec now;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return false;
    uint64_t ms;
    uint32_t count;
    next_stamp((uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U, &ms, &count);
    uint64_t variant = (random >> 2) | UINT64_C(1) << 63; /* binary 10 on top */
    int length = snprintf(id, MV_REQUEST_ID_SIZE, "%08x-%04x-7%03x-%04x-%012llx", (unsigned)(ms >> 16 & 0xffffffffU),
                          (unsigned)(ms & 0xffffU), count, (unsigned)(variant >> 48),
                          (unsigned long long)(variant & UINT64_C(0xffffffffffff)));
    return length == MV_REQUEST_ID_SIZE - 1;
}
