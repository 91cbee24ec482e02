#include "token_digits.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool collect(const char *text, char digits[TOKEN_DIGITS])
{
    size_t used = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (*text < '0' || *text > '9' || used == TOKEN_DIGITS - 1)
            return false;
        digits[used++] = *text;
    }
    digits[used] = '\0';
    return used == TOKEN_DIGITS - 1;
}

bool token_digits(const char *text, char digits[TOKEN_DIGITS])
{
    char line[64];
    if (strcmp(text, "-") != 0)
        return collect(text, digits);
    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return collect(line, digits);
}
