/* Names and words of results, events, cuts and screens: for people, in no meter that does without. */
#include <stddef.h>

#include "metervault/codes.h"

static const struct {
    enum mv_result result;
    const char *name, *words;
} rows[] = {
#define ROW(name, err, nn, words) {MV_##name, #name, words},
#include "codes_table.h"
#undef ROW
};

const char *mv_code_name(enum mv_result result)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].result == result)
            return rows[i].name;
    }
    return "UNKNOWN";
}

const char *mv_code_words(enum mv_result result)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].result == result)
            return rows[i].words;
    }
    return "no explanation";
}
