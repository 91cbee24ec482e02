#include "moment.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

/* A number of exactly `width` digits; -1 otherwise. */
static int fixed_number(const char *text, size_t width)
{
    int value = 0;
    for (size_t i = 0; i < width; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* Whether `text` has the form of `pattern`, where 0 stands for any digit. */
static bool has_form(const char *text, const char *pattern)
{
    if (strlen(text) != strlen(pattern))
        return false;
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == '0' ? !digit : text[i] != pattern[i])
            return false;
    }
    return true;
}

bool moment_parse(const char *text, int64_t *unix_s)
{
    bool day = has_form(text, "0000-00-00");
    bool second = has_form(text, "0000-00-00T00:00:00Z");
    if (!day && !second && !has_form(text, "0000-00-00T00:00Z"))
        return false;
    struct tm when = {.tm_year = fixed_number(text, 4) - 1900,
                      .tm_mon = fixed_number(text + 5, 2) - 1,
                      .tm_mday = fixed_number(text + 8, 2),
                      .tm_hour = day ? 0 : fixed_number(text + 11, 2),
                      .tm_min = day ? 0 : fixed_number(text + 14, 2),
                      .tm_sec = second ? fixed_number(text + 17, 2) : 0};
    struct tm normal = when;
    *unix_s = timegm(&normal);
    /* timegm moves 31 February into March: refuse what it moved */
    return normal.tm_mon == when.tm_mon && normal.tm_mday == when.tm_mday && normal.tm_hour == when.tm_hour &&
           normal.tm_min == when.tm_min && normal.tm_sec == when.tm_sec;
}
