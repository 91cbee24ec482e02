#include "base/name.h"

static bool is_name_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

bool mv_name_ok(const char *text, size_t size, size_t longest)
{
    if (size == 0 || size > longest)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_name_character(text[i]))
            return false;
    return true;
}
