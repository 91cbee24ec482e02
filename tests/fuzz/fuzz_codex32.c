/* Shares as anybody may type them: a line each. What is taken reads the same again, a correction is a valid string, and
 * a set that combines gives each of its shares back. */
#include <stdlib.h>
#include <string.h>

#include "shares.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void look_at_one(const char *line)
{
    struct codex32 string;
    struct codex32 again;
    struct codex32_correction correction;
    char text[CODEX32_TEXT];
    size_t at = 0;
    enum codex32_fault fault = codex32_parse(line, &string, &at);
    require(at < CODEX32_TEXT && codex32_fault_text(fault) != NULL);
    if (codex32_correct(line, &correction)) {
        require(fault == CODEX32_BAD_CHECKSUM || fault == CODEX32_UNREADABLE);
        require(correction.count >= 1 && correction.count <= CODEX32_CORRECTED);
        string = correction.string;
        fault = CODEX32_FINE;
    }
    if (fault != CODEX32_FINE)
        return;
    codex32_text(&string, text);
    require(codex32_parse(text, &again, NULL) == CODEX32_FINE);
    require(again.count == string.count && memcmp(again.symbols, string.symbols, string.count) == 0);
    require(codex32_threshold(&string) <= CODEX32_MOST_K);
}

static void combine(const struct shares *shares)
{
    uint8_t secret[CODEX32_SECRET_MAX];
    struct codex32 derived;
    if (shares->count == 0 || !shares_combine(shares, secret, shares->items[0].size).ok)
        return;
    for (size_t i = 0; i < shares->count; i++) {
        char index = codex32_index(&shares->items[i]);
        require(codex32_derive(shares->items, shares->count, index, &derived, NULL) == CODEX32_FINE);
        require(memcmp(derived.symbols, shares->items[i].symbols, derived.count) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct shares *shares = shares_new();
    if (text == NULL || shares == NULL) {
        free(text);
        shares_free(shares);
        return 0;
    }
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    char *rest = NULL;
    for (const char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        look_at_one(line);
        (void)shares_add(shares, line, NULL);
        if (shares->count > 0 && shares_missing(shares) == 0)
            break;
    }
    combine(shares);
    shares_free(shares);
    free(text);
    return 0;
}
