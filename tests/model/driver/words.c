#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

const char *take_word(struct words *words)
{
    if (words->next >= words->count)
        give_up("a word is missing after", words->count == 0 ? "" : words->word[0]);
    return words->word[words->next++];
}

const char *take_optional(struct words *words)
{
    const char *word = take_word(words);
    return strcmp(word, "-") == 0 ? NULL : word;
}

int64_t take_number(struct words *words)
{
    const char *word = take_word(words);
    char *end = NULL;
    errno = 0;
    long long value = strtoll(word, &end, 10);
    if (errno != 0 || end == word || *end != '\0')
        give_up("no number", word);
    return value;
}
