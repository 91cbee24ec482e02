/* Files that the build puts beside this program. */
#ifndef CONFORMANCE_BESIDE_H
#define CONFORMANCE_BESIDE_H

#include <limits.h>
#include <stdbool.h>

/* False when our own path is unknown or too long. */
bool beside_us(const char *name, char path[PATH_MAX]);

#endif
