/* As much of jansson as the tests of meter-core use, over a table in flash that vectors.py made of sts.json. */
#ifndef MV_TARGET_JANSSON_H
#define MV_TARGET_JANSSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum target_json_type { TARGET_NULL, TARGET_NUMBER, TARGET_TEXT, TARGET_ARRAY, TARGET_OBJECT };
/* A member of an object or an item of an array. Children follow one another from `value` on in the table. */
typedef struct json {
    uint16_t name;  /* in target_json_texts, of members only */
    uint16_t type;  /* enum target_json_type, and the count of children in the upper bits */
    uint32_t value; /* a number's index, a text's or a first child's place */
} json_t;
typedef int64_t json_int_t;
typedef struct {
    const char *source, *text;
    int line;
} json_error_t;

/* One cast for all: the tests hold what they look at without const where jansson does. */
json_t *json_load_file(const char *path, size_t flags, json_error_t *error);
json_t *json_object_get(const json_t *object, const char *name);
size_t json_array_size(const json_t *array);
json_t *json_array_get(const json_t *array, size_t index);
const char *json_string_value(const json_t *text);
json_int_t json_integer_value(const json_t *number);
bool json_is_array(const json_t *value);
bool json_is_integer(const json_t *value);
static inline void json_decref(json_t *value)
{
    (void)value;
}
#define json_array_foreach(array, index, value)                                                                        \
    for ((index) = 0; (index) < json_array_size(array) && ((value) = json_array_get(array, index)) != NULL; (index)++)

/* The table. */
extern const json_t target_json[];
extern const char target_json_texts[];
extern const int64_t target_json_numbers[];

#endif
