/* Published values for the unit tests: tests/vectors/sts.json. A missing or malformed member fails the running test. */
#ifndef MV_TEST_VECTORS_H
#define MV_TEST_VECTORS_H

#include <jansson.h>
#include <stdint.h>

/* The array of all vectors; the caller releases it with json_decref. */
json_t *vectors_load(void);
/* Members of an object, by one or two names. Text of an absent member is NULL, a number's fallback is given. */
const char *vector_text(const json_t *vector, const char *group, const char *name);
int64_t vector_number(const json_t *vector, const char *group, const char *name, int64_t fallback);
/* 1..8 bytes of hex digits. */
uint64_t vector_hex(const json_t *vector, const char *group, const char *name);
/* Returns the count of bytes that the text holds. */
size_t hex_bytes(const char *text, uint8_t *bytes, size_t size);
/* Seconds since 1970 of 2004-04-21T10:01:00Z. */
int64_t utc_seconds(const char *text);

#endif
