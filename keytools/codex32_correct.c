/* Error correction of a codex32 string. Its checksum is a BCH code of length 93 over GF(32) whose generator has the
 * eight consecutive roots beta^77..beta^84 in GF(1024) with beta = 8 zeta, so eight syndromes determine up
 * to four errors or eight erasures: Berlekamp and Massey's algorithm started from the erasures, a search over all
 * places, and Forney's formula for the values. */
#include <string.h>

#include "base/secret.h"
#include "codex32_symbols.h"
#include "gf32.h"

enum { ROOTS = 8, FIRST_ROOT = 77, ORDER = 93, PREFIX = 3, TERMS = ROOTS + 1 };

static const struct gf1024 BETA = {0, 8};
static const struct gf1024 ZERO = {0, 0};
static const struct gf1024 ONE = {1, 0};

struct decoder {
    struct gf1024 powers[ORDER]; /* of beta */
    struct gf1024 syndromes[ROOTS];
    struct gf1024 locator[TERMS]; /* lowest power first; its roots are the inverses of the places */
    struct gf1024 values[ROOTS];  /* syndromes times locator, modulo x^8 */
    size_t places[ROOTS];         /* of errors and erasures, as powers of x */
    size_t erasures, count;
};

static bool is_zero(struct gf1024 a)
{
    return a.one == 0 && a.zeta == 0;
}

/* A polynomial, lowest power first, at beta^exponent. */
static struct gf1024 evaluate(const struct decoder *decoder, const struct gf1024 *terms, size_t count, size_t exponent)
{
    struct gf1024 sum = ZERO;
    for (size_t i = count; i-- > 0;)
        sum = gf1024_add(gf1024_multiply(sum, decoder->powers[exponent]), terms[i]);
    return sum;
}

static void prepare(struct decoder *decoder, const struct codex32 *string)
{
    uint8_t residue[CODEX32_CHECKSUM];
    struct gf1024 terms[CODEX32_CHECKSUM];
    decoder->powers[0] = ONE;
    for (size_t i = 1; i < ORDER; i++)
        decoder->powers[i] = gf1024_multiply(decoder->powers[i - 1], BETA);
    codex32_residue(string, residue);
    for (size_t i = 0; i < CODEX32_CHECKSUM; i++)
        terms[i] = (struct gf1024){residue[CODEX32_CHECKSUM - 1 - i], 0};
    for (size_t i = 0; i < ROOTS; i++)
        decoder->syndromes[i] = evaluate(decoder, terms, CODEX32_CHECKSUM, FIRST_ROOT + i);
    decoder->locator[0] = ONE;
}

/* locator *= 1 + beta^place x */
static void add_erasure(struct decoder *decoder, size_t place)
{
    for (size_t i = ++decoder->erasures; i > 0; i--)
        decoder->locator[i] =
            gf1024_add(decoder->locator[i], gf1024_multiply(decoder->locator[i - 1], decoder->powers[place]));
}

static struct gf1024 discrepancy(const struct decoder *decoder, size_t step)
{
    struct gf1024 sum = ZERO;
    for (size_t i = 0; i <= step && i < TERMS; i++)
        sum = gf1024_add(sum, gf1024_multiply(decoder->locator[i], decoder->syndromes[step - i]));
    return sum;
}

/* The shortest locator that explains the syndromes; false when it would hold more errors than eight roots can tell. */
static bool find_locator(struct decoder *decoder)
{
    struct gf1024 before[TERMS];
    struct gf1024 next[TERMS];
    memcpy(before, decoder->locator, sizeof before);
    size_t length = decoder->erasures;
    for (size_t step = decoder->erasures; step < ROOTS; step++) {
        memmove(before + 1, before, (TERMS - 1) * sizeof before[0]); /* times x */
        before[0] = ZERO;
        struct gf1024 gap = discrepancy(decoder, step);
        if (is_zero(gap))
            continue;
        for (size_t i = 0; i < TERMS; i++)
            next[i] = gf1024_add(decoder->locator[i], gf1024_multiply(gap, before[i]));
        if (2 * length <= step + decoder->erasures) {
            length = step + 1 + decoder->erasures - length;
            struct gf1024 scale = gf1024_inverse(gap);
            for (size_t i = 0; i < TERMS; i++)
                before[i] = gf1024_multiply(decoder->locator[i], scale);
        }
        memcpy(decoder->locator, next, sizeof next);
    }
    decoder->count = TERMS - 1;
    while (decoder->count > 0 && is_zero(decoder->locator[decoder->count]))
        decoder->count--;
    return decoder->count == length && 2 * length - decoder->erasures <= ROOTS;
}

/* Every root of the locator must be a place inside the string. */
static bool find_places(struct decoder *decoder, size_t symbols)
{
    size_t found = 0;
    for (size_t place = 0; place < symbols; place++)
        if (is_zero(evaluate(decoder, decoder->locator, decoder->count + 1, (ORDER - place) % ORDER)) && found < ROOTS)
            decoder->places[found++] = place;
    return found == decoder->count;
}

static void find_values(struct decoder *decoder)
{
    for (size_t i = 0; i < ROOTS; i++) {
        struct gf1024 sum = ZERO;
        for (size_t j = 0; j <= i; j++)
            sum = gf1024_add(sum, gf1024_multiply(decoder->locator[j], decoder->syndromes[i - j]));
        decoder->values[i] = sum;
    }
}

/* The formal derivative keeps the odd powers. */
static struct gf1024 derivative(const struct decoder *decoder, size_t exponent)
{
    struct gf1024 terms[TERMS] = {{0, 0}};
    for (size_t i = 1; i < TERMS; i += 2)
        terms[i - 1] = decoder->locator[i];
    return evaluate(decoder, terms, TERMS, exponent);
}

/* False when the value is none of GF(32). */
static bool apply(const struct decoder *decoder, size_t place, struct codex32 *string)
{
    size_t inverse = (ORDER - place) % ORDER;
    struct gf1024 above = evaluate(decoder, decoder->values, ROOTS, inverse);
    struct gf1024 value = gf1024_multiply(above, gf1024_inverse(derivative(decoder, inverse)));
    /* the first root is not beta^1: times (beta^place)^(1 - 77) */
    value = gf1024_multiply(value, decoder->powers[inverse * (FIRST_ROOT - 1) % ORDER]);
    string->symbols[string->count - 1 - place] ^= value.one;
    return value.zeta == 0;
}

static bool is_right(const struct codex32 *string)
{
    uint8_t residue[CODEX32_CHECKSUM];
    unsigned off = 0;
    codex32_residue(string, residue);
    for (size_t i = 0; i < sizeof residue; i++)
        off |= residue[i];
    return off == 0 && codex32_check_header(string) == CODEX32_FINE;
}

static bool decode(struct decoder *decoder, struct codex32 *string)
{
    if (decoder->erasures > ROOTS || !find_locator(decoder) || !find_places(decoder, string->count))
        return false;
    find_values(decoder);
    for (size_t i = 0; i < decoder->count; i++)
        if (!apply(decoder, decoder->places[i], string))
            return false;
    return is_right(string);
}

/* The n-th character that is no blank. */
static char typed_at(const char *typed, size_t n)
{
    for (; *typed != '\0'; typed++)
        if (*typed != ' ' && *typed != '\t' && *typed != '\r' && n-- == 0)
            return *typed;
    return '\0';
}

static bool mark_erasures(struct decoder *decoder, const struct codex32 *string, const char *typed)
{
    for (size_t i = 0; i < string->count; i++) {
        if (typed_at(typed, PREFIX + i) != '?')
            continue;
        if (decoder->erasures == ROOTS)
            return false;
        add_erasure(decoder, string->count - 1 - i);
    }
    return true;
}

static void compare(const char *typed, struct codex32_correction *correction)
{
    char text[CODEX32_TEXT];
    codex32_text(&correction->string, text);
    for (size_t i = 0; text[i] != '\0' && correction->count < CODEX32_CORRECTED; i++) {
        char was = typed_at(typed, i);
        if (was == text[i])
            continue;
        correction->places[correction->count] = i + 1;
        correction->was[correction->count] = was;
        correction->is[correction->count++] = text[i];
    }
    mv_secret_wipe(text, sizeof text);
}

bool codex32_correct(const char *typed, struct codex32_correction *correction)
{
    memset(correction, 0, sizeof *correction);
    enum codex32_fault fault = codex32_parse(typed, &correction->string, NULL);
    if (fault != CODEX32_BAD_CHECKSUM && fault != CODEX32_UNREADABLE)
        return false;
    struct decoder *decoder = mv_secret_alloc(sizeof *decoder);
    if (decoder == NULL)
        return false;
    prepare(decoder, &correction->string);
    bool good = mark_erasures(decoder, &correction->string, typed) && decode(decoder, &correction->string);
    mv_secret_free(decoder, sizeof *decoder);
    if (good)
        compare(typed, correction);
    else
        mv_secret_wipe(correction, sizeof *correction);
    return good;
}
