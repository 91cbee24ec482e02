/* Marks memory as secret: a checker then stops the program, or counts an error, when a branch or an address depends on
 * it. MemorySanitizer looks at what clang makes of the source, valgrind's memcheck at the library as it is delivered.
 */
#ifndef MV_TEST_SECRET_MARKS_H
#define MV_TEST_SECRET_MARKS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define MV_MARKS_MSAN 1
#endif
#endif

#ifdef MV_MARKS_MSAN
#include <sanitizer/msan_interface.h>
static inline void mark_secret(const void *secret, size_t size)
{
    __msan_allocated_memory(secret, size);
}
static inline void mark_public(const void *result, size_t size)
{
    __msan_unpoison(result, size);
}
#else
#include <valgrind/memcheck.h>
static inline void mark_secret(const void *secret, size_t size)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED((uintptr_t)secret, size);
}
static inline void mark_public(const void *result, size_t size)
{
    (void)VALGRIND_MAKE_MEM_DEFINED((uintptr_t)result, size);
}
#endif

#endif
