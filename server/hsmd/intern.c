#include "hsmd/intern.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 128 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *texts[MOST];

static const char *keep(const char *text)
{
    for (size_t i = 0; i < MOST; i++) {
        if (texts[i] == NULL)
            texts[i] = strdup(text);
        if (texts[i] == NULL)
            break;
        if (strcmp(texts[i], text) == 0)
            return texts[i];
    }
    return "key process";
}

const char *hsmd_intern(const char *text)
{
    (void)pthread_mutex_lock(&lock);
    const char *kept = keep(text);
    (void)pthread_mutex_unlock(&lock);
    return kept;
}
