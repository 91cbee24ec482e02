/* Shares: every k of them rebuild the secret, fewer say nothing, and sets that were mixed are named. */
#include "../../support/status.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/secret.h"
#include "codex32.h"
#include "codex32_symbols.h"

enum { MOST = CODEX32_MOST_SHARES };

static mv_status fill_by_rand(void *context, void *bytes, size_t size)
{
    unsigned *seed = context;
    for (size_t i = 0; i < size; i++) {
        *seed = *seed * 1664525U + 1013904223U;
        ((uint8_t *)bytes)[i] = (uint8_t)(*seed >> 16);
    }
    return mv_ok();
}

static void split(const uint8_t *secret, size_t size, unsigned k, size_t count, struct codex32 *shares)
{
    unsigned seed = k * 131 + (unsigned)count;
    const struct codex32_random random = {fill_by_rand, &seed};
    assert_ok(codex32_split(secret, size, k, count, "kept", &random, shares));
}

/* The share with this number among those whose bit is set. */
static size_t take(const struct codex32 *shares, size_t count, unsigned set, struct codex32 *taken)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if ((set >> i & 1U) != 0)
            taken[n++] = shares[i];
    return n;
}

static void expect_secret(const struct codex32 *shares, size_t k, const uint8_t *secret, size_t size)
{
    struct codex32 derived;
    char text[CODEX32_TEXT];
    uint8_t got[CODEX32_SECRET_MAX];
    assert_int_equal(codex32_derive(shares, k, 's', &derived, NULL), CODEX32_FINE);
    codex32_text(&derived, text);
    assert_int_equal(codex32_parse(text, &derived, NULL), CODEX32_FINE); /* its checksum came right by itself */
    codex32_payload(&derived, got);
    assert_memory_equal(got, secret, size);
}

static void test_every_subset(void **state)
{
    (void)state;
    static const size_t sizes[] = {16, 20, 32};
    struct codex32 shares[MOST];
    struct codex32 taken[MOST];
    struct codex32 derived;
    uint8_t secret[CODEX32_SECRET_MAX];
    for (size_t s = 0; s < 3; s++)
        for (unsigned k = 2; k <= 6; k++)
            for (size_t count = k; count <= 7; count++) {
                for (size_t i = 0; i < sizeof secret; i++)
                    secret[i] = (uint8_t)(rand() >> 5); // NOLINT(cert-msc*): test data
                split(secret, sizes[s], k, count, shares);
                for (unsigned set = 1; set < 1U << count; set++) {
                    size_t n = take(shares, count, set, taken);
                    if (n == k)
                        expect_secret(taken, n, secret, sizes[s]);
                    else
                        assert_int_equal(codex32_derive(taken, n, 's', &derived, NULL),
                                         n < k ? CODEX32_TOO_FEW : CODEX32_TOO_MANY);
                }
            }
    split(secret, 32, 9, MOST, shares); /* the largest set */
    expect_secret(shares + MOST - 9, 9, secret, 32);
}

static void test_published(void **state)
{
    (void)state;
    struct codex32 shares[2];
    struct codex32 derived;
    char text[CODEX32_TEXT];
    static const char a[] = "MS12NAMEA320ZYXWVUTSRQPNMLKJHGFEDCAXRPP870HKKQRM";
    static const char c[] = "MS12NAMECACDEFGHJKLMNPQRSTUVWXYZ023FTR2GDZMPY6PN";
    static const char d[] = "MS12NAMEDLL4F8JLH4E5VDVULDLFXU2JHDNLSM97XVENRXEG";
    static const char s[] = "MS12NAMES6XQGUZTTXKEQNJSJZV4JV3NZ5K3KWGSPHUH6EVW";
    assert_int_equal(codex32_parse(a, &shares[0], NULL), CODEX32_FINE);
    assert_int_equal(codex32_parse(c, &shares[1], NULL), CODEX32_FINE);
    assert_int_equal(codex32_derive(shares, 2, 'd', &derived, NULL), CODEX32_FINE);
    codex32_text(&derived, text);
    assert_string_equal(text, d);
    assert_int_equal(codex32_derive(shares, 2, 'S', &derived, NULL), CODEX32_FINE);
    codex32_text(&derived, text);
    assert_string_equal(text, s);
    shares[0] = derived; /* from the secret and one share to the other */
    assert_int_equal(codex32_derive(shares, 2, 'a', &derived, NULL), CODEX32_FINE);
    codex32_text(&derived, text);
    assert_string_equal(text, a);
    assert_int_equal(codex32_derive(shares, 2, 'c', &derived, NULL), CODEX32_FINE);
    codex32_text(&derived, text);
    assert_string_equal(text, c);
}

/* Gives the payloads of published shares out as what the generator gave. */
static mv_status fill_published(void *context, void *bytes, size_t size)
{
    const struct codex32 **next = context;
    memcpy(bytes, (*next)->symbols + CODEX32_HEADER, size);
    (*next)++;
    return mv_ok();
}

/* BIP-93, test vector 3: with the published secret and the first two shares for a generator, our split gives the other
 * three; and any three of the five give the secret. */
static void test_published_split(void **state)
{
    (void)state;
    static const uint8_t secret[16] = {0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88,
                                       0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00};
    static const char *const published[5] = {
        "MS13CASHA320ZYXWVUTSRQPNMLKJHGFEDCA2A8D0ZEHN8A0T", "MS13CASHCACDEFGHJKLMNPQRSTUVWXYZ023949XQ35MY48DR",
        "MS13CASHD0WSEDSTCDCTS64CD7WVY4M90LM28W4FFUPQS7RM", "MS13CASHEEKGPEMXZSHCRMQHAYDLP6YHMS3WS7320XYXSAR9",
        "MS13CASHF8JH6SDRKPYRSP5UT94PJ8KTEHHW2HFVYRJ48704"};
    struct codex32 given[5];
    struct codex32 shares[5];
    struct codex32 taken[5];
    char text[CODEX32_TEXT];
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(codex32_parse(published[i], &given[i], NULL), CODEX32_FINE);
    const struct codex32 *next = given;
    const struct codex32_random random = {fill_published, (void *)&next};
    assert_ok(codex32_split(secret, sizeof secret, 3, 5, "cash", &random, shares));
    for (size_t i = 0; i < 5; i++) {
        codex32_text(&shares[i], text);
        assert_int_equal(strcasecmp(text, published[i]), 0);
    }
    for (unsigned set = 0; set < 1U << 5; set++)
        if (take(given, 5, set, taken) == 3)
            expect_secret(taken, 3, secret, sizeof secret);
}

static enum codex32_fault fault_of(const struct codex32 *shares, size_t count, size_t *at)
{
    struct codex32 derived;
    return codex32_derive(shares, count, 's', &derived, at);
}

static void test_mixed_sets(void **state)
{
    (void)state;
    size_t at = 9;
    static const uint8_t secret[CODEX32_SECRET_MAX] = {1};
    struct codex32 shares[5];
    struct codex32 other[5];
    split(secret, 32, 3, 5, shares);
    assert_int_equal(fault_of(shares, 0, &at), CODEX32_TOO_FEW);
    assert_int_equal(fault_of(shares, 2, &at), CODEX32_TOO_FEW);
    assert_int_equal(fault_of(shares, 4, &at), CODEX32_TOO_MANY);
    shares[4] = shares[1];
    memcpy(other, shares, sizeof other);
    other[2] = shares[1];
    assert_int_equal(fault_of(other, 3, &at), CODEX32_SAME_INDEX);
    assert_int_equal(at, 2);
    split(secret, 16, 3, 5, other);
    other[0] = shares[0];
    assert_int_equal(fault_of(other, 3, &at), CODEX32_OTHER_LENGTH);
    assert_int_equal(at, 1);
    split(secret, 32, 4, 5, other);
    other[1] = shares[1];
    assert_int_equal(fault_of(other, 4, &at), CODEX32_OTHER_THRESHOLD);
    assert_int_equal(at, 1);
    memcpy(other, shares, sizeof other);
    other[2].symbols[2] ^= 1;
    codex32_close(&other[2]);
    assert_int_equal(fault_of(other, 3, &at), CODEX32_OTHER_IDENTIFIER);
    assert_int_equal(at, 2);
    assert_ok(codex32_encode(0, "kept", secret, 32, &other[0]));
    assert_int_equal(fault_of(other, 1, &at), CODEX32_NOT_A_SHARE);
    struct codex32 derived;
    assert_int_equal(codex32_derive(shares, 3, 'b', &derived, &at), CODEX32_BAD_INDEX);
}

static void test_bounds(void **state)
{
    (void)state;
    unsigned seed = 1;
    const struct codex32_random random = {fill_by_rand, &seed};
    static const uint8_t secret[CODEX32_SECRET_MAX] = {1};
    struct codex32 shares[MOST];
    assert_reason(codex32_split(secret, 16, 1, 3, "kept", &random, shares), MV_INVALID_FIELD);
    assert_reason(codex32_split(secret, 16, 10, 12, "kept", &random, shares), MV_INVALID_FIELD);
    assert_reason(codex32_split(secret, 16, 3, 2, "kept", &random, shares), MV_INVALID_FIELD);
    assert_reason(codex32_split(secret, 16, 3, 32, "kept", &random, shares), MV_INVALID_FIELD);
    assert_reason(codex32_split(secret, 15, 2, 3, "kept", &random, shares), MV_INVALID_FIELD);
    assert_reason(codex32_split(secret, 16, 2, 3, "bad!", &random, shares), MV_INVALID_FIELD);
}

/* The generator's bytes under the test's control: share n gets `values[n]` at every place. */
struct chosen {
    uint8_t values[CODEX32_MOST_K];
    size_t next;
};

static mv_status fill_chosen(void *context, void *bytes, size_t size)
{
    struct chosen *chosen = context;
    memset(bytes, 0xE0 | chosen->values[chosen->next++], size); /* upper bits must not matter */
    return mv_ok();
}

/* The symbols of `set` at one place as one number. */
static size_t view(const struct codex32 *shares, size_t count, unsigned set, size_t place)
{
    size_t seen = 0;
    for (size_t i = 0; i < count; i++)
        if ((set >> i & 1U) != 0)
            seen = seen << 5 | shares[i].symbols[place];
    return seen;
}

/* For every secret symbol, over all random choices, every set of k - 1 shares takes every combination of symbols
 * exactly once: what they show is the same for all secrets. */
static void expect_uniform(unsigned k, size_t count)
{
    enum { PLACE = CODEX32_HEADER };
    static uint8_t seen[1U << 5][1U << 10];
    struct codex32 shares[MOST];
    size_t choices = (size_t)1 << 5 * (k - 1);
    assert_true(count <= 32 && choices <= sizeof seen[0]);
    for (unsigned set = 0; set < 1U << count; set++) {
        if ((unsigned)__builtin_popcount(set) != k - 1)
            continue;
        for (unsigned symbol = 0; symbol < 32; symbol++) {
            const uint8_t secret[16] = {(uint8_t)(symbol << 3)};
            memset(seen[symbol], 0, choices);
            for (size_t choice = 0; choice < choices; choice++) {
                struct chosen chosen = {.values = {choice & 31, choice >> 5 & 31}};
                const struct codex32_random random = {fill_chosen, &chosen};
                assert_ok(codex32_split(secret, sizeof secret, k, count, "kept", &random, shares));
                seen[symbol][view(shares, count, set, PLACE)]++;
            }
            for (size_t i = 0; i < choices; i++)
                assert_int_equal(seen[symbol][i], 1);
        }
    }
}

static void test_fewer_say_nothing(void **state)
{
    (void)state;
    expect_uniform(2, 8);
    expect_uniform(3, 4);
}

static int begin(void **state)
{
    (void)state;
    return mv_secret_init().ok ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_subset), cmocka_unit_test(test_published), cmocka_unit_test(test_published_split),
        cmocka_unit_test(test_mixed_sets),   cmocka_unit_test(test_bounds),    cmocka_unit_test(test_fewer_say_nothing),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
