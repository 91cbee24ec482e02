/* A key carried by several custodians: each holds one full-length component, the key is the XOR of all. */
#ifndef KEYTOOLS_COMPONENT_H
#define KEYTOOLS_COMPONENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    COMPONENT_MAX_KEY = 32,
    COMPONENT_TEXT = 160, /* hex digits with spaces, with terminator */
    COMPONENTS_LEAST = 2,
    COMPONENTS_MOST = 8,
};

/* Secret memory. */
struct components {
    size_t size; /* bytes of the key, the same for every component */
    size_t count;
    uint8_t bytes[COMPONENTS_MOST][COMPONENT_MAX_KEY];
};

/* For keys of `size` bytes; NULL when secret memory is exhausted. */
struct components *components_new(size_t size);
void components_free(struct components *components);

/* Hex digits, spaces allowed, of exactly components->size bytes. INVALID_FIELD also for the all-zero component and for
 * one that was given before: XORed they would cancel out. */
MV_MUST_USE mv_status components_add_text(struct components *components, const char *text);
/* One line in a file of mode 0600. */
MV_MUST_USE mv_status components_add_file(struct components *components, const char *path);
MV_MUST_USE mv_status components_add_bytes(struct components *components, const uint8_t *bytes);

/* The XOR of all into secret memory of `size` bytes. INVALID_FIELD when there are too few or the key is zero. */
MV_MUST_USE mv_status components_combine(const struct components *components, uint8_t *key);

/* Writes each component as upper-case hex into its own new file of mode 0600, flushed to the disk. FILE_FAILED (EEXIST)
 * rather than overwriting; on failure none of the new files remains. */
MV_MUST_USE mv_status components_write_files(const struct components *components, const char *const *paths);
void components_remove_files(const struct components *components, const char *const *paths);

#endif
