#include "facts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"

void facts_text(struct facts *facts, const char *name, const char *value)
{
    if (facts->count == FACTS_MOST) {
        facts_trouble(facts, "too many facts");
        return;
    }
    struct fact *fact = &facts->items[facts->count++];
    (void)snprintf(fact->name, sizeof fact->name, "%s", name);
    (void)snprintf(fact->value, sizeof fact->value, "%s", value);
}

void facts_number(struct facts *facts, const char *name, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    facts_text(facts, name, text);
}

void facts_hex(struct facts *facts, const char *name, uint64_t value, int digits)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%0*" PRIX64, digits, value);
    facts_text(facts, name, text);
}

void facts_bytes(struct facts *facts, const char *name, const uint8_t *bytes, size_t size)
{
    char text[VECTOR_TEXT];
    if (2 * size + 1 > sizeof text)
        return;
    hex_encode(bytes, size, text);
    facts_text(facts, name, text);
}

void facts_refusal(struct facts *facts, enum mv_reason reason)
{
    facts_text(facts, "error", mv_reason_info(reason)->name);
}

void facts_trouble(struct facts *facts, const char *format, ...)
{
    if (facts->trouble_count == FACTS_TROUBLES)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(facts->troubles[facts->trouble_count++], FACTS_TROUBLE, format, arguments);
    va_end(arguments);
}

static const struct fact *find(const struct facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->count; i++)
        if (strcmp(facts->items[i].name, name) == 0)
            return &facts->items[i];
    return NULL;
}

/* Letters and digits only, in lower case, so that KeyExpired is KEY_EXPIRED; leading zeros of hex do not count. */
static void plain(const char *name, const char *value, char text[VECTOR_TEXT])
{
    const char *suffix = strrchr(name, '_');
    size_t used = 0;
    bool hex = suffix != NULL && strcmp(suffix, "_hex") == 0;
    bool error = strcmp(name, "error") == 0;
    while (hex && value[0] == '0' && value[1] != '\0')
        value++;
    for (; *value != '\0' && used + 1 < VECTOR_TEXT; value++)
        if (!error || *value != '_')
            text[used++] = (char)tolower((unsigned char)*value);
    text[used] = '\0';
}

/* The files name a wrong check digit after its method. */
static const char *reason_name(const char *name, const char *value)
{
    return strcmp(name, "error") == 0 && strcmp(value, "Luhn") == 0 ? "CHECK_DIGIT" : value;
}

static bool same(const char *name, const char *expected, const char *got)
{
    char a[VECTOR_TEXT];
    char b[VECTOR_TEXT];
    plain(name, reason_name(name, expected), a);
    plain(name, got, b);
    return strcmp(a, b) == 0;
}

/* Values that stand in `expected` and must not go unseen. Others are remarks. */
static bool is_value(const char *name)
{
    static const char *const values[] = {
        "token",
        "tokens",
        "token_class",
        "subclass",
        "control_hex",
        "mfr_code",
        "crc_ok",
        "token66_hex",
        "crc_hex",
        "crc_c_hex",
        "tid",
        "tid_hex",
        "ken_of_token",
        "error",
        "decoder_key_hex",
        "pan_block_hex",
        "xor_hex",
        "des_hex",
        "control_block_hex",
        "kdf_input_hex",
        "hmac_sha256_hex",
        "check_digit",
        "drn",
        "valid",
        "iin",
        "drn_check_digit",
        "pan_check_digit",
        "expected_check_digit",
        "clear_block_hex",
        "cipher_block_hex",
        "ciphertext_hex",
        "plaintext_hex",
        "complemented_hex",
        "aligned_hex",
        "amount_field_hex",
        "secret_hex",
        "identifier",
        "kcv",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (strcmp(values[i], name) == 0)
            return true;
    return false;
}

static void differ(const struct vector *vector, const char *name, const char *expected, const char *got)
{
    (void)printf("DIFFERS %s (%s) %s: expected %s, got %s\n", vector->id, vector->kind, name, expected, got);
}

/* Counts compared values; true when all agree. */
static bool compare(const struct facts *facts, const struct vector *vector, const json_t *wanted, bool required,
                    size_t *compared)
{
    bool agree = true;
    void *at = json_object_iter((json_t *)(uintptr_t)wanted);
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)wanted, at)) {
        char expected[VECTOR_TEXT];
        const char *name = json_object_iter_key(at);
        const struct fact *fact = find(facts, name);
        if (!vector_value_text(json_object_iter_value(at), expected) ||
            (fact == NULL && !(required && (facts->all || is_value(name)))))
            continue;
        *compared += 1;
        if (fact != NULL && same(name, expected, fact->value))
            continue;
        differ(vector, name, expected, fact != NULL ? fact->value : "nothing");
        agree = false;
    }
    return agree;
}

bool facts_agree(const struct facts *facts, const struct vector *vector)
{
    size_t compared = facts->compared;
    bool agree = compare(facts, vector, vector->expected, true, &compared);
    agree = compare(facts, vector, vector->intermediate, false, &compared) && agree;
    const struct fact *refusal = find(facts, "error");
    if (refusal != NULL && json_object_get(vector->expected, "error") == NULL) {
        differ(vector, "error", "none", refusal->value);
        agree = false;
    }
    for (size_t i = 0; i < facts->trouble_count; i++) {
        (void)printf("DIFFERS %s (%s) %s\n", vector->id, vector->kind, facts->troubles[i]);
        agree = false;
    }
    if (compared == 0 && agree) {
        (void)printf("DIFFERS %s (%s) nothing in it could be compared\n", vector->id, vector->kind);
        agree = false;
    }
    return agree;
}
