/* Everything that can be known of a ceremony before its day. `ceremony run` judges by the same code before it begins.
 */
#ifndef KEYTOOLS_CEREMONY_SCRIPT_CHECK_H
#define KEYTOOLS_CEREMONY_SCRIPT_CHECK_H

#include "ceremony/script.h"

struct script_world {
    /* Whether the command takes the act's words; it has said why on standard error. NULL: not asked. */
    bool (*takes)(void *context, const struct script_step *step);
    /* Whether the certificate is this officer's and good today. NULL: not asked. */
    bool (*certified)(void *context, const char *officer, const char *path);
    /* Whether there is such a file. NULL: not asked. */
    bool (*exists)(void *context, const char *path);
    void *context;
    void (*say)(void *context, unsigned line, const char *what); /* each fault */
};

/* The number of faults. */
size_t script_check(const struct script *script, const struct script_world *world);

#endif
