/* Entries that are not what was printed: every flipped bit, every digit typed wrong, swapped or left out, of every kind
 * of token; entries at random; and how long somebody who guesses needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"
#include "random64.h"

enum { KINDS = 24, TOKEN_BITS = 66, DIGITS = 20, TID = TEST_TID + 1 };
enum { CRC_VALUES = 1 << 16 };

struct kind {
    char name[32];
    char digits[21];
};

struct kinds {
    struct kind kind[KINDS];
    unsigned count;
};

static void add(struct kinds *kinds, const char *name, unsigned subclass, const char *digits)
{
    assert_true(kinds->count < KINDS);
    struct kind *kind = &kinds->kind[kinds->count++];
    (void)snprintf(kind->name, sizeof kind->name, "%s %u", name, subclass);
    memcpy(kind->digits, digits, sizeof kind->digits);
}

/* One token of every kind that the meter takes. */
static struct kinds make_kinds(const struct mv_meter_identity *meter)
{
    static const uint8_t management[] = {0, 1, 2, 5, 6, 7, 10};
    struct kinds kinds = {.count = 0};
    struct mv_sts_key_change change = test_change(meter, 2);
    char digits[21];
    char set[MV_KEY_SECTIONS][21];
    change.with_sgc = true;
    for (uint8_t subclass = 0; subclass < 8; subclass++) {
        struct mv_sts_credit credit = {.subclass = subclass, .tid = TID, .amount = subclass < 4 ? 123 : 0};
        credit.currency.mantissa = subclass < 4 ? 0 : 123;
        test_token(meter, &credit, digits);
        add(&kinds, "credit", subclass, digits);
    }
    for (unsigned i = 0; i < sizeof management; i++) {
        test_manage_token(meter, management[i], TID, 0, digits);
        add(&kinds, "management", management[i], digits);
    }
    unsigned count = test_key_set(meter, &change, set);
    for (unsigned i = 0; i < count; i++)
        add(&kinds, "key section", i + 1, set[i]);
    for (uint8_t subclass = 0; subclass < 3; subclass++) {
        test_raw_token(meter, 1, subclass, UINT64_C(1) << 20, digits);
        add(&kinds, "test", subclass, digits);
    }
    return kinds;
}

static bool taken(enum mv_result result)
{
    return result == MV_ACCEPT || result == MV_KCT_1ST || result == MV_KCT_2ND || result == MV_KCT_3RD ||
           result == MV_KCT_4TH;
}

/* A meter of its own for each entry would cost more than this: it is put back to `before`. */
struct trial {
    struct fixture *f;
    struct fixture before;
    unsigned entries, accepted;
};

static void start(struct trial *trial, void **state, bool misty1)
{
    fixture_blank(state);
    trial->f = *state;
    trial->entries = trial->accepted = 0;
    if (misty1)
        trial->f->identity = test_identity_misty1();
    trial->f->identity.measures = 0xFF;
    assert_int_equal(mv_meter_provision(&trial->f->meter, &trial->f->identity, TEST_TID), MV_DONE);
    trial->before = *trial->f;
}

static enum mv_result enter(struct trial *trial, const char *digits)
{
    enum mv_result result = fixture_enter(trial->f, digits);
    *trial->f = trial->before;
    return result;
}

/* True when it is refused; else it is counted. */
static bool try(struct trial *trial, const struct kind *kind, const char *digits)
{
    enum mv_result result = enter(trial, digits);
    trial->entries++;
    if (!taken(result))
        return true;
    trial->accepted++;
    print_message("%s: %s is taken for %s\n", kind->name, digits, kind->digits);
    return false;
}

static void flip_bits(struct trial *trial, const struct kind *kind)
{
    uint8_t token_class = 0;
    uint64_t block = 0;
    assert_int_equal(mv_sts_digits_to_block(kind->digits, &token_class, &block), MV_DONE);
    for (unsigned bit = 0; bit < TOKEN_BITS; bit++) {
        char digits[21];
        if (bit < 64)
            mv_sts_digits_from_block(token_class, block ^ UINT64_C(1) << bit, digits);
        else
            mv_sts_digits_from_block(token_class ^ (uint8_t)(1U << (bit - 64)), block, digits);
        bool refused = try(trial, kind, digits);
        if (token_class == 1 && bit < 64)
            assert_true(refused); /* not encrypted: the CRC sees any single bit */
    }
}

static void mistype_digits(struct trial *trial, const struct kind *kind)
{
    char digits[21];
    for (unsigned at = 0; at < DIGITS; at++) {
        for (int digit = '0'; digit <= '9'; digit++) {
            memcpy(digits, kind->digits, sizeof digits);
            if (digits[at] == digit)
                continue;
            digits[at] = (char)digit;
            (void)try(trial, kind, digits);
        }
    }
    for (unsigned at = 0; at + 1 < DIGITS; at++) {
        memcpy(digits, kind->digits, sizeof digits);
        digits[at] = kind->digits[at + 1];
        digits[at + 1] = kind->digits[at];
        if (strcmp(digits, kind->digits) != 0)
            (void)try(trial, kind, digits);
    }
}

/* Too short or too long is no token whatever the digits are. */
static void truncate_digits(struct trial *trial, const struct kind *kind)
{
    char digits[DIGITS + 2];
    for (unsigned length = 0; length <= DIGITS + 1; length++) {
        if (length == DIGITS)
            continue;
        (void)snprintf(digits, sizeof digits, "%.*s", (int)length, kind->digits);
        if (length > DIGITS)
            (void)snprintf(digits, sizeof digits, "%s0", kind->digits);
        assert_int_equal(enter(trial, digits), MV_FORMAT_ERROR);
    }
}

/* A changed token is a guess: it passes a CRC of 16 bits once in 65536 times. Three among these would be once in
 * a thousand runs of chance; what happens here happens in every run. */
static void changed_tokens(void **state)
{
    for (unsigned misty1 = 0; misty1 < 2; misty1++) {
        static struct trial trial;
        start(&trial, state, misty1 == 1);
        struct kinds kinds = make_kinds(&trial.f->identity);
        assert_int_equal(kinds.count, misty1 == 1 ? 22 : 21);
        for (unsigned i = 0; i < kinds.count; i++) {
            assert_true(taken(enter(&trial, kinds.kind[i].digits)));
            flip_bits(&trial, &kinds.kind[i]);
            mistype_digits(&trial, &kinds.kind[i]);
            truncate_digits(&trial, &kinds.kind[i]);
        }
        print_message("EA%s: %u changed tokens, %u taken; 2^-16 of them is %.2f\n", misty1 == 1 ? "11" : "07",
                      trial.entries, trial.accepted, (double)trial.entries / CRC_VALUES);
        assert_true(trial.entries > 5000);
        assert_true(trial.accepted <= 2);
    }
}

/* A number below 2^66 as somebody might enter it. */
static bool passes(const struct mv_decoder_key *key, uint64_t *seed, unsigned *guesses)
{
    struct mv_sts_block block;
    uint8_t token_class = (uint8_t)(random64(seed) >> 62);
    uint64_t cipher = random64(seed);
    if (token_class == 1 || token_class == 3)
        return false;
    (*guesses)++;
    return mv_sts_block_unpack(token_class, mv_sts_decrypt(key, &mv_sta_public, cipher), &block) == MV_DONE;
}

static void guess(const struct mv_decoder_key *key, unsigned count, uint64_t seed)
{
    unsigned passed = 0;
    unsigned guesses = 0;
    while (guesses < count)
        passed += passes(key, &seed, &guesses);
    double expected = (double)count / CRC_VALUES;
    double difference = (double)passed - expected;
    print_message("EA%02u: %u of %u random entries pass the CRC, 2^-16 of them is %.1f\n", key->ea, passed, guesses,
                  expected);
    assert_true(difference * difference <= 16 * expected); /* four standard deviations */
}

static void random_entries_pass_as_often_as_chance_says(void **state)
{
    (void)state;
    guess(&(struct mv_decoder_key){.ea = MV_EA_STA, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F}},
          RANDOM_ENTRIES, 1);
    struct mv_meter_identity misty1 = test_identity_misty1();
    guess(&misty1.key, RANDOM_ENTRIES, 2);
}

/* Guesses as fast as the meter takes them. */
static void lockout_answers_guessing(void **state)
{
    fixture_ready(state);
    struct fixture *f = *state;
    const uint32_t begin = f->flash.now;
    uint64_t seed = 3;
    unsigned guesses = 0;
    uint32_t last_wait = 0;
    while (guesses < 100) {
        char digits[21];
        mv_sts_digits_from_block(2 * (guesses % 2), random64(&seed), digits);
        assert_int_equal(fixture_enter(f, digits), MV_CRC_ERROR);
        guesses++;
        last_wait = mv_meter_lockout_left(&f->meter);
        fixture_wait_out(f);
    }
    uint32_t passed = f->flash.now - begin;
    double days = ((double)passed + (CRC_VALUES - 100.0) * last_wait) / 86400;
    print_message("100 guesses take %u s; one in 65536 passes the CRC: %.0f days for one, and it must then be a token "
                  "that the meter takes\n",
                  passed, days);
    assert_int_equal(last_wait, 1280);
    assert_true(days > 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_tokens),
        cmocka_unit_test(random_entries_pass_as_often_as_chance_says),
        cmocka_unit_test(lockout_answers_guessing),
    };
    return cmocka_run_group_tests_name("wrong entries", tests, NULL, NULL);
}
