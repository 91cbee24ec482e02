#include "jansson.h"

#include <string.h>

enum { COUNT_SHIFT = 3, TYPE_MASK = 7 };

static unsigned type_of(const json_t *value)
{
    return value == NULL ? TARGET_NULL : value->type & TYPE_MASK;
}

static size_t count_of(const json_t *value)
{
    return value->type >> COUNT_SHIFT;
}

static json_t *child(const json_t *parent, size_t index)
{
    return (json_t *)(uintptr_t)&target_json[parent->value + index];
}

json_t *json_load_file(const char *path, size_t flags, json_error_t *error)
{
    (void)path;
    (void)flags;
    (void)error;
    return (json_t *)(uintptr_t)&target_json[0];
}

json_t *json_object_get(const json_t *object, const char *name)
{
    for (size_t i = 0; type_of(object) == TARGET_OBJECT && i < count_of(object); i++) {
        if (strcmp(target_json_texts + child(object, i)->name, name) == 0)
            return child(object, i);
    }
    return NULL;
}

size_t json_array_size(const json_t *array)
{
    return type_of(array) == TARGET_ARRAY ? count_of(array) : 0;
}

json_t *json_array_get(const json_t *array, size_t index)
{
    return index < json_array_size(array) ? child(array, index) : NULL;
}

const char *json_string_value(const json_t *text)
{
    return type_of(text) == TARGET_TEXT ? target_json_texts + text->value : NULL;
}

json_int_t json_integer_value(const json_t *number)
{
    return type_of(number) == TARGET_NUMBER ? target_json_numbers[number->value] : 0;
}

bool json_is_array(const json_t *value)
{
    return type_of(value) == TARGET_ARRAY;
}

bool json_is_integer(const json_t *value)
{
    return type_of(value) == TARGET_NUMBER;
}
