#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

json_t *vectors_load(void)
{
    json_error_t error;
    json_t *all = json_load_file(MV_TEST_VECTORS "/sts.json", 0, &error);
    if (all == NULL)
        fail_msg("%s:%d: %s", error.source, error.line, error.text);
    assert_true(json_is_array(all));
    return all;
}

static const json_t *member(const json_t *vector, const char *group, const char *name)
{
    return json_object_get(group == NULL ? vector : json_object_get(vector, group), name);
}

const char *vector_text(const json_t *vector, const char *group, const char *name)
{
    return json_string_value(member(vector, group, name));
}

int64_t vector_number(const json_t *vector, const char *group, const char *name, int64_t fallback)
{
    const json_t *value = member(vector, group, name);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

uint64_t vector_hex(const json_t *vector, const char *group, const char *name)
{
    const char *text = vector_text(vector, group, name);
    char *end = NULL;
    assert_non_null(text);
    assert_in_range(strlen(text), 1, 16);
    uint64_t value = strtoull(text, &end, 16);
    assert_int_equal(*end, '\0');
    return value;
}

size_t hex_bytes(const char *text, uint8_t *bytes, size_t size)
{
    size_t length = strlen(text);
    assert_int_equal(length % 2, 0);
    assert_true(length / 2 <= size);
    for (size_t i = 0; i < length / 2; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        char *end = NULL;
        bytes[i] = (uint8_t)strtoul(pair, &end, 16);
        assert_ptr_equal(end, pair + 2);
    }
    return length / 2;
}

int64_t utc_seconds(const char *text)
{
    struct tm when = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &when);
    assert_non_null(end);
    assert_int_equal(*end, '\0');
    return (int64_t)timegm(&when);
}
