#include "component.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "files.h"
#include "hex.h"
#include "remark.h"

struct components *components_new(size_t size)
{
    if (size == 0 || size > COMPONENT_MAX_KEY)
        return NULL;
    struct components *components = mv_secret_alloc(sizeof *components);
    if (components != NULL)
        components->size = size;
    return components;
}

void components_free(struct components *components)
{
    mv_secret_free(components, sizeof *components);
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= bytes[i];
    return any == 0;
}

mv_status components_add_bytes(struct components *components, const uint8_t *bytes)
{
    if (components->count == COMPONENTS_MOST)
        return mv_fail(MV_INVALID_FIELD, "component: more than eight");
    if (all_zero(bytes, components->size))
        return mv_fail(MV_INVALID_FIELD, "component: all zero");
    for (size_t i = 0; i < components->count; i++)
        if (mv_secret_equal(components->bytes[i], bytes, components->size))
            return mv_fail(MV_INVALID_FIELD, "component: the same one twice");
    memcpy(components->bytes[components->count++], bytes, components->size);
    return mv_ok();
}

mv_status components_add_text(struct components *components, const char *text)
{
    uint8_t *bytes = mv_secret_alloc(COMPONENT_MAX_KEY);
    if (bytes == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = mv_fail(MV_INVALID_FIELD, "component: not hex digits of the key's length");
    if (hex_decode(text, bytes, components->size))
        status = components_add_bytes(components, bytes);
    mv_secret_free(bytes, COMPONENT_MAX_KEY);
    return status;
}

mv_status components_add_file(struct components *components, const char *path)
{
    char *text = mv_secret_alloc(COMPONENT_TEXT);
    if (text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = mv_secret_read_file(path, text, COMPONENT_TEXT);
    if (status.ok)
        status = components_add_text(components, text);
    mv_secret_free(text, COMPONENT_TEXT);
    return remark_file(status, path);
}

mv_status components_combine(const struct components *components, uint8_t *key)
{
    if (components->count < COMPONENTS_LEAST)
        return mv_fail(MV_INVALID_FIELD, "component: at least two custodians");
    memset(key, 0, components->size);
    for (size_t c = 0; c < components->count; c++)
        for (size_t i = 0; i < components->size; i++)
            key[i] ^= components->bytes[c][i];
    if (all_zero(key, components->size))
        return mv_fail(MV_INVALID_FIELD, "component: together they are zero");
    return mv_ok();
}

static mv_status write_file(const struct components *components, size_t index, const char *path)
{
    char *text = mv_secret_alloc(COMPONENT_TEXT);
    if (text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    hex_encode(components->bytes[index], components->size, text);
    size_t length = strlen(text);
    text[length] = '\n';
    mv_status status = file_create(path, text, length + 1, "component file");
    mv_secret_free(text, COMPONENT_TEXT);
    return status;
}

static void remove_files(const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)unlink(paths[i]);
}

mv_status components_write_files(const struct components *components, const char *const *paths)
{
    for (size_t i = 0; i < components->count; i++) {
        mv_status status = write_file(components, i, paths[i]);
        if (status.ok)
            continue;
        remove_files(paths, i);
        return status;
    }
    return mv_ok();
}

void components_remove_files(const struct components *components, const char *const *paths)
{
    remove_files(paths, components->count);
}
