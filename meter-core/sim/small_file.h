/* Files of a few lines, read whole. */
#ifndef MV_SIM_SMALL_FILE_H
#define MV_SIM_SMALL_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* NULL, or what is wrong. A file of more than `size` bytes is wrong; `secret` wants a file that belongs to the user or
 * root and is closed to group and others. */
__attribute__((warn_unused_result)) const char *small_file_read(const char *path, bool secret, char *text, size_t size,
                                                                size_t *length);

#endif
