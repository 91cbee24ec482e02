#include "token_digits.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool collect(const char *text, char digits[TOKEN_DIGITS], size_t *used)
{
    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (*text < '0' || *text > '9' || *used == TOKEN_DIGITS - 1)
            return false;
        digits[(*used)++] = *text;
    }
    digits[*used] = '\0';
    return true;
}

bool token_digits(const char *first, int count, char *const *more, char digits[TOKEN_DIGITS])
{
    char line[64];
    size_t used = 0;
    if (strcmp(first, "-") == 0 && count == 0) {
        if (fgets(line, sizeof line, stdin) == NULL)
            return false;
        line[strcspn(line, "\r\n")] = '\0';
        first = line;
    }
    if (!collect(first, digits, &used))
        return false;
    for (int i = 0; i < count; i++)
        if (!collect(more[i], digits, &used))
            return false;
    return used == TOKEN_DIGITS - 1;
}
