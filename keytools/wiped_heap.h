/* The heap of OpenSSL without what was in it: an officer's key is parsed into many small pieces there, of which only
 * some are wiped by the library itself. */
#ifndef KEYTOOLS_WIPED_HEAP_H
#define KEYTOOLS_WIPED_HEAP_H

#include "base/status.h"

/* Before OpenSSL is used at all: whatever it frees is wiped. INTERNAL_ERROR when it is too late. */
MV_MUST_USE mv_status wiped_heap_use(void);
/* From here on what OpenSSL allocates is kept out of swap, as far as the process may lock memory. */
void wiped_heap_lock(void);

#endif
