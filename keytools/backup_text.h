/* The text form of a wrapped backup. */
#ifndef KEYTOOLS_BACKUP_TEXT_H
#define KEYTOOLS_BACKUP_TEXT_H

#include <stddef.h>

#include "hsm/hsm.h"

enum { BACKUP_TEXT = 1024 };

/* The length, or 0 when it does not fit. */
size_t backup_text(const char *serial, const struct hsm_backup *backup, char text[BACKUP_TEXT]);

#endif
