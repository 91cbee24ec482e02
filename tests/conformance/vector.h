/* One vector of a file: JSON with id, kind, inputs, expected and perhaps intermediate values. Members that nobody asks
 * for are ignored; numbers may be written as text and text as numbers. */
#ifndef CONFORMANCE_VECTOR_H
#define CONFORMANCE_VECTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VECTOR_TEXT = 400 };

struct vector {
    const char *id;
    const char *kind;
    const json_t *inputs;
    const json_t *expected;
    const json_t *intermediate; /* NULL when absent */
    size_t key;                 /* index of its vending key; VECTOR_NO_KEY */
    size_t old_key;             /* of the one that the meter leaves */
    size_t token;               /* in which throw-away token it runs; VECTOR_NO_KEY: in none */
};

#define VECTOR_NO_KEY ((size_t)-1)

/* Takes the parts of a JSON object; false when it is none or has no kind. */
bool vector_from_json(const json_t *json, struct vector *vector);

/* The value as text: strings as they are, integers in decimal, reals with the fewest digits that mean the same,
 * booleans as true and false, arrays as their elements with a space between them. False for other types and for what is
 * longer than VECTOR_TEXT. */
bool vector_value_text(const json_t *value, char text[VECTOR_TEXT]);

bool vector_has(const struct vector *vector, const char *input);
bool vector_text(const struct vector *vector, const char *input, char text[VECTOR_TEXT]);
bool vector_number(const struct vector *vector, const char *input, uint64_t most, uint64_t *number);
/* At most `size` bytes of hex digits; *length of them. */
bool vector_bytes(const struct vector *vector, const char *input, uint8_t *bytes, size_t size, size_t *length);
/* Up to 16 hex digits. */
bool vector_hex64(const struct vector *vector, const char *input, uint64_t *value);

#endif
