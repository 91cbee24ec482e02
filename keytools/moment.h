/* A moment as people write it. */
#ifndef KEYTOOLS_MOMENT_H
#define KEYTOOLS_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Unix seconds of YYYY-MM-DD, YYYY-MM-DDTHH:MMZ or YYYY-MM-DDTHH:MM:SSZ, all UTC; false otherwise. */
bool moment_parse(const char *text, int64_t *unix_s);

#endif
