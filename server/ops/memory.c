#include "ops/memory.h"

#include <malloc.h>

enum { KEPT = 64 << 20, GROWN = 1 << 20 };

void ops_keep_memory(void)
{
    /* a refusal only costs speed */
    (void)mallopt(M_TRIM_THRESHOLD, KEPT);
    (void)mallopt(M_TOP_PAD, GROWN);
}
