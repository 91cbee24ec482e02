#include "vector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"

bool vector_from_json(const json_t *json, struct vector *vector)
{
    *vector = (struct vector){.id = json_string_value(json_object_get(json, "id")),
                              .kind = json_string_value(json_object_get(json, "kind")),
                              .inputs = json_object_get(json, "inputs"),
                              .expected = json_object_get(json, "expected"),
                              .intermediate = json_object_get(json, "intermediate"),
                              .key = VECTOR_NO_KEY,
                              .old_key = VECTOR_NO_KEY,
                              .token = VECTOR_NO_KEY};
    if (vector->id == NULL)
        vector->id = "(no id)";
    return vector->kind != NULL;
}

/* Shortest decimal form that reads back as the same number. */
static void real_text(double value, char text[VECTOR_TEXT])
{
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(text, VECTOR_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

static bool scalar_text(const json_t *value, char text[VECTOR_TEXT])
{
    int length = 0;
    if (json_is_string(value))
        length = snprintf(text, VECTOR_TEXT, "%s", json_string_value(value));
    else if (json_is_integer(value))
        length = snprintf(text, VECTOR_TEXT, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        length = snprintf(text, VECTOR_TEXT, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_real(value))
        real_text(json_real_value(value), text);
    else
        return false;
    return length >= 0 && length < VECTOR_TEXT;
}

bool vector_value_text(const json_t *value, char text[VECTOR_TEXT])
{
    size_t used = 0;
    if (!json_is_array(value))
        return scalar_text(value, text);
    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(value); i++) {
        char element[VECTOR_TEXT];
        if (!scalar_text(json_array_get(value, i), element))
            return false;
        int length = snprintf(text + used, VECTOR_TEXT - used, "%s%s", i == 0 ? "" : " ", element);
        if (length < 0 || (size_t)length >= VECTOR_TEXT - used)
            return false;
        used += (size_t)length;
    }
    return true;
}

bool vector_has(const struct vector *vector, const char *input)
{
    const json_t *value = json_object_get(vector->inputs, input);
    return value != NULL && !json_is_null(value);
}

bool vector_text(const struct vector *vector, const char *input, char text[VECTOR_TEXT])
{
    return vector_value_text(json_object_get(vector->inputs, input), text);
}

bool vector_number(const struct vector *vector, const char *input, uint64_t most, uint64_t *number)
{
    char text[VECTOR_TEXT];
    if (!vector_text(vector, input, text) || text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return errno == 0 && *number <= most;
}

bool vector_bytes(const struct vector *vector, const char *input, uint8_t *bytes, size_t size, size_t *length)
{
    char text[VECTOR_TEXT];
    *length = 0;
    if (!vector_text(vector, input, text) || strlen(text) % 2 != 0 || strlen(text) / 2 > size)
        return false;
    *length = strlen(text) / 2;
    return hex_decode(text, bytes, *length);
}

bool vector_hex64(const struct vector *vector, const char *input, uint64_t *value)
{
    char text[VECTOR_TEXT];
    if (!vector_text(vector, input, text))
        return false;
    size_t digits = strlen(text);
    if (digits == 0 || digits > 16 || strspn(text, "0123456789abcdefABCDEF") != digits)
        return false;
    *value = strtoull(text, NULL, 16);
    return true;
}
