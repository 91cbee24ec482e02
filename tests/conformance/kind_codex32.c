/* codex32: shares and secrets, and strings that must be refused. */
#include <string.h>

#include "codex32.h"
#include "kinds.h"

static bool read_strings(const struct vector *vector, struct codex32 *strings, size_t *count)
{
    const json_t *texts = json_object_get(vector->inputs, "strings");
    *count = json_array_size(texts);
    if (*count == 0 || *count > CODEX32_MOST_K)
        return false;
    for (size_t i = 0; i < *count; i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        if (text == NULL || codex32_parse(text, &strings[i], NULL) != CODEX32_FINE)
            return false;
    }
    return true;
}

/* The identifier in the case in which it was written. */
static void identifier_fact(struct facts *facts, const struct codex32 *string)
{
    char text[CODEX32_TEXT];
    codex32_text(string, text);
    text[8] = '\0';
    facts_text(facts, "identifier", text + 4);
}

/* Each published share of another index, and from it and the others the first one again. */
static void derive_others(struct facts *facts, const struct vector *vector, const struct codex32 *strings, size_t count)
{
    const char *index;
    json_t *published;
    json_object_foreach(json_object_get(vector->expected, "derived"), index, published)
    {
        struct codex32 derived;
        struct codex32 turned[CODEX32_MOST_K];
        char text[CODEX32_TEXT] = "";
        if (codex32_derive(strings, count, index[0], &derived, NULL) == CODEX32_FINE)
            codex32_text(&derived, text);
        if (!json_is_string(published) || strcmp(text, json_string_value(published)) != 0)
            facts_trouble(facts, "share %s differs from the published one", index);
        memcpy(turned, strings, sizeof turned);
        turned[0] = derived;
        if (codex32_derive(turned, count, codex32_index(&strings[0]), &derived, NULL) != CODEX32_FINE ||
            memcmp(derived.symbols, strings[0].symbols, derived.count) != 0)
            facts_trouble(facts, "share %s does not lead back to the first", index);
    }
}

/* Written anew, the secret reads the same; its padding bits may differ from the published ones. */
static void check_encoding(struct facts *facts, const struct codex32 *secret, const uint8_t *bytes)
{
    struct codex32 again;
    uint8_t read[CODEX32_SECRET_MAX];
    char identifier[CODEX32_IDENTIFIER + 1];
    char text[CODEX32_TEXT] = "";
    codex32_identifier(secret, identifier);
    mv_status status = codex32_encode(codex32_threshold(secret), identifier, bytes, secret->size, &again);
    if (status.ok)
        codex32_text(&again, text);
    if (!status.ok || codex32_parse(text, &again, NULL) != CODEX32_FINE) {
        facts_trouble(facts, "the secret cannot be written again");
        return;
    }
    codex32_payload(&again, read);
    if (memcmp(read, bytes, secret->size) != 0)
        facts_trouble(facts, "the secret written again reads differently");
}

void kind_codex32(struct facts *facts, const struct vector *vector)
{
    struct codex32 strings[CODEX32_MOST_K] = {{.size = 0}};
    struct codex32 secret;
    uint8_t bytes[CODEX32_SECRET_MAX];
    size_t count = 0;
    if (!read_strings(vector, strings, &count)) {
        facts_trouble(facts, "input strings are missing or refused");
        return;
    }
    unsigned threshold = codex32_threshold(&strings[0]);
    facts_number(facts, "threshold", threshold);
    identifier_fact(facts, &strings[0]);
    secret = strings[0];
    if (threshold != 0 && codex32_derive(strings, count, 's', &secret, NULL) != CODEX32_FINE) {
        facts_trouble(facts, "the strings are no set");
        return;
    }
    if (threshold != 0)
        derive_others(facts, vector, strings, count);
    codex32_payload(&secret, bytes);
    check_encoding(facts, &secret, bytes);
    facts_bytes(facts, "secret_hex", bytes, secret.size);
}

void kind_codex32_invalid(struct facts *facts, const struct vector *vector)
{
    char text[VECTOR_TEXT];
    struct codex32 string;
    if (!vector_text(vector, "string", text)) {
        facts_trouble(facts, "input string is missing");
        return;
    }
    facts_text(facts, "error", codex32_parse(text, &string, NULL) == CODEX32_FINE ? "false" : "true");
}
