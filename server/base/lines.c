#include "base/lines.h"

#include <string.h>

static const char ALPHABET[] = "0123456789abcdef";

bool mv_line_take(const char **text, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    if (strncmp(*text, name, length) != 0 || (*text)[length] != ' ')
        return false;
    const char *start = *text + length + 1;
    size_t used = strcspn(start, "\n");
    if (start[used] != '\n' || used >= size)
        return false;
    memcpy(value, start, used);
    value[used] = '\0';
    *text = start + used + 1;
    return true;
}

void mv_line_hex(const uint8_t *data, size_t size, char *hex)
{
    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = ALPHABET[data[i] >> 4];
        hex[2 * i + 1] = ALPHABET[data[i] & 0xF];
    }
    hex[2 * size] = '\0';
}

bool mv_line_unhex(const char *hex, uint8_t *data, size_t size)
{
    if (strlen(hex) != 2 * size || strspn(hex, ALPHABET) != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        size_t high = (size_t)(strchr(ALPHABET, hex[2 * i]) - ALPHABET);
        size_t low = (size_t)(strchr(ALPHABET, hex[2 * i + 1]) - ALPHABET);
        data[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
