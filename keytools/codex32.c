/* One codex32 string: read, written, made of bytes, and opened. */
#include "codex32.h"

#include <string.h>

#include "base/secret.h"
#include "codex32_symbols.h"

enum { PREFIX = 3, SYMBOL_BITS = 5 };

static const size_t sizes[] = {16, 20, 32};

const char *codex32_fault_text(enum codex32_fault fault)
{
    switch (fault) {
    case CODEX32_FINE:
        return "share: in order";
    case CODEX32_BAD_LENGTH:
        return "share: its length is not 48, 54 or 74 characters";
    case CODEX32_BAD_PREFIX:
        return "share: it does not begin with ms1";
    case CODEX32_MIXED_CASE:
        return "share: upper and lower case are mixed";
    case CODEX32_BAD_CHARACTER:
        return "share: a character that is never used (b, i, o, 1 or a sign)";
    case CODEX32_UNREADABLE:
        return "share: an unreadable character";
    case CODEX32_BAD_CHECKSUM:
        return "share: wrong checksum, a character is mistyped";
    case CODEX32_BAD_THRESHOLD:
        return "share: its threshold is not 0 or 2 to 9";
    case CODEX32_BAD_INDEX:
        return "share: threshold 0 goes with index s only";
    case CODEX32_TOO_FEW:
        return "shares: too few for their threshold";
    case CODEX32_TOO_MANY:
        return "shares: more than their threshold";
    case CODEX32_OTHER_LENGTH:
        return "shares: of two sets, the lengths differ";
    case CODEX32_OTHER_THRESHOLD:
        return "shares: of two sets, the thresholds differ";
    case CODEX32_OTHER_IDENTIFIER:
        return "shares: of two sets, the identifiers differ";
    case CODEX32_SAME_INDEX:
        return "shares: the same index twice";
    case CODEX32_NOT_A_SHARE:
        return "share: a whole secret, not a share of one";
    }
    return "share: unknown fault";
}

/* Copies without blanks; false when more than fits remains. */
static bool squeeze(const char *text, char packed[CODEX32_TEXT], size_t *length)
{
    *length = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '\t' || *text == '\r')
            continue;
        if (*length == CODEX32_TEXT - 1)
            return false;
        packed[(*length)++] = *text;
    }
    packed[*length] = '\0';
    return true;
}

static bool set_size(size_t length, struct codex32 *string)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (length != PREFIX + codex32_count(sizes[i]))
            continue;
        string->size = sizes[i];
        string->count = length - PREFIX;
        return true;
    }
    return false;
}

static enum codex32_fault check_case(const char *packed, struct codex32 *string)
{
    unsigned upper = 0;
    unsigned lower = 0;
    for (; *packed != '\0'; packed++) {
        unsigned character = (unsigned char)*packed;
        upper |= (unsigned)(character - 'A' < 26);
        lower |= (unsigned)(character - 'a' < 26);
    }
    string->upper = upper != 0;
    return (upper & lower) != 0 ? CODEX32_MIXED_CASE : CODEX32_FINE;
}

static enum codex32_fault read_symbols(const char *packed, struct codex32 *string, size_t *at)
{
    enum codex32_fault fault = CODEX32_FINE;
    for (size_t i = 0; i < string->count; i++) {
        string->symbols[i] = codex32_symbol(packed[PREFIX + i]);
        if (string->symbols[i] != CODEX32_NO_SYMBOL)
            continue;
        if (fault == CODEX32_FINE)
            *at = PREFIX + i + 1;
        string->symbols[i] = 0;
        if (packed[PREFIX + i] != '?') {
            *at = PREFIX + i + 1;
            return CODEX32_BAD_CHARACTER;
        }
        fault = CODEX32_UNREADABLE;
    }
    return fault;
}

enum codex32_fault codex32_check_header(const struct codex32 *string)
{
    unsigned threshold = codex32_threshold(string);
    if (threshold > CODEX32_MOST_K || threshold == 1)
        return CODEX32_BAD_THRESHOLD;
    return threshold == 0 && string->symbols[CODEX32_HEADER - 1] != CODEX32_S ? CODEX32_BAD_INDEX : CODEX32_FINE;
}

static enum codex32_fault parse(const char *packed, size_t length, struct codex32 *string, size_t *at)
{
    enum codex32_fault fault = check_case(packed, string);
    if (fault != CODEX32_FINE)
        return fault;
    if (memcmp(packed, "ms1", PREFIX) != 0 && memcmp(packed, "MS1", PREFIX) != 0)
        return CODEX32_BAD_PREFIX;
    if (!set_size(length, string))
        return CODEX32_BAD_LENGTH;
    fault = read_symbols(packed, string, at);
    if (fault != CODEX32_FINE)
        return fault;
    uint8_t residue[CODEX32_CHECKSUM];
    codex32_residue(string, residue);
    unsigned off = 0;
    for (size_t i = 0; i < sizeof residue; i++)
        off |= residue[i];
    return off != 0 ? CODEX32_BAD_CHECKSUM : codex32_check_header(string);
}

enum codex32_fault codex32_parse(const char *text, struct codex32 *string, size_t *at)
{
    size_t nowhere = 0;
    size_t length = 0;
    char packed[CODEX32_TEXT] = "";
    memset(string, 0, sizeof *string);
    if (at == NULL)
        at = &nowhere;
    *at = 0;
    enum codex32_fault fault = CODEX32_BAD_LENGTH;
    if (squeeze(text, packed, &length))
        fault = parse(packed, length, string, at);
    mv_secret_wipe(packed, sizeof packed);
    return fault;
}

void codex32_text(const struct codex32 *string, char text[CODEX32_TEXT])
{
    unsigned upper = string->upper ? 0x20U : 0;
    memcpy(text, string->upper ? "MS1" : "ms1", PREFIX);
    for (size_t i = 0; i < string->count; i++) {
        unsigned character = (unsigned char)codex32_character(string->symbols[i]);
        text[PREFIX + i] = (char)(character & ~(upper & (0U - (unsigned)(character - 'a' < 26))));
    }
    text[PREFIX + string->count] = '\0';
}

unsigned codex32_threshold(const struct codex32 *string)
{
    unsigned digit = (unsigned char)codex32_character(string->symbols[0]);
    return digit - '0';
}

char codex32_index(const struct codex32 *string)
{
    return codex32_character(string->symbols[CODEX32_HEADER - 1]);
}

void codex32_identifier(const struct codex32 *string, char identifier[CODEX32_IDENTIFIER + 1])
{
    for (size_t i = 0; i < CODEX32_IDENTIFIER; i++)
        identifier[i] = codex32_character(string->symbols[1 + i]);
    identifier[CODEX32_IDENTIFIER] = '\0';
}

mv_status codex32_encode(unsigned threshold, const char *identifier, const uint8_t *secret, size_t size,
                         struct codex32 *string)
{
    memset(string, 0, sizeof *string);
    if (!codex32_size_ok(size))
        return mv_fail(MV_INVALID_FIELD, "secret: 16, 20 or 32 bytes can be shared");
    if (threshold == 1 || threshold > CODEX32_MOST_K)
        return mv_fail(MV_INVALID_FIELD, "threshold: 2 to 9");
    if (strlen(identifier) != CODEX32_IDENTIFIER)
        return mv_fail(MV_INVALID_FIELD, "identifier: 4 characters");
    string->size = size;
    string->count = codex32_count(size);
    string->symbols[0] = codex32_symbol((char)('0' + threshold));
    for (size_t i = 0; i < CODEX32_IDENTIFIER; i++) {
        string->symbols[1 + i] = codex32_symbol(identifier[i]);
        if (string->symbols[1 + i] == CODEX32_NO_SYMBOL)
            return mv_fail(MV_INVALID_FIELD, "identifier: a character that is never used");
    }
    string->symbols[CODEX32_HEADER - 1] = CODEX32_S;
    uint8_t *payload = &string->symbols[CODEX32_HEADER];
    for (size_t bit = 0; bit < 8 * size; bit++) {
        unsigned value = (unsigned)secret[bit / 8] >> (7 - bit % 8) & 1U;
        payload[bit / SYMBOL_BITS] |= (uint8_t)(value << (SYMBOL_BITS - 1 - bit % SYMBOL_BITS));
    }
    codex32_close(string);
    return mv_ok();
}

void codex32_payload(const struct codex32 *string, uint8_t *bytes)
{
    const uint8_t *payload = &string->symbols[CODEX32_HEADER];
    memset(bytes, 0, string->size);
    for (size_t bit = 0; bit < 8 * string->size; bit++) {
        unsigned value = (unsigned)payload[bit / SYMBOL_BITS] >> (SYMBOL_BITS - 1 - bit % SYMBOL_BITS) & 1U;
        bytes[bit / 8] |= (uint8_t)(value << (7 - bit % 8));
    }
}
