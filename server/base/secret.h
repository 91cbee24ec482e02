/* Secrets live in locked, dump-free memory (OpenSSL's secure heap), and are wiped when freed. */
#ifndef MV_BASE_SECRET_H
#define MV_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Once, first thing in main of a program that handles secrets: no core file, no ptrace, locked secure heap of at least
 * 64 KiB. Fails closed when memory cannot be locked. A forked process calls it again, before it allocates: locks are
 * not inherited. */
MV_MUST_USE mv_status mv_secret_init(void);

/* NULL when the secure heap is full. Zeroed. In a program that never called mv_secret_init (the client library cannot)
 * it is ordinary memory, which is wiped all the same. */
void *mv_secret_alloc(size_t size);
/* Wipes and frees; NULL is fine. */
void mv_secret_free(void *secret, size_t size);
/* Wipes what lies elsewhere (a stack buffer); the compiler cannot remove it. */
void mv_secret_wipe(void *secret, size_t size);
/* Constant time. */
bool mv_secret_equal(const void *a, const void *b, size_t size);

/* Reads a short secret (a PIN) of 1..size-1 characters from a regular file that belongs to the caller or root and is
 * closed to group and others; one trailing newline is dropped. Terminates it. */
/* "fd:N" (N from 3) is an open descriptor that the caller was started with, of whatever kind: it is read to its end
 * and closed. */
MV_MUST_USE mv_status mv_secret_read_file(const char *path, char *secret, size_t size);

#endif
