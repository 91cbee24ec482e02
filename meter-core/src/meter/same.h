/* Are two pieces of memory equal? Takes the same time wherever they differ: they may hold keys. */
#ifndef MV_CORE_SAME_H
#define MV_CORE_SAME_H

#include <stdbool.h>
#include <stddef.h>

bool mv_same(const void *a, const void *b, size_t size);

#endif
