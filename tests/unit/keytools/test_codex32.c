/* codex32 strings: published values both ways, every fault by its name, and what correction finds and what it does not.
 */
#include "../../support/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codex32.h"
#include "codex32_symbols.h"
#include "gf32.h"
#include "hex.h"

static const char published16[] = "ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw";
static const char published32[] = "ms10leetsllhdmn9m42vcsamx24zrxgs3qrl7ahwvhw4fnzrhve25gvezzyqqtum9pgv99ycma";
static const char share_a[] = "MS12NAMEA320ZYXWVUTSRQPNMLKJHGFEDCAXRPP870HKKQRM";
static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static void test_field(void **state)
{
    (void)state;
    for (unsigned a = 1; a < 32; a++) {
        assert_int_equal(gf32_multiply((uint8_t)a, gf32_inverse((uint8_t)a)), 1);
        assert_int_equal(gf32_multiply((uint8_t)a, 1), a);
        unsigned seen = 0;
        for (unsigned b = 0; b < 32; b++)
            seen |= 1U << gf32_multiply((uint8_t)a, (uint8_t)b);
        assert_int_equal(seen, UINT32_MAX);
    }
    assert_int_equal(gf32_multiply(16, 2), 9); /* x^5 = x^3 + 1 */
    assert_int_equal(gf32_inverse(0), 0);
    for (unsigned a = 1; a < 1024; a++) {
        const struct gf1024 element = {a & 31, (uint8_t)(a >> 5)};
        struct gf1024 one = gf1024_multiply(element, gf1024_inverse(element));
        assert_int_equal(one.one, 1);
        assert_int_equal(one.zeta, 0);
    }
}

static void test_alphabet(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        const char *place = c == 0 ? NULL : strchr(alphabet, c >= 'A' && c <= 'Z' ? c + 32 : c);
        unsigned expected = place == NULL ? CODEX32_NO_SYMBOL : (unsigned)(place - alphabet);
        assert_int_equal(codex32_symbol((char)c), expected);
    }
    for (uint8_t i = 0; i < 32; i++)
        assert_int_equal(codex32_character(i), alphabet[i]);
}

static void both_ways(const char *text, const char *identifier, const char *secret_hex, size_t size)
{
    struct codex32 string;
    char again[CODEX32_TEXT];
    char name[5];
    uint8_t secret[32];
    uint8_t expected[32];
    assert_true(hex_decode(secret_hex, expected, size));
    assert_int_equal(codex32_parse(text, &string, NULL), CODEX32_FINE);
    assert_int_equal(string.size, size);
    assert_int_equal(codex32_threshold(&string), 0);
    assert_int_equal(codex32_index(&string), 's');
    codex32_identifier(&string, name);
    assert_string_equal(name, identifier);
    codex32_payload(&string, secret);
    assert_memory_equal(secret, expected, size);
    assert_ok(codex32_encode(0, identifier, secret, size, &string));
    codex32_text(&string, again);
    if (size == 32) /* the other's padding bits are not zero */
        assert_string_equal(again, text);
    assert_int_equal(codex32_parse(again, &string, NULL), CODEX32_FINE);
}

static void test_published(void **state)
{
    (void)state;
    both_ways(published16, "test", "318c6318c6318c6318c6318c6318c631", 16);
    both_ways(published32, "leet", "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100", 32);
    struct codex32 string;
    char text[CODEX32_TEXT];
    assert_int_equal(codex32_parse(share_a, &string, NULL), CODEX32_FINE);
    assert_int_equal(codex32_threshold(&string), 2);
    assert_int_equal(codex32_index(&string), 'a');
    codex32_text(&string, text);
    assert_string_equal(text, share_a);
    assert_int_equal(codex32_parse("MS12 NAME A320 ZYXW VUTS RQPN MLKJ HGFE DCAX RPP8 70HK KQRM\r", &string, NULL),
                     CODEX32_FINE);
}

static void test_sizes(void **state)
{
    (void)state;
    uint8_t secret[40];
    uint8_t again[40];
    struct codex32 string;
    char text[CODEX32_TEXT];
    for (size_t i = 0; i < sizeof secret; i++)
        secret[i] = (uint8_t)(i * 37 + 5);
    for (size_t size = 0; size <= sizeof secret; size++) {
        bool fits = size == 16 || size == 20 || size == 32;
        assert_int_equal(codex32_size_ok(size), fits);
        assert_int_equal(codex32_encode(3, "keys", secret, size, &string).ok, fits);
        if (!fits)
            continue;
        codex32_text(&string, text);
        assert_int_equal(strlen(text), size == 16 ? 48 : size == 20 ? 54 : 74);
        assert_int_equal(codex32_parse(text, &string, NULL), CODEX32_FINE);
        codex32_payload(&string, again);
        assert_memory_equal(again, secret, size);
    }
    assert_false(codex32_encode(1, "keys", secret, 16, &string).ok);
    assert_false(codex32_encode(10, "keys", secret, 16, &string).ok);
    assert_false(codex32_encode(2, "key", secret, 16, &string).ok);
    assert_false(codex32_encode(2, "keyss", secret, 16, &string).ok);
    assert_false(codex32_encode(2, "keyb", secret, 16, &string).ok);
}

static enum codex32_fault fault_of(const char *text, size_t *at)
{
    struct codex32 string;
    return codex32_parse(text, &string, at);
}

/* A string whose checksum is right whatever its header says. */
static void sealed(char threshold, char index, char text[CODEX32_TEXT])
{
    struct codex32 string;
    assert_int_equal(codex32_parse(published16, &string, NULL), CODEX32_FINE);
    string.symbols[0] = codex32_symbol(threshold);
    string.symbols[5] = codex32_symbol(index);
    codex32_close(&string);
    codex32_text(&string, text);
}

static void test_faults(void **state)
{
    (void)state;
    size_t at = 7;
    char text[CODEX32_TEXT + 2];
    assert_int_equal(fault_of("", &at), CODEX32_BAD_PREFIX);
    assert_int_equal(at, 0);
    assert_int_equal(fault_of("ms1", &at), CODEX32_BAD_LENGTH);
    assert_int_equal(fault_of("bc10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw", &at), CODEX32_BAD_PREFIX);
    for (size_t length = 0; length < sizeof published32 - 1; length++) { /* no other length is ever right */
        (void)snprintf(text, sizeof text, "%.*s", (int)length, published32);
        if (length != 48 && length != 54)
            assert_int_equal(fault_of(text, &at), length < 3 ? CODEX32_BAD_PREFIX : CODEX32_BAD_LENGTH);
    }
    (void)snprintf(text, sizeof text, "%sq", published32);
    assert_int_equal(fault_of(text, &at), CODEX32_BAD_LENGTH);
    assert_int_equal(fault_of("mS10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw", &at), CODEX32_MIXED_CASE);
    assert_int_equal(fault_of("ms10testsxxxxxxXxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw", &at), CODEX32_MIXED_CASE);
    assert_int_equal(fault_of("ms10tests xxxxbxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw", &at), CODEX32_BAD_CHARACTER);
    assert_int_equal(at, 14);
    assert_int_equal(fault_of("ms10tests?xxx-xxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw", &at), CODEX32_BAD_CHARACTER);
    assert_int_equal(at, 14);
    assert_int_equal(fault_of("ms10testsxxx?xxxxxxxxxxxxxxxx?xxxxx4nzvca9cmczlw", &at), CODEX32_UNREADABLE);
    assert_int_equal(at, 13);
    assert_int_equal(fault_of("ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlq", &at), CODEX32_BAD_CHECKSUM);
    sealed('q', 's', text);
    assert_int_equal(fault_of(text, &at), CODEX32_BAD_THRESHOLD);
    sealed('0', 'a', text);
    assert_int_equal(fault_of(text, &at), CODEX32_BAD_INDEX);
    sealed('9', 'a', text);
    assert_int_equal(fault_of(text, &at), CODEX32_FINE);
    for (int fault = CODEX32_FINE; fault <= CODEX32_NOT_A_SHARE; fault++) /* each has its own words */
        for (int other = CODEX32_FINE; other < fault; other++)
            assert_string_not_equal(codex32_fault_text((enum codex32_fault)fault),
                                    codex32_fault_text((enum codex32_fault)other));
}

static unsigned pick(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

/* `errors` wrong and `erasures` unreadable characters at distinct places after "ms1". */
static void spoil(const char *text, size_t errors, size_t erasures, unsigned *seed, char *spoiled)
{
    bool taken[CODEX32_TEXT] = {false};
    (void)snprintf(spoiled, CODEX32_TEXT, "%s", text);
    for (size_t n = 0; n < errors + erasures; n++) {
        size_t place;
        do
            place = 3 + pick(seed, (unsigned)strlen(text) - 3);
        while (taken[place]);
        taken[place] = true;
        char wrong = '?';
        while (n < errors && (wrong == '?' || wrong == text[place]))
            wrong = alphabet[pick(seed, 32)];
        spoiled[place] = wrong;
    }
}

static void expect_correction(const char *text, const char *spoiled, size_t count)
{
    struct codex32_correction correction;
    char again[CODEX32_TEXT];
    char patched[CODEX32_TEXT];
    assert_true(codex32_correct(spoiled, &correction));
    codex32_text(&correction.string, again);
    assert_string_equal(again, text);
    assert_int_equal(correction.count, count);
    (void)snprintf(patched, sizeof patched, "%s", spoiled);
    for (size_t i = 0; i < correction.count; i++) { /* what it says is what it did */
        assert_int_equal(patched[correction.places[i] - 1], correction.was[i]);
        patched[correction.places[i] - 1] = correction.is[i];
    }
    assert_string_equal(patched, text);
}

static void test_correction(void **state)
{
    (void)state;
    unsigned seed = 20261122;
    char spoiled[CODEX32_TEXT];
    static const char *const texts[] = {published16, published32};
    for (size_t t = 0; t < 2; t++)
        for (size_t errors = 0; errors <= 4; errors++)
            for (size_t erasures = 0; errors * 2 + erasures <= 8; erasures++)
                for (int round = 0; errors + erasures > 0 && round < 40; round++) {
                    spoil(texts[t], errors, erasures, &seed, spoiled);
                    expect_correction(texts[t], spoiled, errors + erasures);
                }
    for (size_t place = 3; place < strlen(published16); place++) /* every single error */
        for (size_t c = 0; c < 32; c++) {
            (void)snprintf(spoiled, sizeof spoiled, "%s", published16);
            spoiled[place] = alphabet[c];
            if (alphabet[c] != published16[place])
                expect_correction(published16, spoiled, 1);
        }
}

/* Up to 8 errors are always noticed; a guess beyond the code's reach is never the string as typed. */
static void test_beyond_correction(void **state)
{
    (void)state;
    unsigned seed = 5;
    char spoiled[CODEX32_TEXT];
    struct codex32 string;
    struct codex32_correction correction;
    size_t none = 0;
    for (size_t errors = 5; errors <= 8; errors++)
        for (int round = 0; round < 500; round++) {
            spoil(published32, errors, 0, &seed, spoiled);
            assert_int_equal(codex32_parse(spoiled, &string, NULL), CODEX32_BAD_CHECKSUM);
            if (!codex32_correct(spoiled, &correction)) {
                none++;
                continue;
            }
            char text[CODEX32_TEXT];
            codex32_text(&correction.string, text);
            assert_int_equal(codex32_parse(text, &string, NULL), CODEX32_FINE);
            assert_in_range(correction.count, 1, 4);
        }
    assert_true(none > 1900); /* of 2000 */
    spoil(published32, 0, 9, &seed, spoiled);
    assert_false(codex32_correct(spoiled, &correction));
    assert_false(codex32_correct(published32, &correction)); /* nothing to correct */
    assert_false(codex32_correct("ms10test", &correction));
    assert_false(codex32_correct("", &correction));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field),
        cmocka_unit_test(test_alphabet),
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_correction),
        cmocka_unit_test(test_beyond_correction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
