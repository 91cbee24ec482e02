#include "beside.h"

#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

bool beside_us(const char *name, char path[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return false;
    self[length] = '\0';
    int written = snprintf(path, PATH_MAX, "%s/%s", dirname(self), name);
    return written > 0 && written < PATH_MAX;
}
